'use strict';

// V8 accepts the cached data that the compiler makes, for every file, in a process without the compiler's options.

const { after, before, describe, it } = require('node:test');
const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const vm = require('node:vm');
const { WRAPPER_END, WRAPPER_START, compileWrapper } = require('../src/compile.cjs');
const { writeTree } = require('./support/oracle.cjs');

const COMPILER = path.join(__dirname, '../../src/python/pkg_rules/scripts/compile_code_cache.cjs');
const OPTIONS = ['--hash-seed=1', '--min-semi-space-size=64', '--max-semi-space-size=64'];

const SOURCES = {
  'plain.js': 'exports.value = [1, 2].map((x) => x * 2);\n',
  'bang.js': '#!/usr/bin/env node\nexports.value = 1;\n',
  'utf8.js': "exports.value = 'grüße ☃ 😀';\n",
  'bom.js': '\ufeffexports.value = 1;\n',
  'crlf.js': 'exports.value = `a\r\nb`;\r\n',
  'empty.js': '',
  'strict.js':
    "'use strict';\nclass A { #x = 1; static { A.y = 2; } get x() { return this.#x; } }\nexports.A = A;\n",
  'async.js': 'exports.run = async function* () { for await (const x of []) yield x; };\n',
  'import.js': "exports.load = () => import('node:fs');\n",
  'eval.js': "exports.value = eval('1 + 1');\n",
  'large.js': Array.from({ length: 3000 }, (_, n) => `exports.f${n} = (a) => a + ${n};`).join('\n'),
};

/** The files of a code cache, as `[path, source, cached data]`. */
function readCodeCache(folder, file) {
  const bytes = fs.readFileSync(file);
  const tableSize = bytes.readUInt32LE(12);
  const start = Math.ceil((16 + tableSize) / 8) * 8;
  return JSON.parse(bytes.subarray(16, 16 + tableSize)).files.map((entry) => [
    entry.path,
    fs.readFileSync(path.join(folder, entry.path), 'utf8'),
    Buffer.from(bytes.subarray(start + entry.offset, start + entry.offset + entry.size)),
  ]);
}

describe('cached data', () => {
  let folder;
  let files;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'pkg_rules-code-cache-'));
    writeTree(path.join(folder, 'files'), SOURCES);
    fs.writeFileSync(
      path.join(folder, 'plan.json'),
      JSON.stringify({ version: 1, directory: 'files' }),
    );
    execFileSync(process.execPath, [...OPTIONS, COMPILER, 'plan.json', 'out/code_cache'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    files = readCodeCache(path.join(folder, 'files'), path.join(folder, 'out/code_cache'));
    assert.deepStrictEqual(
      files.map(([name]) => name),
      Object.keys(SOURCES).sort(),
    );
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('is accepted as it is', () => {
    for (const [name, source, cachedData] of files) {
      const body = source.startsWith('#!') ? `//${source.slice(2)}` : source;
      const script = new vm.Script(WRAPPER_START + body + WRAPPER_END, {
        filename: name,
        lineOffset: -1,
        cachedData,
        importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      });
      assert.strictEqual(script.cachedDataRejected, false, name);
    }
  });

  it('runs', () => {
    for (const [name, source, cachedData] of files) {
      const wrapper = compileWrapper(
        WRAPPER_START + source + WRAPPER_END,
        `/x/${name}`,
        cachedData,
      );
      const module = { exports: {} };
      wrapper.call(module.exports, module.exports, require, module, name, '/x');
      assert.strictEqual(Object.keys(module.exports).length > 0, source !== '', name);
    }
  });

  it('is accepted whatever options V8 has at run time', () => {
    for (const [name, source, cachedData] of files) {
      cachedData.writeUInt32LE(0xdeadbeef, 12);
      const wrapper = compileWrapper(WRAPPER_START + source + WRAPPER_END, name, cachedData);
      assert.strictEqual(typeof wrapper, 'function', name);
    }
  });

  it('does not matter when it is of another source', () => {
    const [, , cachedData] = files.find(([name]) => name === 'plain.js');
    const source = 'exports.other = true;';
    const wrapper = compileWrapper(WRAPPER_START + source + WRAPPER_END, 'x', cachedData);
    const exports = {};
    wrapper.call(exports, exports);
    assert.deepStrictEqual(exports, { other: true });
  });
});
