'use strict';

// `require` and what hangs on it, and the objects of modules.

module.exports = [
  {
    name: 'the-function-and-its-properties',
    files: {
      'main.js': `
console.log(require.name, require.length, Object.keys(require), typeof require.resolve.paths, require.resolve.length);
console.log(require.main === module, require.main.id, require.extensions === require('module')._extensions);
console.log(require.cache === require('module')._cache, Object.keys(require.extensions));
console.log(Object.getOwnPropertyDescriptor(require, 'main').writable, require('./lib').same);
console.log(Object.getPrototypeOf(require) === Function.prototype, String(require).slice(0, 8));
`,
      'lib.js':
        'exports.same = require.main === module.parent && require.cache[__filename] === module;',
    },
  },
  {
    name: 'the-module-object',
    files: {
      'main.js': `
const util = require('util');
const child = require('./lib/child');
module.paths = module.paths.filter((folder) => folder !== '/tmp/node_modules');
console.log(module.id, module.path, module.filename, module.loaded, module.paths, module.children.length);
console.log(module.children[0] === child.module, child.atLoad, child.module.loaded, child.module.parent === module);
console.log(util.inspect({ ...Object.fromEntries(Object.entries(module)) }, { depth: 0 }));
console.log(module instanceof require('module'), module.constructor === require('module'), module.isPreloading);
console.log(Object.keys(child.module), module.parent, module.hasOwnProperty('parent'), 'parent' in module);
`,
      'lib/child.js':
        "require('./leaf'); exports.module = module; exports.atLoad = [module.loaded, module.id, module.parent.id, module.children.map((c) => c.id)];",
      'lib/leaf.js': '',
    },
  },
  {
    name: 'the-module-object-inside',
    files: {
      'main.js':
        "console.log(Object.getOwnPropertySymbols(module).map(String), require('./child'));",
      'child.js': 'module.exports = Object.getOwnPropertySymbols(module).map(String);',
    },
    differs: 'Symbols that Node keeps on modules for itself are there when they are needed.',
    instead: /kIsMainSymbol/,
  },
  {
    name: 'module-require',
    files: {
      'main.js': `
console.log(module.require('./lib'), require.main.require('./lib') === require('./lib'), require('./deep/user').up);
for (const value of [undefined, '', 1, null, {}]) {
  try { module.require(value) } catch (error) { console.log(error.name, error.code, error.message) }
  try { require(value) } catch (error) { console.log(error.name, error.code, error.message) }
  try { require.resolve(value) } catch (error) { console.log(error.name, error.code, error.message) }
  try { require.resolve.paths(value) } catch (error) { console.log(error.name, error.code, error.message) }
}
`,
      'lib.js': "module.exports = 'lib';",
      'deep/user.js':
        "exports.up = module.parent.require('./lib') + module.parent.require('./deep/other');",
      'deep/other.js': "module.exports = '+other';",
    },
  },
  {
    name: 'resolve-and-paths',
    files: {
      'main.js': `
const path = require('path');
const show = (...args) => { try { console.log(args, require.resolve(...args)) } catch (e) { console.log(args, e.code, e.name, e.message) } };
show('./lib'); show('./lib/'); show('./lib/index'); show('pkg'); show('pkg/sub'); show('fs'); show('node:fs'); show('node:nope');
show('./x', { paths: [path.join(__dirname, 'lib')] });
show('./x', { paths: ['lib'] });
show('pkg', { paths: [path.join(__dirname, 'lib')] });
show('pkg', { paths: [] }); show('./lib', { paths: [] });
show('pkg', { paths: [path.join(__dirname, 'elsewhere'), __dirname] });
show('./lib', { paths: 'no array' }); show('./lib', {}); show('./lib', null);
show(path.join(__dirname, 'lib')); show(__dirname + '/lib/../lib/x.js'); show(__dirname + '//lib//x'); show('.'); show('..'); show('./');
console.log(...['x', './x', '../x', 'node:fs', 'fs', '/a', '.a'].map((id) => require.resolve.paths(id)?.filter((folder) => folder.startsWith(__dirname))));
`,
      'index.js': '',
      'lib/index.js': '',
      'lib/x.js': '',
      'lib/node_modules/pkg/index.js': '',
      'node_modules/pkg/index.js': '',
      'node_modules/pkg/sub/index.js': '',
    },
  },
  {
    name: 'cache-deleted-and-replaced',
    files: {
      'main.js': `
const file = require.resolve('./counter');
const one = require('./counter');
delete require.cache[file];
const two = require('./counter');
console.log(one.n, two.n, module.children.map((child) => child.exports.n), require.cache[file].exports === two);
require.cache[file].exports = { n: 'replaced' };
console.log(require('./counter').n);
require.cache[file] = { id: file, filename: file, loaded: true, exports: { n: 'stub' } };
console.log(require('./counter').n, require('./user'));
Object.assign(require.cache, { [require.resolve('./never')]: { exports: 'stubbed', loaded: true } });
console.log(require('./never'));
for (const key of Object.keys(require.cache)) delete require.cache[key];
console.log(require('./counter').n, Object.keys(require.cache).length);
const Module = require('module');
Module._cache = { __proto__: null };
console.log(require('./counter').n, Object.keys(Module._cache).length, Object.keys(require.cache).length);
`,
      'counter.js': 'exports.n = globalThis.n = (globalThis.n ?? 0) + 1;',
      'user.js': "module.exports = 'user of ' + require('./counter').n;",
      'never.js': "throw new Error('not reached');",
    },
  },
  {
    name: 'proxyquire-like',
    files: {
      'main.js': `
const Module = require('module');
function load(file, stubs) {
  const id = Module._resolveFilename(file, module);
  const cached = Module._cache[id];
  delete Module._cache[id];
  const original = Module._load;
  Module._load = function (request, parent, isMain) {
    return parent.filename === id && Object.hasOwn(stubs, request) ? stubs[request] : original.call(this, request, parent, isMain);
  };
  try { return module.require(id) } finally {
    Module._load = original;
    if (cached) Module._cache[id] = cached; else delete Module._cache[id];
  }
}
console.log(load('./user', { './dep': 'stubbed', fs: { existsSync: () => 'stubbed fs' } }), require('./user'));
`,
      'user.js':
        "module.exports = [require('./dep'), require('fs').existsSync('/'), require('./other')];",
      'dep.js': "module.exports = 'dep';",
      'other.js': "module.exports = 'other';",
    },
  },
  {
    name: 'mock-require-like',
    files: {
      'main.js': `
const Module = require('module');
const path = require('path');
const mocks = { [require.resolve('./dep')]: 'mocked dep', os: { hostname: () => 'mocked host' } };
const original = Module._load;
Module._load = function (request, parent) {
  if (!parent) return original.apply(this, arguments);
  const id = Module.isBuiltin(request) ? request : Module._resolveFilename(request, parent);
  return Object.hasOwn(mocks, id) ? mocks[id] : original.apply(this, arguments);
};
console.log(require('./user'), require('os').hostname(), require('./dep'));
Module._load = original;
delete require.cache[require.resolve('./user')];
console.log(require('./user'));
`,
      'user.js': "module.exports = [require('./dep'), typeof require('os').hostname()];",
      'dep.js': "module.exports = 'dep';",
    },
  },
  {
    name: 'children-of-failed-modules',
    files: {
      'main.js': `
for (const id of ['./throws', './missing-inside', './syntax', './bad.json']) {
  try { require(id) } catch (error) { console.log(id, error.name, error.code, error.requireStack) }
  console.log(module.children.length, Object.keys(require.cache).length);
}
`,
      'throws.js': "require('./ok'); throw new TypeError('x');",
      'ok.js': '',
      'missing-inside.js': "require('./nowhere');",
      'syntax.js': 'let let = 1;',
      'bad.json': '{',
    },
  },
  {
    name: 'cycles',
    files: {
      'main.js': `
console.log('main', require('./a'), require('./class-a').name);
require('./self');
`,
      'a.js': "exports.first = 1; exports.b = require('./b').seen; exports.last = 2;",
      'b.js':
        "const a = require('./a'); exports.seen = [a.first, a.last, a.unknown, a.__esModule, 'x' in a]; Object.getOwnPropertyDescriptor(a, 'y');",
      'class-a.js': "module.exports = class A {}; module.exports.b = require('./class-b');",
      'class-b.js': "module.exports = class B extends require('./class-a') {};",
      'self.js':
        "exports.early = true; console.log(require('./self') === module.exports, require('./self').early, require('./self').late);",
    },
    complains: /inside circular dependency/,
  },
  {
    name: 'main-variants',
    files: {
      'main.js': `
for (const id of ['dir', 'no-ext', 'dotted', 'missing-main', 'empty-main', 'no-files', 'number-main', 'json-main', 'index-json', 'slash-main', 'up-main', 'dir/', './data', './both', './both.js', './both/', './a.b']) {
  try { console.log(id, require(id)) } catch (error) { console.log(id, error.code, error.message, error.path, error.requestPath, error.requireStack) }
}
`,
      'node_modules/dir/package.json': '{"main": "lib"}',
      'node_modules/dir/lib/index.js': 'module.exports = __filename;',
      'node_modules/no-ext/package.json': '{"main": "lib/main"}',
      'node_modules/no-ext/lib/main.js': 'module.exports = __filename;',
      'node_modules/dotted/package.json': '{"main": "./lib/../lib/./main.js"}',
      'node_modules/dotted/lib/main.js': 'module.exports = __filename;',
      'node_modules/missing-main/package.json': '{"main": "nope"}',
      'node_modules/missing-main/index.js': 'module.exports = __filename;',
      'node_modules/empty-main/package.json': '{"main": ""}',
      'node_modules/empty-main/index.js': 'module.exports = __filename;',
      'node_modules/no-files/package.json': '{"main": "nope.js"}',
      'node_modules/number-main/package.json': '{"main": 1}',
      'node_modules/number-main/index.js': 'module.exports = __filename;',
      'node_modules/json-main/package.json': '{"main": "data"}',
      'node_modules/json-main/data.json': '{"json": 1}',
      'node_modules/index-json/index.json': '{"index": 1}',
      'node_modules/slash-main/package.json': '{"main": "/lib.js"}',
      'node_modules/slash-main/index.js': 'module.exports = __filename;',
      'node_modules/slash-main/lib.js': 'module.exports = __filename;',
      'node_modules/up-main/package.json': '{"main": "../dir/lib"}',
      'data.json': '[1]',
      'both.js': 'module.exports = __filename;',
      'both/index.js': 'module.exports = __filename;',
      'a.b.js': 'module.exports = __filename;',
    },
  },
  {
    name: 'json-and-other-files',
    files: {
      'main.js': `
console.log(require('./ok.json'), require('./bom'), require('./text.txt'), require('./noext'));
for (const id of ['./bad.json', './empty.json']) {
  try { require(id) } catch (error) { console.log(error.name, error.code, error.message) }
}
`,
      'ok.json': '{"a": {"b": [null]}}',
      'bom.json': '\ufeff{"bom": 1}',
      'text.txt': "module.exports = 'txt is js';",
      noext: "module.exports = 'noext is js';",
      'bad.json': '{"a": 1,}',
      'empty.json': '',
    },
  },
  {
    name: 'bad-addon',
    files: {
      'main.js':
        "try { require('./bad.node') } catch (error) { console.log(error.name, error.code, error.message) }",
      'bad.node': 'this is no addon',
    },
    differs:
      'An addon has to be a file of the disk, so its copy is what the system names in its message.',
    instead: /ERR_DLOPEN_FAILED/,
  },
  {
    name: 'missing-addon',
    files: {
      'main.js': `
try { require('./nothing.node') } catch (error) { console.log(error.name, error.code, error.message) }
try { require('./build/Release/x') } catch (error) { console.log(error.name, error.code, error.message) }
`,
    },
    hints: 2,
  },
  {
    name: 'global-paths',
    env: { NODE_PATH: 'node-path' },
    outside: {
      'node-path/global/index.js': "module.exports = 'from NODE_PATH';",
      '.node_modules/homely/index.js': "module.exports = 'from home';",
    },
    files: {
      'main.js': `
const Module = require('module');
const path = require('path');
console.log(Module.globalPaths.slice(0, 3).map((folder) => path.relative(process.cwd(), path.resolve(folder))));
console.log(require('global'), require('homely'), require('./lib/user'));
console.log(require.resolve.paths('x').length - module.paths.length === Module.globalPaths.length);
process.env.NODE_PATH = path.join(__dirname, 'own');
Module._initPaths();
console.log(require('in-own'), Module.globalPaths[0]);
`,
      'lib/user.js': "module.exports = require('global');",
      'own/in-own/index.js': "module.exports = 'from an own NODE_PATH';",
    },
  },
  {
    name: 'create-require',
    files: {
      'main.js': `
const { createRequire } = require('module');
const { pathToFileURL } = require('url');
const path = require('path');
for (const base of [__filename, __dirname + '/', __dirname, path.join(__dirname, 'lib') + '/', pathToFileURL(__dirname + '/lib/x.js'), pathToFileURL(__dirname + '/lib/').href, 'file://' + __dirname + '/lib/x.js?query#hash', path.join(__dirname, 'not/there.js')]) {
  const from = createRequire(base);
  try { console.log(from.resolve('pkg'), from.main === module, Object.keys(from)) } catch (error) { console.log(error.code, error.message, error.requireStack) }
  try { console.log(from('./leaf')) } catch (error) { console.log(error.code, error.message, error.requireStack) }
}
for (const base of ['relative.js', './x', 'https://x.invalid/', 1, undefined, {}, '']) {
  try { createRequire(base) } catch (error) { console.log(error.name, error.code, error.message) }
}
const from = createRequire(__dirname + '/lib/');
console.log(from('./leaf') === require('./lib/leaf'), from.cache === require.cache, require.cache[require.resolve('./lib/leaf')].parent.filename);
`,
      'leaf.js': "module.exports = 'leaf';",
      'lib/leaf.js': 'module.exports = { lib: true };',
      'lib/node_modules/pkg/index.js': '',
      'node_modules/pkg/index.js': '',
    },
    hints: 3,
  },
  {
    name: 'builtins',
    files: {
      'main.js': `
const Module = require('module');
console.log(['fs', 'node:fs', 'fs/promises', 'node:test', 'test', 'sys', 'nope', 'node:nope', '', './fs', 'wss', 'node:sea', 'sea', 'node:sqlite', 'internal/util'].map((id) => Module.isBuiltin(id)));
for (const id of ['node:nope', 'node:', 'node:internal/util', 'internal/util', 'test', 'sea', 'node:fs/nope', 'fs/nope']) {
  try { console.log(id, typeof require(id)) } catch (error) { console.log(id, error.name, error.code, error.message) }
}
console.log(require('assert/strict') === require('node:assert/strict'), Module.builtinModules.includes('fs'));
const fs = require('fs');
const original = fs.existsSync;
fs.existsSync = () => 'patched';
Module.syncBuiltinESMExports();
import('node:fs').then((ns) => { console.log(ns.existsSync(), ns.default.existsSync()); fs.existsSync = original; });
require.cache['node:os'] = { exports: 'never used', loaded: true };
require.cache.os = { exports: 'a mock', loaded: true };
console.log(require('os'), typeof require('node:os').cpus);
`,
      'node_modules/test/index.js': "module.exports = 'a package named test';",
      'node_modules/sea/index.js': "module.exports = 'a package named sea';",
      'node_modules/fs/index.js': "throw new Error('never');",
    },
    hints: 1,
  },
  {
    name: 'pending-deprecation',
    env: { NODE_PENDING_DEPRECATION: '1' },
    files: {
      'main.js':
        "try { require('./nope') } catch (error) { console.log(error.message) }\nconsole.log(require('./lib').parent);",
      'lib.js': 'exports.parent = module.parent.id;',
    },
    complains: /DEP0144/,
    hints: 1,
  },
  {
    name: 'preserve-symlinks',
    differs: 'Symlinks are always followed.',
    instead: /real\/index\.js/,
    env: { NODE_OPTIONS: '--preserve-symlinks' },
    files: {
      'main.js':
        "console.log(require('linked'), require('./link'), require.resolve('linked/lib'));\nimport('linked').then((ns) => console.log(ns.default));",
      'real/index.js': 'module.exports = __filename;',
      'real/lib.js': '',
      'node_modules/linked': { link: '../real' },
      'link.js': { link: 'real/index.js' },
    },
  },
  {
    name: 'diagnostics-channel',
    files: {
      'main.js': `
const channel = require('diagnostics_channel');
for (const name of ['start', 'end', 'error']) {
  channel.subscribe('tracing:module.require:' + name, (message) => console.log(name, message.id, message.parentFilename, message.error?.code));
  channel.subscribe('tracing:module.import:' + name, (message) => console.log('import', name, message.url, message.parentURL));
}
require('./lib'); require('fs');
try { require('./nope') } catch {}
import('./lib.js');
`,
      'lib.js': '',
    },
  },
];
