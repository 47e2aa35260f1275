'use strict';

const FACTS = `
console.log(JSON.stringify({
  argv: process.argv.slice(1),
  filename: __filename,
  dirname: __dirname,
  isMain: require.main === module,
  mainFilename: require.main.filename,
  mainModule: process.mainModule === module,
  id: module.id,
  path: module.path,
  paths: module.paths.slice(0, 2),
  loaded: module.loaded,
  keys: Object.keys(module),
  parent: module.parent,
  thisIsExports: this === module.exports && exports === module.exports,
  require: Object.keys(require),
  resolve: Object.keys(require.resolve),
  argumentCount: arguments.length,
}, null, 1).replaceAll(/^.*\\/app"?,?$/gm, '<path>'));
const child = require('./child');
console.log(child.parentId, child.mainIsParent, module.children.map((entry) => entry.id), Object.keys(require.cache));
`;

const COMMONJS_CASES = [
  {
    name: 'facts-of-modules',
    files: {
      'main.js': FACTS,
      'child.js':
        'exports.parentId = module.parent.id; exports.mainIsParent = require.main === module.parent;',
    },
    args: ['--flag', 'value', '-e', '--', ''],
  },
  {
    name: 'error-at-top-level',
    files: { 'main.js': "const first = 1;\n  throw new Error('boom');\n" },
    status: 1,
    complains: /throw new Error/,
  },
  {
    name: 'error-in-first-line',
    files: { 'main.js': 'foo.bar(); // é\n' },
    status: 1,
    complains: /main\.js:1:1/,
  },
  {
    name: 'error-deep-in-modules',
    files: {
      'main.js': "#!/usr/bin/env node\nrequire('./lib/a').run();\n",
      'lib/a.js':
        "const b = require('./b.js');\nexports.run = function run() {\n    return [1].map((x) => b.fail(x));\n};\n",
      'lib/b.js':
        "'use strict';\r\nclass Thing {\r\n  fail() { return null.x; }\r\n}\r\nexports.fail = () => new Thing().fail();\r\n",
    },
    status: 1,
    complains: /b\.js:3/,
  },
  {
    name: 'error-with-cause-and-properties',
    files: {
      'main.js':
        "const e = new TypeError('outer', { cause: new Error('inner') }); e.code = 'X'; throw e;",
    },
    status: 1,
  },
  { name: 'thrown-value', files: { 'main.js': "throw { some: 'object' };" }, status: 1 },
  {
    name: 'syntax-error',
    fallback: true,
    files: { 'main.js': "require('./bad.js');", 'bad.js': 'const a = ;\n' },
    status: 1,
  },
  {
    name: 'syntax-error-in-entry-point',
    fallback: true,
    files: { 'main.js': 'let x = 1;\nlet x = 2;\n' },
    status: 1,
  },
  { name: 'rejection', files: { 'main.js': "Promise.reject(new Error('late'));" }, status: 1 },
  {
    name: 'exit-code',
    files: { 'main.js': "process.exitCode = 3; console.error('to stderr');" },
    status: 3,
  },
  {
    name: 'stdin',
    files: { 'main.js': 'process.stdin.pipe(process.stdout);' },
    input: 'some\ninput',
  },
  {
    name: 'json',
    files: {
      'main.js':
        "console.log(require('./a.json'), require('./a'), require('./bom.json'));\ntry { require('./bad.json') } catch (e) { console.log(e.name, e.message) }",
      'a.json': '{"a": [1, "é"]}',
      'bom.json': '\ufeff{"bom": true}',
      'bad.json': '{"a": }',
    },
  },
  {
    name: 'sources-of-all-kinds',
    files: {
      'main.js':
        "for (const name of ['utf8', 'bom', 'crlf', 'bang', 'empty', 'comment', 'return', 'plain']) console.log(name, require('./' + name));",
      'utf8.js': "exports.text = 'grüße ☃ 😀';\n",
      'bom.js': "\ufeffexports.bom = 'yes';",
      'crlf.js': 'exports.a = 1;\r\nexports.b = `x\r\ny`;\r\n',
      'bang.js': '#!/usr/bin/env node\nmodule.exports = __filename;',
      'empty.js': '',
      'comment.js': '// nothing at the end of this line',
      'return.js': 'exports.before = 1; return; exports.after = 2;',
      plain: 'exports.noExtension = true;',
    },
  },
  {
    name: 'cycles',
    files: {
      'main.js':
        "const a = require('./a'); console.log(a.done, require('./b').sawDone, Object.getPrototypeOf(a) === Object.prototype);",
      'a.js': "exports.early = 1; const b = require('./b'); exports.done = true; b.finish();",
      'b.js':
        "const a = require('./a'); exports.sawDone = a.done; console.log('early', a.early, a.missing); exports.finish = () => console.log(a.done);",
    },
    complains: /inside circular dependency/,
  },
  {
    name: 'failed-module-is-tried-again',
    files: {
      'main.js':
        "for (let i = 0; i < 2; i++) try { require('./fails') } catch (e) { console.log(e.message, module.children.length, Object.keys(require.cache).length) }",
      'fails.js':
        "globalThis.count = (globalThis.count ?? 0) + 1; throw new Error('number ' + globalThis.count);",
    },
  },
  {
    name: 'cache-and-extensions',
    needsSource: 'it changes the source of a module',
    files: {
      'main.js': `
const first = require('./counter');
delete require.cache[require.resolve('./counter')];
console.log(first.n, require('./counter').n, require('./counter').n, first === require('./counter'));
require.extensions['.txt'] = (module, filename) => { module.exports = require('fs').readFileSync(filename, 'utf8').trim(); };
console.log(require('./note.txt'), require('./note'));
const original = require.extensions['.js'];
require.extensions['.js'] = function (module, filename) {
  const compile = module._compile;
  module._compile = (code, name) => compile.call(module, code.replace('original', 'replaced'), name);
  original(module, filename);
};
console.log(require('./hooked'));
require.cache[require.resolve('./faked')] = { exports: 'from the cache', loaded: true };
console.log(require('./faked'));
`,
      'counter.js': 'globalThis.n = (globalThis.n ?? 0) + 1; exports.n = globalThis.n;',
      'note.txt': 'a note\n',
      'hooked.js': "module.exports = 'original';",
      'faked.js': "throw new Error('not reached');",
    },
  },
  {
    name: 'monkey-patches',
    files: {
      'main.js': `
const Module = require('module');
const seen = [];
const load = Module._load;
Module._load = function (request, parent, isMain) {
  seen.push('load ' + request);
  return request === 'virtual' ? { virtual: true } : load.apply(this, arguments);
};
const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  return request === 'alias' ? require.resolve('./real') : resolve.call(this, request, ...rest);
};
const originalRequire = Module.prototype.require;
Module.prototype.require = function (id) { seen.push('require ' + id); return originalRequire.call(this, id); };
console.log(require('virtual'), require('alias'), require('./real').path, require('fs') === require('node:fs'));
console.log(seen);
`,
      'real.js': "exports.path = require('path').basename(__filename);",
    },
  },
  {
    name: 'wrapper-patch',
    needsSource: 'it changes the wrapper of modules',
    files: {
      'main.js': `
const Module = require('module');
Module.wrapper[0] += 'const injected = 42;';
console.log(require('./uses'));
`,
      'uses.js': 'module.exports = typeof injected;',
    },
  },
  {
    name: 'builtins',
    files: {
      'main.js': `
const Module = require('module');
console.log(require('fs/promises') === require('fs').promises, require('node:path') === require('path'));
for (const id of ['node:nope', 'nope', 'node:test', 'test']) {
  try { console.log(id, typeof require(id)); } catch (e) { console.log(id, e.code, e.message.split('\\n')[0]); }
}
require.cache.os = { exports: 'mock', loaded: true, id: 'os', filename: 'os' };
console.log(require('os'), typeof require('node:os'));
console.log(Module.isBuiltin('fs'), Module.builtinModules.length > 30, process.getBuiltinModule('fs') === require('fs'));
`,
    },
  },
  {
    name: 'require-resolve',
    files: {
      'main.js': `
console.log(require.resolve('./lib'), require.resolve('pkg'), require.resolve('fs'), require.resolve('node:fs'));
console.log(require.resolve('./x', { paths: [__dirname + '/lib'] }), require.resolve('pkg', { paths: [__dirname + '/lib/deep'] }));
console.log(require.resolve.paths('fs'), require.resolve.paths('./x'), require.resolve.paths('pkg').slice(0, 1));
for (const args of [['nope'], ['./nope'], ['nope', { paths: [__dirname] }], [1], ['']]) {
  try { console.log(require.resolve(...args)) } catch (e) { console.log(e.code, e.message, e.requireStack) }
}
const { createRequire } = require('module');
console.log(createRequire(__dirname + '/lib/x.js').resolve('./index'), createRequire('file://' + __dirname + '/lib/')('./x'));
`,
      'lib/index.js': '',
      'lib/x.js': "module.exports = 'x';",
      'lib/deep/y.js': '',
      'node_modules/pkg/index.js': '',
    },
  },
  {
    name: 'dynamic-import',
    files: {
      'main.js': `
(async () => {
  console.log((await import('./module.mjs')).default, (await import('pkg')).named);
  console.log((await eval("import('./module.mjs')")).default);
  console.log((await new Function("return import('node:path')")()).sep);
  console.log((await import('./data.json', { with: { type: 'json' } })).default);
  console.log((await import('./other.js')).default.a, (await import('./other.js')).a);
  await import('./missing.mjs').catch((e) => console.log(e.code, e.message));
  await import('missing').catch((e) => console.log(e.code, e.message));
  await import('./data.json').catch((e) => console.log(e.code, e.message));
})();
`,
      'module.mjs': 'export default import.meta.url;',
      'other.js': 'exports.a = 1;',
      'data.json': '{"json": 1}',
      'node_modules/pkg/package.json': '{"type": "module", "exports": "./main.js"}',
      'node_modules/pkg/main.js': "export const named = 'from pkg';",
    },
  },
  {
    name: 'require-esm',
    fallback: true,
    files: {
      'main.js': `
const m = require('./module.mjs');
console.log(m, m.default, m.__esModule, require('./module.mjs') === m, require('esm-pkg'), require('./as-cjs.mjs'));
try { require('./tla.mjs') } catch (e) { console.log(e.code, e.message.split('\\n')[0]) }
try { require('./broken.mjs') } catch (e) { console.log(e.name, e.message) }
`,
      'module.mjs':
        "import { x } from './dep.mjs'; import fs from 'fs'; export const y = x + 1; export default typeof fs.readFileSync;",
      'dep.mjs': "import cjs from './dep.cjs'; export const x = cjs.value;",
      'dep.cjs': 'exports.value = 41;',
      'as-cjs.mjs': "const value = { replaced: true }; export { value as 'module.exports' };",
      'tla.mjs': 'await 1; export const z = 1;',
      'broken.mjs': 'export const = 1;',
      'node_modules/esm-pkg/package.json': '{"type": "module", "main": "index.js"}',
      'node_modules/esm-pkg/index.js':
        "export const pkg = import.meta.filename.endsWith('index.js');",
    },
  },
  {
    name: 'plugins-from-the-disk',
    files: {
      'main.js': `
const path = require('path');
console.log(require(path.join(process.cwd(), 'plugin.js')));
console.log(require('module').createRequire(process.cwd() + '/')('./plugin.js').name);
import(path.join(process.cwd(), 'plugin.mjs')).then((m) => console.log(m.default));
`,
      'shared.js': "module.exports = 'shared by the app';",
    },
    outside: {
      'plugin.js':
        "exports.name = 'plugin'; exports.shared = require(process.argv[1].replace('main.js', 'shared')); exports.dep = require('dep');",
      'plugin.mjs':
        "import dep from 'dep'; const shared = await import(process.argv[1].replace('main.js', 'shared.js')); export default [dep, shared.default];",
      'node_modules/dep/index.js': "module.exports = 'dep of the plugin';",
    },
  },
  {
    name: 'hooks-of-the-app',
    needsSource: 'it changes the source of a module',
    files: {
      'main.js': `
const { registerHooks } = require('module');
const hooks = registerHooks({
  resolve(specifier, context, next) {
    return specifier === 'virtual:x' ? { url: 'virtual:x', format: 'commonjs', shortCircuit: true } : next(specifier, context);
  },
  load(url, context, next) {
    if (url === 'virtual:x') return { source: "module.exports = 'virtual'", format: 'commonjs', shortCircuit: true };
    const result = next(url, context);
    if (url.endsWith('real.js')) result.source = String(result.source).replace('original', 'hooked');
    return result;
  },
});
console.log(require('virtual:x'), require('./real'), require('pkg'));
hooks.deregister();
delete require.cache[require.resolve('./real')];
console.log(require('./real'));
`,
      'real.js': "module.exports = 'original';",
      'node_modules/pkg/index.js': "module.exports = 'pkg';",
    },
  },
  {
    name: 'main-and-index',
    files: {
      'main.js': `
for (const id of ['./dir', './dir/', './dir/.', 'main-dir', 'main-file', 'main-missing', 'no-main', './both', './both/', '.', './', './file.json/', 'scoped', '@s/p', '@s/p/sub', 'main-dir/lib']) {
  try { console.log(id, require(id)) } catch (e) { console.log(id, e.code, e.message, e.path, e.requestPath) }
}`,
      'index.js': "module.exports = 'index of the app';",
      'dir/index.js': "module.exports = 'dir';",
      'both.js': "module.exports = 'file';",
      'both/index.js': "module.exports = 'folder';",
      'file.json': '1',
      'node_modules/main-dir/package.json': '{"main": "lib"}',
      'node_modules/main-dir/lib/index.js': "module.exports = 'main is a folder';",
      'node_modules/main-file/package.json': '{"main": "./a"}',
      'node_modules/main-file/a.js': "module.exports = 'main without extension';",
      'node_modules/main-missing/package.json': '{"main": "./nope.js"}',
      'node_modules/main-missing/index.js': "module.exports = 'index instead';",
      'node_modules/no-main/package.json': '{"main": "./nope.js"}',
      'node_modules/@s/p/index.js': "module.exports = 'scoped';",
      'node_modules/@s/p/sub.js': "module.exports = 'scoped sub';",
    },
  },
  {
    name: 'unusual-names',
    files: {
      'main.js':
        "console.log(require('./with space'), require('./ünï/ç'), require('./a%20b'), require('./per#cent?.js'));\nimport('./with%20space.js').then((m) => console.log(m.default, m.default === require('./with space')));\nimport('./%C3%BCn%C3%AF/%C3%A7.js').then((m) => console.log(m.default));",
      'with space.js': 'module.exports = [__filename];',
      'ünï/ç.js': 'module.exports = __filename;',
      'a%20b.js': "module.exports = 'percent';",
      'per#cent?.js': "module.exports = 'hash';",
    },
  },
  {
    name: 'typescript-entry-point',
    fallback: true,
    since: 24,
    entry: 'main.ts',
    files: {
      'main.ts':
        "const lib = require('./lib.cts'); const n: number = lib.value; console.log(n, __filename);",
      'lib.cts': 'interface X { a: string } exports.value = 1 as number;',
    },
  },
];

module.exports = { COMMONJS_CASES };
