'use strict';

// V8 accepts the cached data that the compiler makes, for every file, in a process without the compiler's options.

const { after, before, describe, it } = require('node:test');
const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const vm = require('node:vm');
const {
  WRAPPER_END,
  WRAPPER_START,
  compileStripped,
  compileWrapper,
} = require('../src/compile.cjs');
const { readCodeCache, withoutHashBang } = require('./support/code_cache.cjs');
const { nodes, writeTree } = require('./support/oracle.cjs');

const COMPILER = path.join(__dirname, '../../src/python/pkg_rules/scripts/compile_code_cache.cjs');
const OPTIONS = ['--expose-internals', '--no-warnings', '--hash-seed=1', '--min-semi-space-size=64', '--max-semi-space-size=64'];

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

// Some that V8 would not compile at once.
const FUNCTIONS = Object.fromEntries(
  ['plain.js', 'strict.js', 'async.js', 'import.js', 'large.js'].map((name) => [
    name,
    Array.from(SOURCES[name].matchAll(/\(a|get x|async|\(\) =>|\(x\) =>/g), ({ index }) => index),
  ]),
);

// Those of the compiler itself among them, which the program is to have nevertheless.
const BAKED = [
  [],
  ['--expose-gc', '--max-lazy'],
  ['--no-opt', '--stack-size=2000', '--max_semi_space_size=16', '--min-semi-space-size=2'],
  ['--hash-seed=7', '--no-flush-bytecode', '--max-old-space-size=300'],
];

// Prints the files whose cached data V8 rejects.
const CHECK = `
const [, folder, file, support, compiler] = process.argv;
const { Script, constants } = require('vm');
const { readCodeCache, withoutHashBang } = require(support);
const { WRAPPER_START, WRAPPER_END } = require(compiler);
const found = readCodeCache(folder, file);
const rejected = found.filter(([name, source, cachedData]) => new Script(
  WRAPPER_START + withoutHashBang(source) + WRAPPER_END,
  { lineOffset: -1, cachedData, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER },
).cachedDataRejected);
console.log(found.length, rejected.map(([name]) => name).join());
`;

describe('cached data', () => {
  let folder;
  let files;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'pkg_rules-code-cache-'));
    writeTree(path.join(folder, 'files'), SOURCES);
    fs.writeFileSync(
      path.join(folder, 'plan.json'),
      JSON.stringify({ version: 1, directory: 'files', functions: FUNCTIONS }),
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
      const script = new vm.Script(WRAPPER_START + withoutHashBang(source) + WRAPPER_END, {
        filename: name,
        lineOffset: -1,
        cachedData,
        importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      });
      assert.strictEqual(script.cachedDataRejected, false, name);
    }
  });

  for (const [version, node] of nodes()) {
    for (const [index, baked] of BAKED.entries()) {
      it(`is accepted by Node ${version} with ${baked.join(' ') || 'no options'}`, () => {
        const output = `out/${version}-${index}`;
        execFileSync(node, [...baked, ...OPTIONS, COMPILER, 'plan.json', output], {
          cwd: folder,
          stdio: ['ignore', 'ignore', 'inherit'],
        });
        const modules = ['./support/code_cache.cjs', '../src/compile.cjs'].map(require.resolve);
        const found = execFileSync(node, [...baked, '-e', CHECK, 'files', output, ...modules], {
          cwd: folder,
          encoding: 'utf8',
        });
        assert.strictEqual(found, `${Object.keys(SOURCES).length} \n`);
      });
    }
  }

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

  it('is an error if it is all there is and is not accepted', () => {
    const [name, source, cachedData] = files[0];
    const other = Buffer.from(cachedData);
    other.writeUInt32LE(0xdeadbeef, 16);
    assert.throws(
      () => compileStripped(source, `/x/other-${name}`, other),
      /^Error: V8 .* does not accept the bytecode of \/x\/other-.*, and its source is not in this executable\./,
    );
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
