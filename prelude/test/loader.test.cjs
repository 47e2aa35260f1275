'use strict';

const { it } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const { OUTPUT, bundle } = require('../build.cjs');

it('is the bundle of prelude/src', () => {
  assert.strictEqual(
    fs.readFileSync(OUTPUT, 'utf8'),
    bundle(),
    'src/python/pkg_rules/prelude/loader.cjs is not what prelude/src gives: run `node prelude/build.cjs`.',
  );
});

it('does not contain the magic of the locator', () => {
  assert.ok(
    !bundle().includes('PKGRULES-LOCATOR'),
    'the assemble step could not tell the locator from the loader',
  );
});
