'use strict';

// Module loading in executables, against plain Node on the same files. Each case is a small program; stdout, stderr
// and exit code have to be equal.

const { after, before, describe, it } = require('node:test');
const fs = require('node:fs');
const { assertSame, nodes, prepare } = require('./support/oracle.cjs');
const { COMMONJS_CASES } = require('./cases/commonjs.cjs');
const { ESM_CASES } = require('./cases/esm.cjs');
const { RESOLUTION_CASES } = require('./cases/resolution.cjs');
const { BYTECODE_CASES } = require('./cases/bytecode.cjs');

const CASES = [...COMMONJS_CASES, ...ESM_CASES, ...RESOLUTION_CASES, ...BYTECODE_CASES];

// An executable has 130 MB, and there is one for each case.
const AT_ONCE = 16;

for (const [version, node] of nodes()) {
  for (const mode of ['sea', 'standard']) {
    const major = Number(version.split('.')[0]);
    const all = CASES.filter(
      ({ since, needsSource, needsBytecode, codeCache = true }) =>
        (since === undefined || major >= since) &&
        (mode === 'sea' ? needsBytecode === undefined : needsSource === undefined && codeCache),
    );
    for (let first = 0; first < all.length; first += AT_ONCE) {
      const cases = all.slice(first, first + AT_ONCE);
      describe(`modules in an executable of Node ${version}, mode ${mode}, from case ${first + 1}`, () => {
        let folder;
        before(() => {
          folder = prepare(node, cases, { mode });
        });
        after(() => fs.rmSync(folder, { recursive: true, force: true }));
        for (const testCase of cases)
          it(testCase.name, () => assertSame(node, folder, testCase, mode));
      });
    }
  }
}
