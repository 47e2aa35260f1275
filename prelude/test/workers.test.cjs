'use strict';

// Worker threads of executables, against plain Node on the same files.

const { after, before, describe, it } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const { assertSame, nodes, prepare, runBoth } = require('./support/oracle.cjs');
const { WORKER_CASES } = require('./cases/workers.cjs');

// Plain Node would look in the working directory and find nothing.
const RELATIVE = {
  name: 'relative',
  files: {
    'main.js': `
const { Worker } = require('worker_threads');
for (const file of ['./worker.js', './on-disk.js', '.\\\\missing.js']) {
  const worker = new Worker(file);
  worker.on('message', (message) => console.log(file, message));
  worker.on('error', (error) => console.log(file, error.code));
}`,
    'worker.js': `require('worker_threads').parentPort.postMessage([__filename, process.pkg.entrypoint, process.versions.pkg === undefined]);`,
    'on-disk.js': 'throw new Error("not this one");',
  },
  outside: { 'on-disk.js': 'require("worker_threads").parentPort.postMessage("of the disk");' },
};

for (const [version, node] of nodes()) {
  describe(`worker threads of an executable of Node ${version}`, () => {
    let folder;
    before(() => {
      folder = prepare(node, [...WORKER_CASES, RELATIVE]);
    });
    after(() => fs.rmSync(folder, { recursive: true, force: true }));
    for (const testCase of WORKER_CASES)
      it(testCase.name, () => assertSame(node, folder, testCase));

    it('relative to the working directory, and else to the entry point', () => {
      const { packaged } = runBoth(node, folder, RELATIVE);
      const lines = packaged.stdout.split('\n').sort().join('\n');
      assert.match(lines, /\.\/on-disk\.js of the disk/);
      assert.match(
        lines,
        /\.\/worker\.js \[ '\/snapshot\/app\/worker\.js', '\/snapshot\/app\/main\.js', false \]/,
      );
      assert.match(lines, /missing\.js MODULE_NOT_FOUND/);
      assert.strictEqual(packaged.status, 0);
    });
  });
}
