'use strict';

// What programs replace in `require.extensions` and `Module`, as the well-known packages do.

module.exports = [
  {
    name: 'extensions-like-pirates',
    inStandard: { differs: 'A source that is not there cannot be changed.', instead: /SECRET is not defined/ },
    files: {
      'main.js': `
const Module = require('module');
function addHook(hook, { exts, matcher }) {
  const reverts = exts.map((ext) => {
    const old = Module._extensions[ext] || Module._extensions['.js'];
    const original = Module._extensions[ext];
    Module._extensions[ext] = function newLoader(mod, filename) {
      if (matcher(filename)) {
        const compile = mod._compile;
        mod._compile = function _compile(code, name) {
          mod._compile = compile;
          return mod._compile(hook(code, filename), name);
        };
      }
      old(mod, filename);
    };
    return () => { if (original) Module._extensions[ext] = original; else delete Module._extensions[ext]; };
  });
  return () => reverts.forEach((revert) => revert());
}
const revert = addHook((code, filename) => code.replaceAll('SECRET', JSON.stringify(require('path').basename(filename))), { exts: ['.js', '.es', '.tsx'], matcher: (name) => !name.includes('node_modules') });
console.log(require('./a'), require('./b.es'), require('./c'), require('pkg'));
try { require('./throws') } catch (error) { console.log(error.stack.split('\\n    at ').slice(0, 2).join(' at ')) }
revert();
delete require.cache[require.resolve('./a')];
try { require('./a') } catch (error) { console.log(error.message) }
`,
      'a.js': 'module.exports = SECRET;',
      'b.es': 'module.exports = SECRET;',
      'c.tsx': 'module.exports = SECRET;',
      'throws.js': "const x = SECRET;\n\n  throw new Error('line three ' + x);",
      'node_modules/pkg/index.js': 'module.exports = typeof SECRET;',
    },
  },
  {
    name: 'extensions-of-own',
    files: {
      'main.js': `
const fs = require('fs');
require.extensions['.txt'] = (module, filename) => { module.exports = fs.readFileSync(filename, 'utf8'); };
require.extensions['.tpl.html'] = (module, filename) => { module._compile('module.exports = ' + JSON.stringify(fs.readFileSync(filename, 'utf8')), filename); };
console.log(require('./note'), require('./note.txt'), require('./page.tpl.html'), require('./page'), require('./other.html'));
require.extensions['.json'] = (module) => { module.exports = 'own json'; };
console.log(require('./data.json'), require('./data'));
delete require.extensions['.json'];
try { require('./data2.json') } catch (error) { console.log(error.name, error.message) }
try { require('./data2') } catch (error) { console.log(error.code) }
console.log(Object.keys(require.extensions));
delete require.extensions['.js'];
try { console.log(require('./lib')) } catch (error) { console.log(error.code ?? error.message) }
`,
      'note.txt': 'a note',
      'page.tpl.html': '<p>',
      'other.html': "module.exports = 'html is js';",
      'data.json': '1',
      'data2.json': '{"not": "js"}',
      'lib.js': '',
    },
  },
  {
    name: 'load-and-resolve',
    files: {
      'main.js': `
const Module = require('module');
const seen = [];
const { _load, _resolveFilename, _findPath, _nodeModulePaths, _resolveLookupPaths } = Module;
Module._load = function (request, parent, isMain) { seen.push(['load', request, parent && parent.id, isMain]); return request === 'virtual' ? 'virtual' : _load.apply(this, arguments); };
Module._resolveFilename = function (request, parent, isMain, options) { seen.push(['resolve', request, isMain, options]); return _resolveFilename.call(this, request === 'alias' ? './lib' : request, parent, isMain, options); };
Module._findPath = function (request, paths, isMain) { seen.push(['find', request, paths && paths.length, isMain]); return request === 'found' ? require.resolve('./found') : _findPath.apply(this, arguments); };
Module._nodeModulePaths = function (from) { seen.push(['paths', from]); return [__dirname + '/vendor', ..._nodeModulePaths.call(this, from)]; };
Module._resolveLookupPaths = function (request, parent) { seen.push(['lookup', request]); return _resolveLookupPaths.apply(this, arguments); };
console.log(require('virtual'), require('alias'), require('found'), require('./user'));
Object.assign(Module, { _load, _resolveFilename, _findPath, _nodeModulePaths, _resolveLookupPaths });
console.log(seen.filter(([kind]) => kind !== 'find' && kind !== 'lookup' && kind !== 'resolve'));
console.log(new Set(seen.map(([kind]) => kind).sort()));
`,
      'lib.js': "module.exports = 'lib';",
      'found.js': "module.exports = 'found';",
      'user.js': "module.exports = require('vendored');",
      'vendor/vendored.js': "module.exports = 'vendored';",
    },
  },
  {
    name: 'module-alias-like',
    files: {
      'main.js': `
const Module = require('module');
const path = require('path');
const { _resolveFilename, _nodeModulePaths } = Module;
Module._nodeModulePaths = function (from) { return [path.join(__dirname, 'modules')].concat(_nodeModulePaths.call(this, from)); };
Module._resolveFilename = function (request, parent, isMain, options) {
  if (request.startsWith('@app/')) request = path.join(__dirname, 'src', request.slice(5));
  return _resolveFilename.call(this, request, parent, isMain, options);
};
module.paths.unshift(path.join(__dirname, 'extra'));
console.log(require('@app/a'), require('extra-pkg'), require('@app/b'));
`,
      'src/a.js': "module.exports = 'a with ' + require('own-pkg');",
      'src/b/index.js': "module.exports = require('@app/a');",
      'modules/own-pkg/index.js': "module.exports = 'own-pkg';",
      'extra/extra-pkg.js': "module.exports = 'extra';",
    },
  },
  {
    name: 'app-module-path-like',
    files: {
      'main.js': `
const Module = require('module');
require.main.paths.push(__dirname + '/roots');
const { _findPath } = Module;
Module._findPath = function (request, paths, isMain) { return _findPath.call(this, request, [...(paths ?? []), __dirname + '/roots'], isMain); };
console.log(require('rooted'), require('./deep/user'));
console.log(Module._findPath('rooted', [__dirname + '/roots']), Module._findPath('nope', [__dirname]), Module._findPath('./deep/user', [__dirname]), Module._findPath(__dirname + '/deep/user', null), Module._findPath('x', []), Module._findPath('fs', [__dirname]));
console.log(Module._nodeModulePaths(__dirname).filter((folder) => folder !== '/tmp/node_modules'), Module._nodeModulePaths('/a/node_modules/b'), Module._resolveLookupPaths('./x', module), Module._resolveLookupPaths('fs', module));
console.log(Module._resolveFilename('./deep/user', module), Module._resolveFilename('rooted', { id: 'x', filename: __dirname + '/y.js', paths: [__dirname + '/roots'] }));
`,
      'roots/rooted.js': "module.exports = 'rooted';",
      'deep/user.js': "module.exports = require('rooted') + '!';",
    },
  },
  {
    name: 'compile',
    inStandard: { differs: 'A source that is not there cannot be changed.', instead: /^before before\n/ },
    files: {
      'main.js': `
const Module = require('module');
const { _compile } = Module.prototype;
Module.prototype._compile = function (content, filename, format) {
  return _compile.call(this, content.replaceAll('before', 'after'), filename, format);
};
console.log(require('./a'), require('./cached'));
Module.prototype._compile = _compile;
console.log(require('./b'));
const made = new Module('/made/up.js', module);
made.filename = '/made/up.js';
made.paths = module.paths;
made._compile("module.exports = [__filename, __dirname, require('pkg'), module.id, require.main.id];", '/made/up.js');
console.log(made.exports, made.loaded);
const string = new Module('', module);
string._compile("exports.a = 1;", '');
console.log(string.exports);
try { new Module('x')._compile('throw new Error("in made code")', __dirname + '/made.js') } catch (error) { console.log(error.stack.split('\\n    at ').slice(0, 2)) }
`,
      'a.js': "module.exports = 'before';",
      'b.js': "module.exports = 'before';",
      'cached.js': "module.exports = 'before';",
      'node_modules/pkg/index.js': "module.exports = 'pkg';",
    },
  },
  {
    name: 'wrap',
    inStandard: { differs: 'A source that is not there cannot be changed.', instead: /\]\nundefined\nundefined\n/ },
    files: {
      'main.js': `
const Module = require('module');
console.log(Module.wrap('x'), [...Module.wrapper]);
const original = Module.wrap;
Module.wrap = (script) => original('const injected = 1;' + script);
console.log(require('./a'));
Module.wrap = original;
console.log(require('./b'));
Module.wrapper[0] = '(function (exports, require, module, __filename, __dirname, extra) { ';
console.log(require('./c'));
`,
      'a.js': 'module.exports = typeof injected;',
      'b.js': 'module.exports = typeof injected;',
      'c.js': 'module.exports = [typeof injected, typeof extra, arguments.length];',
    },
  },
  {
    name: 'prototype-require-and-load',
    files: {
      'main.js': `
const Module = require('module');
const { require: original, load } = Module.prototype;
const seen = [];
Module.prototype.require = function (id) { seen.push(id); const exports = original.call(this, id); return id === './wrapped' ? { wrapped: exports } : exports; };
Module.prototype.load = function (filename) { seen.push('load ' + require('path').basename(filename)); return load.call(this, filename); };
console.log(require('./wrapped'), require('./user'), seen);
`,
      'wrapped.js': 'exports.x = 1;',
      'user.js': "module.exports = require('./wrapped');",
    },
  },
  {
    name: 'require-in-the-middle-like',
    files: {
      'main.js': `
const Module = require('module');
const original = Module.prototype.require;
const cache = new Map();
Module.prototype.require = function (id) {
  const exports = original.apply(this, arguments);
  const file = Module._resolveFilename(id, this);
  if (cache.has(file)) return cache.get(file);
  cache.set(file, exports);
  const changed = file.endsWith('pkg/index.js') ? { ...exports, instrumented: true } : exports;
  cache.set(file, changed);
  return changed;
};
console.log(require('pkg'), require('./user'), require('fs') === process.getBuiltinModule('fs'));
`,
      'user.js': "module.exports = require('pkg');",
      'node_modules/pkg/index.js': 'exports.pkg = 1;',
    },
  },
  {
    name: 'prepare-stack-trace',
    files: {
      'main.js': `
Error.prepareStackTrace = (error, sites) => sites.filter((site) => site.getFileName()?.startsWith(__dirname)).map((site) => [site.getFileName(), site.getLineNumber(), site.getColumnNumber(), site.getFunctionName(), site.isToplevel(), site.isEval()].join(' '));
console.log(new Error('x').stack, require('./lib').fail().stack);
try { require('./nope') } catch (error) { console.log(error.message, error.stack) }
Error.prepareStackTrace = undefined;
console.log(require('./lib').fail().stack.split('\\n')[1]);
function callsites() { const old = Error.prepareStackTrace; Error.prepareStackTrace = (_, stack) => stack; const { stack } = new Error(); Error.prepareStackTrace = old; return stack; }
console.log(callsites()[1].getFileName(), require('./lib').caller(callsites));
`,
      'lib.js':
        "exports.fail = function fail() {\n  return new RangeError('y');\n};\nexports.caller = (callsites) => callsites()[1].getFileName();",
    },
    hints: 1,
  },
];
