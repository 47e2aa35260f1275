'use strict';

// Files of the real disk and packaged files with each other.

module.exports = [
  {
    name: 'plugins-in-the-working-directory',
    outside: {
      'plugins/a.cjs':
        "exports.name = 'a'; exports.dep = require('dep'); exports.beside = require('./beside'); exports.parent = module.parent.filename; exports.main = require.main.filename; exports.app = require.main.require('./lib/shared'); exports.viaParent = module.parent.require('app-dep');",
      'plugins/beside.js': "module.exports = 'beside';",
      'plugins/b.mjs':
        "import dep from 'dep'; import named from './c.mjs'; export default [dep, named, import.meta.resolve('dep').split('/').slice(-3).join('/')];",
      'plugins/c.mjs': "export default 'c';",
      'node_modules/dep/index.js': "module.exports = 'dep of plugins';",
      'data.json': '{"json": "of the disk"}',
    },
    files: {
      'main.js': `
const path = require('path');
const { pathToFileURL } = require('url');
const { createRequire } = require('module');
const plugin = path.resolve('plugins/a.cjs');
console.log(require(plugin), require.cache[plugin].parent === module, module.children.length);
console.log(require(path.resolve('data.json')), require(path.relative(__dirname, path.resolve('data'))), createRequire(process.cwd() + '/')('dep'), createRequire(process.cwd() + '/plugins/x.js').resolve('./beside').split('/').pop());
console.log(require.resolve('dep', { paths: [process.cwd()] }).split('/').slice(-3), require.resolve('./plugins/beside', { paths: [process.cwd()] }).split('/').pop());
(async () => {
  console.log((await import(path.resolve('plugins/b.mjs'))).default, (await import(pathToFileURL(path.resolve('plugins/b.mjs')))).default, (await import(pathToFileURL(plugin).href)).default.name);
  console.log((await import(path.resolve('data.json'), { with: { type: 'json' } })).default);
})();
`,
      'lib/shared.js': "module.exports = 'shared by the app';",
      'node_modules/app-dep/index.js': "module.exports = 'dep of the app';",
    },
  },
  {
    name: 'plugins-that-use-the-app',
    outside: {
      'plugin.cjs': `
const { createRequire } = require('module');
const fromApp = createRequire(process.argv[1]);
console.log(fromApp('app-dep'), fromApp('./lib/shared'), require(require('path').join(require('path').dirname(process.argv[1]), 'lib/shared')) === fromApp('./lib/shared'));
try { require('app-dep') } catch (error) { console.log(error.code, error.message.split('\\n')[0], error.message.includes('packaged')) }
try { fromApp('not-there') } catch (error) { console.log(error.code, error.message.split('\\n')[0]) }
try { require('./not-there') } catch (error) { console.log(error.code, error.message.includes('packaged')) }
`,
      'plugin.mjs': `
import { pathToFileURL } from 'node:url';
import path from 'node:path';
const root = path.dirname(process.argv[1]);
console.log((await import(root + '/lib/shared.js')).default, (await import(pathToFileURL(root + '/lib/esm.mjs'))).default);
await import('app-dep').catch((error) => console.log(error.code, error.message.includes('packaged')));
await import(root + '/lib/nope.mjs').catch((error) => console.log(error.code, error.url));
console.log(import.meta.resolve(root + '/lib/esm.mjs'));
`,
    },
    files: {
      'main.js': "require(process.cwd() + '/plugin.cjs'); import(process.cwd() + '/plugin.mjs');",
      'lib/shared.js': "module.exports = 'shared';",
      'lib/esm.mjs': "export { default } from './shared.js';",
      'node_modules/app-dep/index.js': "module.exports = 'dep of the app';",
    },
  },
  {
    name: 'cycles-between-disk-and-app',
    outside: {
      'a.cjs': 'exports.early = 1; exports.app = require(process.argv[2]); exports.late = 2;',
      'e.mjs':
        "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); export default require(process.argv[1]).done;",
    },
    files: {
      'main.js': `
process.argv[2] = require('path').join(__dirname, 'inner.js');
console.log(require(process.cwd() + '/a.cjs'));
module.exports.done = 'main is done';
import(process.cwd() + '/e.mjs').then((ns) => console.log(ns.default));
`,
      'inner.js': "const a = require(process.cwd() + '/a.cjs'); exports.seen = [a.early, a.late];",
    },
    complains: /circular/,
  },
  {
    name: 'missing-on-the-disk',
    outside: { 'plugin.cjs': "require('./nope');", 'plugin.mjs': "import './nope.mjs';" },
    files: {
      'main.js': `
const show = (error) => console.log(error.code, error.message.split('\\n')[0].replace(process.cwd(), '<cwd>'), error.message.includes('not packaged'));
for (const id of [process.cwd() + '/plugin.cjs', process.cwd() + '/nope.js']) try { require(id) } catch (error) { show(error) }
import(process.cwd() + '/plugin.mjs').catch(show).then(() => import(process.cwd() + '/nope.mjs')).catch(show);
`,
    },
  },
  {
    // Under plain Node the functions of `process.pkg` are what they are documented to be.
    name: 'plugins-through-process-pkg',
    outside: {
      'plugin.cjs': `
const path = require('path');
const { createRequire } = require('module');
const pkg = process.pkg ?? {
  entrypoint: process.argv[1],
  path: { resolve: (...parts) => path.resolve(path.dirname(process.argv[1]), ...parts) },
};
console.log(require(pkg.path.resolve('lib/shared')), createRequire(pkg.entrypoint)('app-dep'));
console.log(require.main.require('./lib/shared'), module.parent.require('app-dep'));
console.log(require.resolve(pkg.path.resolve('lib', 'shared')), createRequire(pkg.path.resolve() + '/').resolve('app-dep'));
import(pkg.path.resolve('lib/esm.mjs')).then((ns) => console.log(ns.default));
`,
      'plugin.mjs': `
import { createRequire } from 'node:module';
console.log(createRequire(process.pkg?.entrypoint ?? process.argv[1])('app-dep'));
`,
    },
    files: {
      'main.js': "require(process.cwd() + '/plugin.cjs'); import(process.cwd() + '/plugin.mjs');",
      'lib/shared.js': "module.exports = 'shared';",
      'lib/esm.mjs': "export { default } from 'app-dep';",
      'node_modules/app-dep/index.js': "module.exports = 'dep of the app';",
    },
  },
  {
    name: 'probing-for-optional-modules',
    files: {
      'main.js': `
const found = ['optional', './optional', '@scope/optional/sub', 'there/nothing'].map((id) => {
  try { return require(id) } catch (error) { return [error.code, error.message.split('\\n')[0], error.stack.split('\\n')[0], error.requireStack.length] }
});
console.log(found);
Promise.allSettled([import('optional'), import('./optional.mjs')]).then((all) => console.log(all.map(({ reason }) => [reason.code, reason.message.split('\\n')[0], reason.stack.split('\\n')[0]])));
`,
      'node_modules/there/index.js': '',
    },
  },
];
