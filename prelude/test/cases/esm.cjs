'use strict';

const ESM_CASES = [
  {
    name: 'esm-facts',
    files: {
      'package.json': '{"type": "module", "name": "facts"}',
      'main.js': `
console.log(import.meta.url, import.meta.dirname, import.meta.filename, import.meta.main, Object.keys(import.meta));
console.log(import.meta.resolve('./lib.js'), import.meta.resolve('pkg'), import.meta.resolve('fs'), import.meta.resolve('./missing.js'));
console.log(typeof require, typeof module, typeof __filename, this, process.argv.slice(1), process.mainModule);
import * as lib from './lib.js';
console.log(lib, lib.main, lib.default());
export const x = await Promise.resolve(1);
console.log((await import('./main.js')).x);
try { import.meta.resolve('nope') } catch (e) { console.log(e.code, e.message) }
`,
      'lib.js':
        "export const main = import.meta.main; export default function named() { return import.meta.url; }\nexport { x } from './main.js';",
      'node_modules/pkg/package.json': '{"exports": {"import": "./i.mjs", "require": "./r.js"}}',
      'node_modules/pkg/i.mjs': '',
      'node_modules/pkg/r.js': '',
    },
    args: ['one', '--two'],
  },
  {
    name: 'esm-mjs',
    entry: 'main.mjs',
    files: { 'main.mjs': 'console.log(import.meta.main, import.meta.filename);' },
  },
  {
    name: 'esm-top-level-await-unsettled',
    files: {
      'package.json': '{"type": "module"}',
      'main.js': "console.log('before');\nawait new Promise(() => {});\n",
    },
    status: 13,
    complains: /unsettled top-level await/,
  },
  {
    name: 'esm-error',
    files: {
      'package.json': '{"type": "module"}',
      'main.js': "import { fail } from './lib.js';\n\n  fail();\n",
      'lib.js': "export function fail() {\n  throw new RangeError('from a module');\n}\n",
    },
    status: 1,
  },
  {
    name: 'esm-missing-export',
    files: {
      'package.json': '{"type": "module"}',
      'main.js': "import { nope } from './lib.js';",
      'lib.js': '',
    },
    status: 1,
  },
  {
    name: 'esm-missing-export-of-commonjs',
    needsSource: 'Node quotes it',
    // Node 22 loses its explanation when any hooks are registered (it loads the module once more, without a context).
    since: 24,
    files: {
      'package.json': '{"type": "module"}',
      'main.js': "import { nope, there } from './lib.cjs';\n",
      'lib.cjs': 'exports.there = 1;',
    },
    status: 1,
    complains: /is a CommonJS module/,
  },
  {
    name: 'esm-missing-file',
    files: { 'package.json': '{"type": "module"}', 'main.js': "import './lib';\n", 'lib.js': '' },
    status: 1,
  },
  {
    name: 'esm-missing-file-of-package',
    files: {
      'package.json': '{"type": "module"}',
      'main.js': "import 'pkg/lib';\n",
      'node_modules/pkg/lib.js': '',
    },
    status: 1,
    complains: /Did you mean to import "pkg\/lib\.js"/,
  },
  {
    name: 'esm-syntax-error',
    fallback: true,
    files: {
      'package.json': '{"type": "module"}',
      'main.js': "import './bad.js';",
      'bad.js': 'export const a = ;\n',
    },
    status: 1,
  },
  {
    // Of a `.js` file Node also says which package.json makes it a module, which it can only find on the disk.
    name: 'esm-require-is-not-defined',
    entry: 'main.mjs',
    files: { 'main.mjs': "const fs = require('fs');" },
    status: 1,
    complains: /in ES module scope/,
  },
  {
    name: 'esm-interop',
    files: {
      'package.json': '{"type": "module"}',
      'main.js': `
import def, { named, reexported } from './cjs.cjs';
import * as all from './cjs.cjs';
import transpiled, { default as inner } from 'transpiled';
import json from './data.json' with { type: 'json' };
import fs, { readFileSync } from 'fs';
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
console.log(def, named, reexported, Object.keys(all), transpiled, inner === transpiled, json);
console.log(readFileSync === fs.readFileSync, readFileSync(new URL('./data.json', import.meta.url), 'utf8'));
console.log(require('./cjs.cjs') === def, require('./data.json') === json, require('./other.cjs').main);
console.log(require.main === undefined, Object.keys(require.cache).map((name) => name.split('/').pop()).sort());
`,
      'cjs.cjs':
        "exports.named = 'n'; Object.defineProperty(exports, 'getter', { enumerable: true, get: () => 'g' });\nmodule.exports = { ...require('./other.cjs'), named: 'n', getter: 'g' };\nmodule.exports.self = __filename;",
      'other.cjs': "exports.reexported = 'r'; exports.main = require.main === undefined;",
      'data.json': '{"json": true}',
      'node_modules/transpiled/index.js':
        "Object.defineProperty(exports, '__esModule', { value: true }); exports.default = 'default'; exports.extra = 1;",
    },
  },
  {
    name: 'esm-cycles-and-live-bindings',
    files: {
      'package.json': '{"type": "module"}',
      'main.js': "import { count, up } from './a.js'; up(); console.log(count); import './b.js';",
      'a.js':
        "import { fromB } from './b.js'; export let count = 0; export const up = () => { count += fromB(); };",
      'b.js':
        "import { count } from './a.js'; export function fromB() { return 5; } setTimeout(() => console.log('live', count), 1);",
    },
  },
  {
    name: 'esm-detected',
    files: {
      'package.json': '{"name": "typeless"}',
      'main.js':
        "import { a } from './lib.js';\nimport './plain.js';\nconsole.log(a, import.meta.main);",
      'lib.js': 'export const a = await 1;',
      'plain.js': 'console.log(typeof require, this === module.exports);',
    },
    complains: /MODULE_TYPELESS_PACKAGE_JSON/,
  },
  {
    name: 'esm-detected-without-code-cache',
    codeCache: false,
    files: {
      'package.json': '{"name": "typeless"}',
      'main.js':
        "import { a } from './lib.js';\nimport './plain.js';\nconsole.log(a, import.meta.main);",
      'lib.js': 'export const a = await 1;',
      'plain.js': 'console.log(typeof require, this === module.exports);',
    },
    complains: /MODULE_TYPELESS_PACKAGE_JSON/,
  },
  {
    name: 'esm-detected-without-package',
    files: {
      'main.js':
        "import fs from 'fs';\nconsole.log(import.meta.url, typeof fs.readFileSync, process.mainModule);",
    },
  },
  {
    name: 'esm-queries',
    files: {
      'package.json': '{"type": "module"}',
      'main.js':
        "import { url as a } from './lib.js?x=1#f'; import { url as b } from './lib.js'; import { url as c } from './lib.js?x=1#f'; console.log(a, b, a === c);\nconsole.log((await import('data:text/javascript,export default 7')).default);",
      'lib.js': 'export const url = import.meta.url;',
    },
  },
  {
    name: 'esm-imports-commonjs-that-requires-esm',
    files: {
      'package.json': '{"type": "module"}',
      'main.js': "import a from './a.cjs'; console.log(a);",
      'a.cjs':
        "module.exports = [require('./b.js').b, require('./c.cjs'), require.main, module.children.length];",
      'b.js': 'export const b = import.meta.main;',
      'c.cjs': 'module.exports = module.parent && module.parent.id;',
    },
  },
  {
    name: 'esm-wasm-and-unknown',
    files: {
      'package.json': '{"type": "module"}',
      'main.js': `
import { readFileSync } from 'node:fs';
const { instance } = await WebAssembly.instantiate(readFileSync(new URL('./add.wasm', import.meta.url)));
console.log(instance.exports.add(2, 3));
await import('./style.css').catch((e) => console.log(e.code, e.message));
await import('./data.json').catch((e) => console.log(e.code, e.message));
await import('./lib.js', { with: { type: 'json' } }).catch((e) => console.log(e.code, e.message));
await import('./folder').catch((e) => console.log(e.code, e.message, e.url));
`,
      'add.wasm': Buffer.from(
        '0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b',
        'hex',
      ),
      'style.css': 'a {}',
      'data.json': '{}',
      'lib.js': '',
      'folder/index.js': '',
    },
  },
  {
    name: 'esm-uncaught-rejection-after-start',
    files: {
      'package.json': '{"type": "module"}',
      'main.js': "setTimeout(() => { throw new Error('later'); }, 1);",
    },
    status: 1,
  },
  {
    name: 'esm-extensionless-entry-point',
    entry: 'bin/cli',
    files: {
      'package.json': '{"type": "module"}',
      'bin/cli':
        "#!/usr/bin/env node\nimport { a } from '../lib.js';\nconsole.log(a, import.meta.filename);",
      'lib.js': 'export const a = 1;',
    },
  },
  {
    name: 'commonjs-extensionless-entry-point',
    entry: 'bin/cli',
    files: {
      'bin/cli': "#!/usr/bin/env node\nconsole.log(require('../lib.js').a, __filename);",
      'lib.js': 'exports.a = 1;',
    },
  },
];

module.exports = { ESM_CASES };
