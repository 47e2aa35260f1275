'use strict';

// What a lookup costs does not depend on how many links there are.

const { after, before, describe, it } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { nodes, prepare } = require('./support/oracle.cjs');
const { Payload } = require('../src/payload.cjs');
const { Tree } = require('../src/tree.cjs');

/** A tree as pnpm makes it: packages of which each can reach the next one, all by links. */
function layout(count) {
  const files = { 'main.js': '' };
  for (let number = 0; number < count; number++) {
    const store = `node_modules/.pnpm/p${number}@1/node_modules`;
    files[`${store}/p${number}/lib/index.js`] = `exports.number = ${number}`;
    files[`${store}/p${(number + 1) % count}`] = {
      link: `../../p${(number + 1) % count}@1/node_modules/p${(number + 1) % count}`,
    };
    files[`node_modules/p${number}`] = { link: `.pnpm/p${number}@1/node_modules/p${number}` };
  }
  return files;
}

const FEW = { name: 'few', files: layout(4) };
const MANY = { name: 'many', files: layout(800) };
const MAGIC = 'PKGPAYLD';

/** The tree of an executable, and how often its payload was asked for anything. */
function openCounted(executable) {
  const content = fs.readFileSync(executable);
  const start = content.lastIndexOf(MAGIC);
  const payload = new Payload(fs.openSync(executable), start, content.length - start);
  const asked = { times: 0 };
  for (const name of ['names', 'kind', 'target', 'directoryNumber', 'firstEntry', 'ownEntry']) {
    payload[name] = function (...args) {
      asked.times++;
      return Payload.prototype[name].apply(payload, args);
    };
  }
  return { tree: new Tree(payload), asked };
}

describe('lookups through links', () => {
  const [[, node]] = nodes();
  let folder;
  before(() => {
    folder = prepare(node, [FEW, MANY]);
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  /** How often the payload is asked for each of some lookups, one after the other. */
  function costs(name, paths) {
    const { tree, asked } = openCounted(path.join(folder, name, 'program'));
    return paths.map((below) => {
      const before_ = asked.times;
      const found = tree.lookup(`/snapshot/app/${below}`);
      assert.strictEqual(typeof found, 'object', below);
      return asked.times - before_;
    });
  }

  const DIRECT = 'node_modules/p1/lib/index.js';
  const INDIRECT = 'node_modules/.pnpm/p1@1/node_modules/p2/lib/index.js';

  it('cost the same, however many links there are', () => {
    const paths = [DIRECT, DIRECT, INDIRECT, INDIRECT, 'node_modules/p2/lib/index.js'];
    const few = costs(FEW.name, paths);
    assert.deepStrictEqual(costs(MANY.name, paths), few);
    assert.ok(few[0] > few[1], 'the first lookup decodes directories');
  });
});
