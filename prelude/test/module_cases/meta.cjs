'use strict';

// `import.meta`, `import()` from everywhere, URLs of all kinds, attributes, live bindings, top-level await.

module.exports = [
  {
    name: 'import-meta',
    entry: 'main.mjs',
    files: {
      'main.mjs': `
import './dep.mjs?x=1#y';
console.log(import.meta, Object.getPrototypeOf(import.meta), import.meta.main);
const show = (...args) => { try { console.log(import.meta.resolve(...args)) } catch (error) { console.log(error.code, error.message) } };
for (const id of ['./dep.mjs', './nope.mjs', '../x', '/abs.js', 'pkg', 'pkg/sub', 'pkg/nope', 'nope', 'fs', 'node:fs', 'node:nope', 'file:///x.js', 'data:text/javascript,1', 'https://x.invalid/', '#x', './dir', './a%2fb.js', '', '.', './dep.mjs?query', 'pkg?query']) show(id);
`,
      'dep.mjs':
        'console.log(import.meta.url, import.meta.filename, import.meta.dirname, import.meta.main, import.meta.resolve("./main.mjs"));',
      'dir/index.js': '',
      'node_modules/pkg/package.json':
        '{"exports": {".": {"import": "./i.mjs", "require": "./r.cjs"}, "./sub": "./sub.js"}}',
      'node_modules/pkg/i.mjs': '',
      'node_modules/pkg/sub.js': '',
    },
    hints: 1,
  },
  {
    name: 'import-meta-of-data-urls-and-parent',
    entry: 'main.mjs',
    files: {
      'main.mjs': `
console.log((await import('data:text/javascript,export default import.meta.url + import.meta.filename + import.meta.main')).default);
for (const code of ["import './x.mjs'", "import 'pkg'", "import 'fs'; export default 1", "export default import.meta.resolve('fs')", "export default import.meta.resolve('./x')"]) {
  await import('data:text/javascript,' + encodeURIComponent(code)).then((ns) => console.log(ns.default), (error) => console.log(error.code, error.message));
}
console.log((await import('data:application/json,{"a":1}', { with: { type: 'json' } })).default);
for (const url of ['data:text/css,a', 'data:,x', 'data:application/json,{}', 'data:text/javascript;base64,ZXhwb3J0IGRlZmF1bHQgMQ==']) {
  await import(url).then((ns) => console.log(ns.default), (error) => console.log(error.name, error.code, error.message));
}
`,
      'node_modules/pkg/index.js': '',
    },
  },
  {
    name: 'dynamic-import-from-everywhere',
    files: {
      'main.js': `
const vm = require('vm');
const show = (name, promise) => promise.then((ns) => console.log(name, ns.default), (error) => console.log(name, error.name, error.code, error.message));
(async () => {
  await show('plain', import('./lib.mjs'));
  await show('eval', eval("import('./lib.mjs')"));
  await show('indirect eval', (0, eval)("import('./lib.mjs')"));
  await show('function', new Function("return import('./lib.mjs')")());
  await show('async function', Object.getPrototypeOf(async function () {}).constructor("return import('node:path')")());
  await show('script', new vm.Script("import('./lib.mjs')", { filename: __dirname + '/script.js', importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER }).runInThisContext());
  await show('script by URL', new vm.Script("import('./lib.mjs')", { filename: require('url').pathToFileURL(__dirname + '/sub/script.js').href, importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER }).runInThisContext());
  await show('script without loader', (async () => new vm.Script("import('./lib.mjs')", { filename: __dirname + '/script.js' }).runInThisContext())());
  await show('compiled function', vm.compileFunction("return import('./lib.mjs')", [], { filename: __dirname + '/f.js', importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER })());
  await show('new context', vm.runInNewContext("import('./lib.mjs')", {}, { filename: __dirname + '/c.js', importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER }));
  await show('package', import('pkg')); await show('cached module', require('./user').load());
  await show('timer', new Promise((resolve) => setTimeout(resolve)).then(() => import('./lib.mjs')));
  await show('computed', import(['.', 'lib.mjs'].join('/')));
  await show('object', import({ toString: () => './lib.mjs' }));
  await show('missing', import('./nope.mjs')); await show('missing package', import('nope')); await show('directory', import('./sub'));
  await show('throws', import('./throws.mjs')); await show('throws again', import('./throws.mjs')); await show('symbol', (async () => import(Symbol('x')))());
})();
`,
      'lib.mjs': 'export default import.meta.url;',
      'sub/lib.mjs': 'export default import.meta.url;',
      'throws.mjs': "throw new RangeError('thrown');",
      'user.js': "exports.load = () => import('./sub/lib.mjs');",
      'node_modules/pkg/index.mjs': '',
      'node_modules/pkg/package.json': '{"exports": "./index.mjs"}',
    },
    hints: 2,
    env: { NODE_NO_WARNINGS: '1' },
  },
  {
    name: 'queries-and-fragments',
    entry: 'main.mjs',
    files: {
      'main.mjs': `
import a from './lib.mjs'; import b from './lib.mjs?x=1'; import c from './lib.mjs?x=2'; import d from './lib.mjs#f'; import e from './lib.mjs?x=1';
console.log(a, b, c, d, b === e, globalThis.count);
import f, { n } from './cjs.cjs?1'; import g from './cjs.cjs?2'; import h from './cjs.cjs';
console.log(f === g, g === h, n, globalThis.cjs);
import j1 from './data.json?1' with { type: 'json' }; import j2 from './data.json?2' with { type: 'json' };
console.log(j1 === j2, j1);
console.log((await import('./with%20space%3F.mjs')).default, (await import('./' + encodeURIComponent('ü.mjs'))).default, (await import('./ü.mjs')).default);
await import('./lib.mjs%3Fx').catch((error) => console.log(error.code, error.message));
await import('./a%2fb.mjs').catch((error) => console.log(error.code, error.message));
console.log((await import(new URL('./lib.mjs?url', import.meta.url))).default);
`,
      'lib.mjs': 'globalThis.count = (globalThis.count ?? 0) + 1; export default import.meta.url;',
      'cjs.cjs': 'globalThis.cjs = (globalThis.cjs ?? 0) + 1; exports.n = globalThis.cjs;',
      'data.json': '{}',
      'with space?.mjs': 'export default import.meta.filename;',
      'ü.mjs': 'export default import.meta.url;',
    },
    hints: 1,
  },
  {
    name: 'attributes',
    entry: 'main.mjs',
    files: {
      'main.mjs': `
const attempt = (id, options) => import(id, options).then((ns) => console.log(id, ns.default), (error) => console.log(id, error.name, error.code, error.message));
await attempt('./data.json', { with: { type: 'json' } }); await attempt('./data.json'); await attempt('./data.json', { with: { type: 'css' } });
await attempt('./lib.mjs', { with: { type: 'json' } }); await attempt('./lib.mjs', { with: { type: 'text' } }); await attempt('./lib.mjs', { with: { other: 'x' } });
await attempt('./cjs.cjs', { with: { type: 'json' } }); await attempt('fs', { with: { type: 'json' } }); await attempt('./bad.json', { with: { type: 'json' } });
await attempt('./missing.json', { with: { type: 'json' } }); await attempt('./lib.mjs', { with: 1 }); await attempt('./lib.mjs', {}); await attempt('./data.json', { with: { type: 'json', other: 'x' } });
await attempt('./noext', { with: { type: 'json' } }); await attempt('./bom.json', { with: { type: 'json' } });
`,
      'data.json': '{"a": 1}',
      'bad.json': '{"a": }',
      'bom.json': '\ufeff1',
      'lib.mjs': 'export default 1;',
      'cjs.cjs': '',
      noext: '{}',
    },
    hints: 1,
  },
  {
    name: 'json-without-attribute-uncaught',
    entry: 'main.mjs',
    files: { 'main.mjs': "import data from './data.json';\n", 'data.json': '{}' },
    status: 1,
    complains: /ERR_IMPORT_ATTRIBUTE_MISSING/,
  },
  {
    name: 'bad-json-uncaught',
    entry: 'main.mjs',
    files: {
      'main.mjs': "import data from './data.json' with { type: 'json' };\n",
      'data.json': '{"a"}',
    },
    status: 1,
  },
  {
    name: 'wasm',
    entry: 'main.mjs',
    files: {
      'main.mjs': `
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
const file = new URL('./add.wasm', import.meta.url);
console.log((await WebAssembly.instantiate(readFileSync(file))).instance.exports.add(2, 3));
console.log(new WebAssembly.Instance(await WebAssembly.compile(await readFile(file))).exports.add(3, 4));
await import('./add.wasm').then((ns) => console.log(Object.keys(ns), ns.add(4, 5)), (error) => console.log(error.name, error.code, error.message));
await import('./bad.wasm').then((ns) => console.log(ns), (error) => console.log(error.name, error.code, error.message));
`,
      'add.wasm': Buffer.from(
        '0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b',
        'hex',
      ),
      'bad.wasm': 'no wasm',
    },
  },
  {
    name: 'wasm-required',
    files: {
      'main.js':
        "try { require('./add.wasm') } catch (error) { console.log(error.name, error.code, error.message.split('\\n')[0]) }",
      'add.wasm': Buffer.from(
        '0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b',
        'hex',
      ),
    },
  },
  {
    name: 'live-bindings-and-cycles',
    entry: 'main.mjs',
    files: {
      'main.mjs':
        "import { count, up } from './a.mjs'; import * as ns from './a.mjs'; console.log(count, ns.count); up(); console.log(count, ns.count, Object.keys(ns));\ntry { ns.count = 5 } catch (error) { console.log(error.message) }\nimport('./tdz-a.mjs').catch((error) => console.log(error.name, error.message));",
      'a.mjs':
        "import { b } from './b.mjs'; export let count = b(); export function up() { count += 10; } export { default } from './b.mjs';",
      'b.mjs':
        "import { up } from './a.mjs'; export function b() { return typeof up; } export default class {}",
      'tdz-a.mjs': "import './tdz-b.mjs'; export const value = 1;",
      'tdz-b.mjs': "import { value } from './tdz-a.mjs'; console.log(value);",
    },
  },
  {
    name: 'top-level-await',
    entry: 'main.mjs',
    files: {
      'main.mjs':
        "import './one.mjs'; import './two.mjs'; console.log('main'); export default await new Promise((resolve) => setTimeout(resolve, 5, 'x')); console.log('end');",
      'one.mjs': "console.log('one before'); await null; console.log('one after');",
      'two.mjs': "console.log('two');",
    },
  },
  {
    name: 'top-level-await-unsettled',
    entry: 'main.mjs',
    files: {
      'main.mjs': "import './dep.mjs';\nprocess.on('exit', (code) => console.log('exit', code));",
      'dep.mjs': "console.log('before');\n\n  await new Promise(() => {});\n",
    },
    status: 13,
    complains: /unsettled top-level await/,
  },
  {
    name: 'defer-to-later-instances',
    entry: 'main.mjs',
    files: {
      'main.mjs':
        "const [a, b] = await Promise.all([import('./slow.mjs'), import('./slow.mjs')]); console.log(a === b, globalThis.runs); const settled = await Promise.allSettled([import('./fails.mjs'), import('./fails.mjs')]); console.log(settled.map((one) => one.reason.message), settled[0].reason === settled[1].reason);",
      'slow.mjs':
        'globalThis.runs = (globalThis.runs ?? 0) + 1; await new Promise((resolve) => setTimeout(resolve, 5));',
      'fails.mjs': "throw new Error('once');",
    },
  },
  {
    name: 'process-facts',
    files: {
      'main.js':
        "console.log(process.mainModule === module, process.mainModule.filename, require.main === module, process.argv[1], process.argv0.length > 0, process._eval);\nimport('./lib.mjs');",
      'lib.mjs':
        "import { createRequire } from 'node:module'; console.log(process.mainModule?.id, createRequire(import.meta.url).main?.id);",
    },
  },
  {
    name: 'warning-about-default-loader',
    files: {
      'main.js':
        "const vm = require('vm');\nnew vm.Script(\"import('./lib.mjs')\", { filename: __filename, importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER }).runInThisContext().then((ns) => console.log(ns.default));",
      'lib.mjs': 'export default 1;',
    },
    differs:
      'Modules with cached data are compiled with that constant, so a warning about it says nothing of the app.',
    without: /\(node:PID\) ExperimentalWarning: vm\.USE_MAIN.*\n.*\n/,
  },
  {
    name: 'source-phase',
    since: 24,
    entry: 'main.mjs',
    files: {
      'main.mjs': `
await import('./static.mjs').then((ns) => console.log(ns.default), (error) => console.log(error.name, error.code, error.message));
await import('./dynamic.mjs').then((ns) => console.log(ns.default), (error) => console.log(error.name, error.code, error.message));
`,
      'static.mjs':
        "import source x from './add.wasm'; export default [x instanceof WebAssembly.Module, WebAssembly.Module.exports(x)];",
      'dynamic.mjs': "export default await import.source('./lib.mjs');",
      'lib.mjs': 'export default 1;',
      'add.wasm': Buffer.from(
        '0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b',
        'hex',
      ),
    },
  },
  {
    name: 'text-imports',
    inStandard: { differs: 'A source that is not there cannot be read.', instead: /EACCES/ },
    since: 26,
    entry: 'main.mjs',
    env: { NODE_OPTIONS: '--experimental-import-text' },
    files: {
      'main.mjs':
        "import note from './note.txt' with { type: 'text' }; console.log(note); await import('./lib.mjs', { with: { type: 'text' } }).then((ns) => console.log(ns.default), (error) => console.log(error.code));\nawait import('./note.txt').catch((error) => console.log(error.code));",
      'note.txt': 'a note',
      'lib.mjs': 'export default 1;',
    },
  },
];
