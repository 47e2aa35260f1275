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

for (const [version, node] of nodes()) {
  for (const mode of ['sea', 'standard']) {
    describe(`modules in an executable of Node ${version}, mode ${mode}`, () => {
      const major = Number(version.split('.')[0]);
      const cases = CASES.filter(
        ({ since, needsSource, needsBytecode, codeCache = true }) =>
          (since === undefined || major >= since) &&
          (mode === 'sea' ? needsBytecode === undefined : needsSource === undefined && codeCache),
      );
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
