'use strict';

// CommonJS and ES modules with each other.

module.exports = [
  {
    name: 'require-esm',
    files: {
      'main.js': `
const util = require('util');
const ns = require('./module.mjs');
console.log(util.inspect(ns), ns.__esModule, util.types.isModuleNamespaceObject(ns), ns === require('./module.mjs'));
console.log(util.inspect(require('./named.mjs')), require('./as-cjs.mjs'), require('./es-module.mjs'), require('pkg'), require('./package/index.js'));
ns.up();
console.log(ns.count, Object.keys(require('./star.mjs')));
console.log(require.cache[require.resolve('./module.mjs')].exports === ns, module.children.length, require.cache[require.resolve('./named.mjs')].loaded);
import('./module.mjs').then((imported) => console.log(imported === ns, imported.count, imported.default === ns.default));
`,
      'module.mjs':
        'export default class Main {}\nexport let count = 0;\nexport const up = () => count++;\nexport const { main } = import.meta;\n',
      'named.mjs': "export const a = 1; export { a as b, a as 'a string' };",
      'as-cjs.mjs':
        "const all = { all: true }; export { all as 'module.exports' }; export default 1;",
      'es-module.mjs': 'export const __esModule = false; export default 2;',
      'star.mjs': "export * from './named.mjs'; export { default } from './module.mjs';",
      'node_modules/pkg/package.json':
        '{"type": "module", "exports": {"module-sync": "./sync.js", "default": "./never.js"}}',
      'node_modules/pkg/sync.js': 'export const sync = import.meta.filename;',
      'package/package.json': '{"type": "module"}',
      'package/index.js': "import x from '../x.cjs'; export const fromCjs = x;",
      'x.cjs': "module.exports = 'x';",
    },
  },
  {
    name: 'require-esm-warnings',
    env: { NODE_OPTIONS: '--trace-require-module=all' },
    files: {
      'main.js': "require('./module.mjs'); require('./other.mjs');",
      'module.mjs': '',
      'other.mjs': '',
    },
  },
  {
    name: 'require-esm-with-await',
    files: {
      'main.js': `
for (const id of ['./tla.mjs', './imports-tla.mjs', './tla.mjs']) {
  try { require(id) } catch (error) { console.log(error.name, error.code, error.message) }
}
import('./tla.mjs').then((ns) => {
  console.log(ns.x);
  try { require('./tla.mjs') } catch (error) { console.log(error.code) }
});
`,
      'tla.mjs': 'export const x = await 1;',
      'imports-tla.mjs': "import './tla.mjs';",
    },
  },
  {
    name: 'require-esm-with-await-uncaught',
    files: {
      'main.js': "require('./lib');",
      'lib.js': "require('./tla.mjs');",
      'tla.mjs': "import fs from 'fs';\n\nawait 1;",
    },
    status: 1,
    complains: /ERR_REQUIRE_ASYNC_MODULE/,
  },
  {
    name: 'require-esm-print-required-tla',
    since: 24,
    env: { NODE_OPTIONS: '--experimental-print-required-tla' },
    files: { 'main.js': "require('./tla.mjs');", 'tla.mjs': "import fs from 'fs';\n\nawait 1;" },
    status: 1,
    differs: 'The line of the `await` is not shown: the module comes from the code cache.',
    instead: /ERR_REQUIRE_ASYNC_MODULE/,
  },
  {
    name: 'require-esm-errors',
    files: {
      'main.js': `
for (const id of ['./syntax.mjs', './throws.mjs', './throws.mjs', './missing-export.mjs', './missing-file.mjs', './missing-name.mjs', './uses-require.mjs', './json.mjs']) {
  try { require(id) } catch (error) { console.log(error.name, error.code, error.message, error.stack.split('\\n    at ')[0]) }
}
console.log(module.children.length);
`,
      'syntax.mjs': 'export const a = ;',
      'throws.mjs':
        "globalThis.times = (globalThis.times ?? 0) + 1; throw new Error('time ' + times);",
      'missing-export.mjs': "import { nope } from './empty.mjs';",
      'missing-name.mjs': "import { nope } from './empty.cjs';",
      'missing-file.mjs': "import './nowhere.mjs';",
      'uses-require.mjs': "require('fs');",
      'json.mjs': "import './data.json';",
      'data.json': '{}',
      'empty.mjs': '',
      'empty.cjs': '',
    },
    hints: 2,
  },
  {
    name: 'require-esm-disabled',
    inStandard: { differs: 'The syntax of a source that is not there fails in another way.', instead: /The source of this module is not in the executable/ },
    env: { NODE_OPTIONS: '--no-experimental-require-module' },
    files: {
      'main.js':
        "for (const id of ['./a.mjs', './pkg/a.js', './detected']) try { require(id) } catch (error) { console.log(error.name, error.code, error.message) }\nimport('./a.mjs').then((ns) => console.log(ns.a, process.features.require_module));",
      'a.mjs': 'export const a = 1;',
      'pkg/package.json': '{"type": "module"}',
      'pkg/a.js': 'export const a = 1;',
      'detected.js': 'export const a = 1;',
    },
  },
  {
    name: 'cycle-esm-requires-itself',
    entry: 'main.mjs',
    files: {
      'main.mjs': "import './a.cjs';",
      'a.cjs':
        "try { require('./main.mjs') } catch (error) { console.log(error.code, error.message) }",
    },
  },
  {
    name: 'cycle-commonjs-first',
    files: {
      'main.js': `
for (const id of ['./a.cjs', './c.cjs', './own.cjs']) {
  try { console.log(require(id)) } catch (error) { console.log(error.code, error.message, Object.keys(error)) }
}`,
      'a.cjs': "exports.early = 1; exports.b = require('./b.mjs').b; exports.late = 2;",
      'b.mjs': "import a from './a.cjs'; export const b = [a.early, a.late];",
      'c.cjs': "exports.d = require('./d.mjs');",
      'd.mjs': "import './e.mjs';",
      'e.mjs':
        "import { createRequire } from 'node:module'; createRequire(import.meta.url)('./d.mjs');",
      'own.cjs': "require('./imports-main.mjs');",
      'imports-main.mjs': "import './main.js';",
    },
  },
  {
    name: 'cycle-uncaught',
    files: { 'main.js': "require('./b.mjs');", 'b.mjs': "import './main.js';" },
    status: 1,
    complains: /ERR_REQUIRE_CYCLE_MODULE/,
  },
  {
    name: 'cycle-detected-syntax',
    files: {
      'main.js': "require('./b.js');",
      'b.js': "import './c.js'; export {};",
      'c.js': "require('./main.js'); module.exports = 1;",
    },
  },
  {
    name: 'cycle-through-createRequire',
    entry: 'main.mjs',
    files: {
      'main.mjs':
        "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);\ntry { require('./a.mjs') } catch (error) { console.log(error.code, error.message) }",
      'a.mjs': "import './b.mjs'; export const a = 1;",
      'b.mjs':
        "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); console.log(require('./a.mjs'));",
    },
  },
  {
    name: 'cycle-after-failure',
    files: {
      'main.js': `
try { require('./throws.cjs') } catch (error) { console.log(error.message) }
try { console.log(require('./good.mjs').x) } catch (error) { console.log(error.code, error.message) }
setTimeout(() => { try { console.log(require('./late.mjs').y) } catch (error) { console.log(error.code, error.message) } });
`,
      'throws.cjs': "throw new Error('x');",
      'good.mjs': "import './other.cjs'; export const x = 1;",
      'other.cjs': 'exports.o = 1;',
      'late.mjs': "import main from './main.js'; export const y = typeof main;",
    },
  },
  {
    name: 'named-exports-of-commonjs',
    entry: 'main.mjs',
    files: {
      'main.mjs': `
for (const id of ['exports', 'module-exports', 'define', 'reexport', 'star', 'transpiled', 'object', 'spread', 'dynamic', 'getter', 'class', 'string', 'umd', 'null', 'default', 'deep', 'not-a-name', 'proto']) {
  const ns = await import('./' + id + '.cjs');
  console.log(id, Object.keys(ns), ns.default === ns['module.exports'], typeof ns.default);
}
import json, * as jsonNs from './data.json' with { type: 'json' };
console.log(json, Object.keys(jsonNs));
import def, { a, default as again } from './exports.cjs';
console.log(def, a, again === def);
`,
      'exports.cjs':
        "exports.a = 1; exports['b'] = 2; exports.c = exports.d = 3; if (false) exports.e = 4;",
      'module-exports.cjs': 'module.exports = { a: 1, b: 2, c, d: { e: 1 }, ...{} }; var c = 1;',
      'define.cjs':
        "Object.defineProperty(exports, 'a', { enumerable: true, value: 1 }); Object.defineProperty(exports, 'b', { enumerable: true, get: function () { return 2; } }); Object.defineProperty(exports, '__esModule', { value: true });",
      'reexport.cjs': "module.exports = require('./exports.cjs');",
      'star.cjs':
        "'use strict'; function __export(m) { for (var p in m) if (!exports.hasOwnProperty(p)) exports[p] = m[p]; } __export(require('./exports.cjs')); exports.own = 1;",
      'transpiled.cjs':
        "'use strict'; Object.defineProperty(exports, '__esModule', { value: true }); exports.default = 'default'; exports.named = 'named';",
      'object.cjs': "module.exports = { 'quoted': 1, plain: 2 };",
      'spread.cjs': "module.exports = { ...require('./exports.cjs'), own: 1 };",
      'dynamic.cjs': "for (const name of ['x', 'y']) exports[name] = name;",
      'getter.cjs':
        "exports.a = 1; Object.defineProperty(exports, 'boom', { enumerable: true, get: function () { return require('./nope'); } });",
      'class.cjs': 'module.exports = class A { static b = 1; };',
      'string.cjs': "module.exports = 'text';",
      'umd.cjs':
        "(function (root, factory) { if (typeof exports === 'object') factory(exports); else factory(root); })(this, function (exports) { exports.umd = 1; });",
      'null.cjs': 'module.exports = { get x() { return 1; } };',
      'default.cjs': 'exports.default = 1; exports.other = 2;',
      'deep.cjs': "module.exports = require('./reexport.cjs'); module.exports.more = 1;",
      'not-a-name.cjs': "exports['not a name'] = 1; exports['🎉'] = 2;",
      'proto.cjs':
        'exports.__proto__ = { inherited: 1 }; exports.constructor = 2; exports.then = (resolve) => resolve({ thenable: true });',
      'data.json': '{"a": 1}',
    },
  },
  {
    name: 'reexports-of-packages-and-esm',
    entry: 'main.mjs',
    files: {
      'main.mjs': `
import * as a from './a.cjs'; import * as b from './b.cjs'; import * as c from './c.cjs'; import * as d from './d.cjs';
console.log(Object.keys(a), Object.keys(b), Object.keys(c), Object.keys(d));
`,
      'a.cjs': "module.exports = require('pkg');",
      'b.cjs': "module.exports = require('./esm.mjs');",
      'c.cjs': "try { module.exports = require('not-there'); } catch { exports.fallback = 1; }",
      'd.cjs': "module.exports = require('./folder');",
      'esm.mjs': 'export const fromEsm = 1; export default 2;',
      'folder/index.js': "exports.inFolder = 1; exports.also = require('fs');",
      'node_modules/pkg/package.json': '{"exports": {"import": "./i.mjs", "require": "./r.js"}}',
      'node_modules/pkg/i.mjs': 'export const wrong = 1;',
      'node_modules/pkg/r.js': 'exports.right = 1;',
    },
  },
  {
    name: 'imported-commonjs',
    entry: 'main.mjs',
    files: {
      'main.mjs': `
import facts from './facts.cjs';
console.log(facts);
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
console.log(require('./facts.cjs') === facts, Object.keys(require.cache).length, require.main, process.mainModule);
console.log(require.cache[require.resolve('./facts.cjs')].parent, require.cache[require.resolve('./facts.cjs')].children.map((child) => child.id));
`,
      'facts.cjs': `
require('./dep.cjs');
module.exports = { id: module.id, filename: __filename, parent: module.parent, main: require.main, loaded: module.loaded, keys: Object.keys(require), paths: module.paths[0], resolve: require.resolve('./dep.cjs'), cache: Object.keys(require.cache), same: this === exports, resolvePaths: typeof require.resolve.paths, builtin: require('fs') === process.getBuiltinModule('fs') };
try { require('./nope') } catch (error) { console.log(error.code, error.message, error.requireStack) }
try { require.resolve('nope') } catch (error) { console.log(error.code, error.message, error.requireStack) }
`,
      'dep.cjs':
        "console.log(module.parent.id, require('./data.json'), require.extensions === require('module')._extensions);",
      'data.json': '{"a": 1}',
    },
    hints: 2,
  },
  {
    name: 'errors-in-imported-commonjs',
    entry: 'main.mjs',
    files: {
      'main.mjs': "import './a.cjs';",
      'a.cjs': "require('./b.cjs');",
      'b.cjs': "'use strict';\n\n  undefinedFunction();\n",
    },
    status: 1,
    complains: /b\.cjs:3/,
  },
  {
    name: 'imports-while-loading',
    files: {
      'main.js': `
require('./a.cjs');
import('./b.mjs').then(() => console.log('done'));
`,
      'a.cjs':
        "exports.a = 1; import('./c.mjs').then((ns) => console.log('c', ns.default)); setTimeout(() => console.log('timer'), 20);",
      'b.mjs': "import a from './a.cjs'; console.log('b', a.a); await import('./c.mjs');",
      'c.mjs': "import a from './a.cjs'; export default a;",
    },
  },
];
