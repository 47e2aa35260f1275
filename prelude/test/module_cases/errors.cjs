'use strict';

// What is printed, and how programs end, when something is wrong.

const uncaught = (name, files, more = {}) => ({ name, files, status: 1, ...more });
const WITHOUT_SENTENCE = {
  differs:
    'The sentence about package.json is missing: Node looks for that file in native code, where only the disk is seen.',
  without:
    /\nThis file is being treated as an ES module because .*? to use the '\.cjs' file extension\./g,
};

// What the message about a name that CommonJS does not export takes from the source of the import.
const WITHOUT_IMPORT = [
  { until: 22, differs: 'Node 22 finds nothing out without the source.', instead: /does not provide an export named/ },
  { since: 24, differs: 'The names that are imported are not shown.', without: /const \{.*\} = pkg;\n/ },
];

const esm = (name, main, files = {}, more = {}) =>
  uncaught(name, { 'main.mjs': main, ...files }, { entry: 'main.mjs', ...more });

module.exports = [
  uncaught('throw-in-main', { 'main.js': "// line one\n\n    throw new Error('three');\n" }),
  uncaught('throw-in-function', {
    'main.js': "'use strict';\nconst { run } = require('./lib');\nrun(() => { null.x; });\n",
    'lib.js':
      '#!/usr/bin/env node\nexports.run = function run(callback) {\n  [1].forEach(callback);\n};\n',
  }),
  uncaught('throw-async', {
    'main.js': "async function a() { await null; throw new TypeError('async'); }\na();\n",
  }),
  uncaught('throw-in-timer', {
    'main.js': "setTimeout(function later() {\n  throw new Error('timer');\n}, 1);\n",
  }),
  uncaught('throw-with-cause', {
    'main.js': "try { require('./lib') } catch (cause) { throw new Error('outer', { cause }) }",
    'lib.js': "throw Object.assign(new Error('inner'), { code: 'E_INNER' });",
  }),
  uncaught('throw-long-line', {
    'main.js': `/* ${'x'.repeat(300)} */ throw new Error('long line');`,
  }),
  uncaught('throw-nothing', { 'main.js': 'throw undefined;' }),
  uncaught('throw-text', { 'main.js': "\n\nthrow 'text';" }),
  uncaught('throw-in-getter', {
    'main.js': "const o = { get x() {\n\tthrow new Error('tab');\n} };\no.x;",
  }, { inStandard: { differs: 'Nothing says where the source has tabs.', instead: /\n \^\n/ } }),
  {
    name: 'throw-in-eval',
    differs: 'Scripts are in a wrapper, and V8 counts its line where it says what called `eval`.',
    instead: /eval at run \(.*main\.js:4:3\)/,
    inStandard: { differs: undefined, instead: undefined },
    files: {
      'main.js':
        "try { run(); } catch ({ stack }) { console.log(stack.split('\\n').slice(0, 3).join('\\n')); }\nfunction run() {\n  eval('throw new Error(1)');\n}\n",
    },
  },
  uncaught('throw-with-crlf', { 'main.js': "const a = 1;\r\nthrow new Error('crlf');\r\n" }),
  uncaught('throw-with-bom', { 'main.js': "\ufeffthrow new Error('bom');" }),
  uncaught('throw-unicode', { 'main.js': "const s = '☃😀'; throw new Error('☃' + s);" }),
  uncaught('throw-aggregate', {
    'main.js': "throw new AggregateError([new Error('one'), new TypeError('two')], 'many');",
  }),
  uncaught('stack-trace-limit', {
    'main.js':
      'Error.stackTraceLimit = 2;\nfunction deep(n) { if (n) deep(n - 1); else throw new Error("deep"); }\ndeep(20);',
  }),
  uncaught('stack-overflow', {
    'main.js': 'Error.stackTraceLimit = 1;\nfunction deep() { deep(); }\ndeep();',
  }),
  uncaught('syntax-in-main', { 'main.js': 'const a = 1;\nconst b = ;\n' }),
  uncaught('syntax-in-required', {
    'main.js': "require('./lib/bad');",
    'lib/bad.js': 'function () {}\n',
  }),
  uncaught('syntax-unterminated', { 'main.js': "console.log('a);\n" }),
  uncaught(
    'syntax-await',
    { 'main.js': "const x = 1;\nconst fs = require('fs');\nfor (const y of [await x]) {}\n" },
    { complains: /ERR_AMBIGUOUS_MODULE_SYNTAX|await is only valid|ambiguous/i },
  ),
  uncaught('syntax-wrapper-tricks', { 'main.js': '});\nconsole.log(1);\n(function () {' }),
  uncaught('syntax-return-in-module', { 'main.mjs': 'return 1;' }, { entry: 'main.mjs' }),
  uncaught('module-syntax-in-cjs', { 'main.cjs': "import fs from 'fs';\n" }, { entry: 'main.cjs' }),
  uncaught('module-syntax-in-commonjs-package', {
    'main.js': "require('./lib.js');",
    'lib.js': 'export default 1;\n',
    'package.json': '{"type": "commonjs"}',
  }),
  uncaught(
    'syntax-of-cjs-imported',
    { 'main.mjs': "import './bad.cjs';", 'bad.cjs': 'let x;\nlet x;\n' },
    { entry: 'main.mjs' },
  ),
  uncaught(
    'missing-relative',
    { 'main.js': "require('./lib');", 'lib.js': "\nrequire('./nope');" },
    { hints: 1 },
  ),
  uncaught('missing-package', { 'main.js': "require('nope');" }, { hints: 1 }),
  uncaught(
    'missing-scoped-subpath',
    { 'main.js': "require('@scope/nope/sub/path');" },
    { hints: 1 },
  ),
  uncaught('missing-absolute', { 'main.js': "require(__dirname + '/nope/at/all');" }, { hints: 1 }),
  uncaught('missing-json', { 'main.js': "require('./nope.json');" }, { hints: 1 }),
  uncaught('bad-json', { 'main.js': "require('./bad.json');", 'bad.json': '{\n  "a": 1,\n  b\n}' }),
  uncaught('missing-subpath-of-package', {
    'main.js': "require('pkg/nope');",
    'node_modules/pkg/index.js': '',
  }),
  uncaught('not-exported', {
    'main.js': "require('pkg/internal');",
    'node_modules/pkg/package.json': '{"exports": "./index.js"}',
    'node_modules/pkg/internal.js': '',
  }),
  esm('module-throws', "import { fail } from './lib.mjs';\n\n  fail();\n", {
    'lib.mjs': "export function fail() {\n  throw new RangeError('from a module');\n}\n",
  }),
  esm('module-throws-async', "await null;\n\nthrow new Error('after await');\n"),
  esm(
    'module-rejects',
    "Promise.reject(new Error('rejected'));\nawait new Promise((resolve) => setTimeout(resolve, 100));",
  ),
  esm('module-syntax', "import './bad.mjs';", { 'bad.mjs': 'const x = 1;\nexport const a = ;\n' }),
  esm('module-syntax-main', 'const x = 1;\nexport const a = ;\n'),
  esm('module-missing-export', "import { nope } from './lib.mjs';\n", {
    'lib.mjs': 'export const yes = 1;',
  }),
  esm('module-missing-default', "import nope from './lib.mjs';\n", {
    'lib.mjs': 'export const yes = 1;',
  }),
  esm('module-missing-export-of-commonjs', "import { nope, there as here } from './lib.cjs';\n", {
    'lib.cjs': 'exports.there = 1;',
  }, { inStandard: WITHOUT_IMPORT }),
  esm('module-missing-export-of-commonjs-lines', "import {\n  nope,\n} from './lib.cjs';\n", {
    'lib.cjs': 'exports.there = 1;',
  }, { inStandard: WITHOUT_IMPORT[0] }),
  esm('module-missing-export-of-package', "import { nope } from 'pkg';\n", {
    'node_modules/pkg/index.js': 'exports.there = 1;',
  }, { inStandard: WITHOUT_IMPORT }),
  esm('module-missing-export-of-builtin', "import { nope } from 'fs';\n"),
  esm('module-missing-export-deep', "import './mid.mjs';\n", {
    'mid.mjs': "import { nope } from './lib.cjs';",
    'lib.cjs': '',
  }, { inStandard: WITHOUT_IMPORT[0] }),
  esm('module-missing-reexport', "export { nope } from './lib.mjs';\n", { 'lib.mjs': '' }),
  esm('module-ambiguous-export', "import { x } from './both.mjs';\n", {
    'both.mjs': "export * from './a.mjs'; export * from './b.mjs';",
    'a.mjs': 'export const x = 1;',
    'b.mjs': 'export const x = 2;',
  }),
  esm('module-missing-file', "import './nope.mjs';\n", {}, { hints: 1 }),
  esm('module-missing-extension', "import './lib';\n", { 'lib.js': '' }),
  esm(
    'module-missing-index',
    "import './dir';\n",
    { 'dir/index.js': '' },
    { complains: /ERR_UNSUPPORTED_DIR_IMPORT/ },
  ),
  esm('module-missing-package', "import 'nope';\n", {}, { hints: 1 }),
  esm('module-missing-scoped', "import '@scope/nope/sub';\n", {}, { hints: 1 }),
  esm(
    'module-missing-subpath',
    "import 'pkg/lib';\n",
    { 'node_modules/pkg/lib.js': '' },
    { complains: /Did you mean/ },
  ),
  esm('module-missing-main', "import 'pkg';\n", {
    'node_modules/pkg/package.json': '{"main": "nope.js"}',
  }),
  esm('module-package-directory', "import 'pkg/dir';\n", { 'node_modules/pkg/dir/index.js': '' }),
  esm('module-not-exported', "import 'pkg/internal.js';\n", {
    'node_modules/pkg/package.json': '{"exports": {".": "./index.js"}}',
    'node_modules/pkg/internal.js': '',
  }),
  esm('module-no-condition', "import 'pkg';\n", {
    'node_modules/pkg/package.json': '{"exports": {"browser": "./index.js"}}',
  }),
  esm('module-invalid-specifier', "import './a%2fb.mjs';\n"),
  esm('module-invalid-name', "import '.hidden';\n"),
  esm('module-not-imported', "import '#nope';\n"),
  esm('module-unknown-builtin', "import 'node:nope';\n"),
  esm('module-http', "import 'https://x.invalid/x.js';\n"),
  esm('module-other-scheme', "import 'ftp://x.invalid/x.js';\n"),
  esm('module-unknown-extension', "import './style.css';\n", { 'style.css': 'a {}' }),
  esm('module-unknown-extension-main', '', { 'main.xyz': '' }, { entry: 'main.mjs', status: 0 }),
  esm('require-in-mjs', "\nconst fs = require('fs');\n"),
  ...[
    'require("fs")',
    'module.exports = 1',
    'exports.a = 1',
    '__filename',
    '__dirname',
    'other',
  ].map((code, number) =>
    uncaught(
      `commonjs-variable-in-module-${number}`,
      { 'main.js': `${code};\nexport {};\n`, 'package.json': '{"name": "x",\n "type": "module"}' },
      code === 'other' ? {} : WITHOUT_SENTENCE,
    ),
  ),
  uncaught(
    'commonjs-variable-in-module-of-package',
    {
      'main.js': "import 'pkg';",
      'package.json': '{"type": "module"}',
      'node_modules/pkg/package.json': '{"type": "module", "exports": "./lib/index.js"}',
      'node_modules/pkg/lib/index.js': "require('fs');",
    },
    WITHOUT_SENTENCE,
  ),
  uncaught(
    'commonjs-variable-with-query',
    {
      'main.js': "await import('./lib.js?x=1#y');",
      'lib.js': "require('fs');",
      'package.json': '{"type": "module"}',
    },
    WITHOUT_SENTENCE,
  ),
  uncaught(
    'commonjs-variable-caught',
    {
      'main.js':
        "await import('./lib.js').catch((error) => console.log(error.message, error.stack.split('\\n    at ')[0]));\nawait import('./lib.js').catch((error) => console.log(error.message));\nthrow new Error('end');",
      'lib.js': 'export default module.id;',
      'package.json': '{"type": "module"}',
    },
    WITHOUT_SENTENCE,
  ),
  uncaught(
    'commonjs-variable-and-await',
    { 'main.js': "const fs = require('fs');\nawait fs.promises.stat('/');\n" },
    { complains: /ERR_AMBIGUOUS_MODULE_SYNTAX/ },
  ),
  uncaught(
    'commonjs-variable-and-await-of-module',
    { 'main.js': 'await null; console.log(__dirname);\n', 'package.json': '{"type": "module"}' },
    { complains: /ERR_AMBIGUOUS_MODULE_SYNTAX/ },
  ),
  uncaught('commonjs-variable-detected', {
    'main.js': "import fs from 'fs';\nmodule.exports = fs;\n",
  }),
  uncaught(
    'required-module-uses-require',
    {
      'main.js': "require('./lib/a.js');",
      'lib/package.json': '{"type": "module"}',
      'lib/a.js': "export const x = require('fs');",
    },
    WITHOUT_SENTENCE,
  ),
  {
    name: 'uncaught-exception-handler',
    files: {
      'main.js':
        "process.on('uncaughtException', (error, origin) => { console.log(origin, error.message, error.stack.split('\\n')[1]); process.exitCode = 4; });\nprocess.on('uncaughtExceptionMonitor', (error, origin) => console.log('monitor', origin));\nsetTimeout(() => console.log('goes on'), 5);\nrequire('./lib');",
      'lib.js': "throw new Error('x');",
    },
    status: 4,
  },
  {
    name: 'uncaught-exception-handler-of-module',
    entry: 'main.mjs',
    files: {
      'main.mjs':
        "process.on('uncaughtException', (error, origin) => { console.log(origin, error.code ?? error.message); });\nprocess.on('unhandledRejection', (error) => console.log('rejection', error.code ?? error.message));\nsetTimeout(() => console.log('goes on'), 20);\nimport('./nope.mjs');\nawait null; throw new Error('x');",
    },
    status: 0,
  },
  {
    name: 'capture-callback',
    files: {
      'main.js':
        "process.setUncaughtExceptionCaptureCallback((error) => console.log('captured', error.message));\nrequire('./lib');",
      'lib.js': "throw new Error('x');",
    },
  },
  {
    name: 'source-maps',
    inStandard: { differs: 'Source maps are not applied to bytecode.', instead: /errors-source-maps\/lib\.js:1:36/ },
    env: { NODE_OPTIONS: '--enable-source-maps' },
    files: {
      'main.js':
        "const { findSourceMap, SourceMap } = require('module');\ntry { require('./lib').fail() } catch (error) { console.log(error.stack.split('\\n').slice(0, 3)) }\nconst map = findSourceMap(require.resolve('./lib'));\nconsole.log(map?.payload.sources, map?.findEntry(0, 30).originalLine, findSourceMap(__filename), typeof SourceMap);\nimport('./esm.mjs').then((ns) => { try { ns.fail() } catch (error) { console.log(error.stack.split('\\n').slice(0, 2)) } });",
      'lib.js':
        "exports.fail = function () { throw new Error('mapped'); };\n//# sourceMappingURL=lib.js.map",
      'lib.js.map':
        '{"version":3,"sources":["../src/lib.ts"],"names":[],"mappings":"AAIA","sourcesContent":["one\\ntwo\\nthree\\nfour\\nexport function fail(): never { throw new Error(); }\\n"]}',
      'esm.mjs': `export function fail() { throw new Error('mapped too'); }\n//# sourceMappingURL=data:application/json;base64,${Buffer.from('{"version":3,"sources":["esm.ts"],"names":[],"mappings":"AAIA"}').toString('base64')}`,
    },
  },
  {
    name: 'source-maps-uncaught',
    inStandard: { differs: 'Source maps are not applied to bytecode.', instead: /main\.js:1:25/ },
    env: { NODE_OPTIONS: '--enable-source-maps' },
    files: {
      'main.js':
        "function fail() { throw new Error('mapped'); }\nfail();\n//# sourceMappingURL=main.js.map",
      'main.js.map':
        '{"version":3,"sources":["main.ts"],"names":[],"mappings":"AAIA;AACA","sourcesContent":["one\\ntwo\\nthree\\nfour\\nfunction fail(): never { throw new Error(); }\\nfail();\\n"]}',
    },
    status: 1,
  },
  {
    name: 'source-maps-set-later',
    inStandard: { differs: 'Source maps are not applied to bytecode.', instead: /lib\.js:1:36/ },
    since: 22,
    files: {
      'main.js': "process.setSourceMapsEnabled(true);\nrequire('./lib').fail();",
      'lib.js':
        "exports.fail = function () { throw new Error('mapped'); };\n//# sourceMappingURL=lib.js.map",
      'lib.js.map':
        '{"version":3,"sources":["lib.ts"],"names":[],"mappings":"AAIA","sourcesContent":["one\\ntwo\\nthree\\nfour\\nexport function fail(): never { throw new Error(); }\\n"]}',
    },
    status: 1,
  },
  {
    name: 'compile-cache',
    files: {
      'main.js':
        "const Module = require('module');\nconsole.log(typeof Module.enableCompileCache, Module.enableCompileCache(process.cwd() + '/cache').status, Module.constants.compileCacheStatus, typeof Module.getCompileCacheDir());\nconsole.log(require('./lib').x); Module.flushCompileCache(); import('./esm.mjs').then((ns) => console.log(ns.y));",
      'lib.js': 'exports.x = 1;',
      'esm.mjs': 'export const y = 2;',
    },
    env: { NODE_DISABLE_COMPILE_CACHE: '' },
  },
];
