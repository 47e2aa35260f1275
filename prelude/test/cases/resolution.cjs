'use strict';

const PACKAGES = {
  'package.json': JSON.stringify({
    name: 'self',
    exports: { '.': './main.js', './public/*': './src/*.js', './main.mjs': './main.mjs' },
    imports: {
      '#lib': './src/lib.js',
      '#fs': 'fs',
      '#url': 'node:path',
      '#missing': './nope.js',
      '#dep': 'dep/sub',
      '#pattern/*': './src/*.js',
      '#cond': { import: './src/i.js', require: './src/r.js' },
      '#none': { browser: './src/b.js' },
    },
  }),
  'src/lib.js': "module.exports = 'lib';",
  'src/i.js': "module.exports = 'i';",
  'src/r.js': "module.exports = 'r';",
  'node_modules/dep/package.json': JSON.stringify({
    name: 'dep',
    exports: {
      '.': [{ browser: './b.js' }, './index.js'],
      './sub': { node: { import: './sub.mjs', require: './sub.cjs' }, default: './never.js' },
      './features/*.js': './src/features/*.js',
      './features/*': './src/features/*.js',
      './features/private/*': null,
      './missing': './missing.js',
      './bad-target': '../outside.js',
      './node_modules-target': './node_modules/x.js',
      './array': [],
      './number': 5,
      './sync': { 'module-sync': './sync.mjs', default: './sync.cjs' },
      './package.json': './package.json',
    },
  }),
  'node_modules/dep/index.js': "module.exports = 'dep';",
  'node_modules/dep/sub.cjs': "module.exports = 'sub required';",
  'node_modules/dep/sub.mjs': "export default 'sub imported';",
  'node_modules/dep/sync.mjs': "export default 'sync';",
  'node_modules/dep/sync.cjs': "module.exports = 'no sync';",
  'node_modules/dep/src/features/a.js': "module.exports = 'feature a';",
  'node_modules/dep/src/features/private/p.js': "module.exports = 'private';",
  'node_modules/sugar/package.json': '{"exports": {"import": "./i.mjs", "default": "./d.js"}}',
  'node_modules/sugar/i.mjs': "export default 'imported';",
  'node_modules/sugar/d.js': "module.exports = 'required';",
  'node_modules/mixed/package.json': '{"exports": {".": "./a.js", "node": "./a.js"}}',
  'node_modules/broken/package.json': '{"name": ',
  'node_modules/legacy/package.json': '{"main": "./lib/main"}',
  'node_modules/legacy/lib/main.js': "module.exports = 'legacy';",
  'node_modules/legacy/lib/other.js': "module.exports = 'legacy other';",
  'node_modules/nested/index.js': "module.exports = ['nested', require('dep')];",
  'node_modules/nested/node_modules/dep/index.js': "module.exports = 'nested dep';",
  'node_modules/@scope/name/package.json': '{"name": "@scope/name", "exports": {"./x": "./x.js"}}',
  'node_modules/@scope/name/x.js': "module.exports = 'scoped x';",
};

const SPECIFIERS = [
  'self',
  'self/public/lib',
  'self/private',
  '#lib',
  '#fs',
  '#url',
  '#missing',
  '#dep',
  '#pattern/lib',
  '#cond',
  '#none',
  '#unknown',
  '#',
  '#pattern/',
  'dep',
  'dep/sub',
  'dep/features/a',
  'dep/features/a.js',
  'dep/features/private/p',
  'dep/missing',
  'dep/bad-target',
  'dep/node_modules-target',
  'dep/array',
  'dep/number',
  'dep/sync',
  'dep/nope',
  'dep/',
  'dep/package.json',
  'sugar',
  'sugar/x',
  'mixed',
  'broken',
  'broken/x',
  'legacy',
  'legacy/lib/other.js',
  'legacy/lib/other',
  'legacy/lib/nope',
  'nested',
  '@scope/name/x',
  '@scope/name',
  '@scope/nope',
  '@scope',
  '@',
  './src/lib',
  './src/lib.js',
  './src',
  './nope',
  '..',
  '../nope',
  'nope',
  'nope/sub',
  '%20',
  'a\\b',
  './src/%2e%2e/src/lib.js',
];

const REPORT = `
function show(value) { return JSON.stringify(value && value.default !== undefined ? value.default : value); }
function report(specifier, error) {
  console.log(specifier, '!', error.name, error.code, '|', error.message, '|', Object.keys(error).join(), error.url, error.path);
  if (error.code !== 'MODULE_NOT_FOUND') console.log(error.stack.split('\\n    at ')[0]);
}
`;

const RESOLUTION_CASES = [
  {
    name: 'resolve-by-require',
    files: {
      ...PACKAGES,
      'main.js': `${REPORT}
for (const specifier of ${JSON.stringify(SPECIFIERS)}) {
  try { console.log(specifier, '->', show(require(specifier))); } catch (error) { report(specifier, error); }
}`,
    },
  },
  {
    name: 'resolve-by-import',
    entry: 'main.mjs',
    files: {
      ...PACKAGES,
      'main.js': '',
      'main.mjs': `${REPORT}
for (const specifier of ${JSON.stringify([...SPECIFIERS, 'https://x.invalid/a.js', 'node:fs', 'node:nope', '/nope.js'])}) {
  try { console.log(specifier, '->', show(await import(specifier))); } catch (error) { report(specifier, error); }
}`,
    },
  },
  {
    name: 'user-conditions',
    env: { NODE_OPTIONS: '--conditions=custom' },
    files: {
      'main.js': "console.log(require('c')); import('c').then((m) => console.log(m.default));",
      'node_modules/c/package.json':
        '{"exports": {"custom": "./custom.js", "default": "./default.js"}}',
      'node_modules/c/custom.js': "module.exports = 'custom';",
      'node_modules/c/default.js': "module.exports = 'default';",
    },
  },
  {
    name: 'v8-options-at-run-time',
    env: { NODE_OPTIONS: '--max-old-space-size=300 --stack-trace-limit=50' },
    files: {
      'main.js': "console.log(require('./a').a, Error.stackTraceLimit);",
      'a.js': 'exports.a = 1;',
    },
  },
  {
    name: 'pnpm-like-links',
    files: {
      'main.js': `
const a = require('a');
console.log(a.file, a.b, require('b-link'), require.resolve('a/lib'), require('./linked-file').self, require('ws').self);
import('a').then((m) => console.log(m.default.file));
import('./linked-file.js').then((m) => console.log(m.default.self));
`,
      'node_modules/a': { link: '.pnpm/a@1.0.0/node_modules/a' },
      'node_modules/b-link': { link: '../node_modules/.pnpm/a@1.0.0/node_modules/b' },
      'node_modules/ws': { link: '../packages/ws' },
      'node_modules/.pnpm/a@1.0.0/node_modules/a/package.json': '{"name": "a", "main": "index.js"}',
      'node_modules/.pnpm/a@1.0.0/node_modules/a/index.js':
        "exports.file = __filename; exports.b = require('b');",
      'node_modules/.pnpm/a@1.0.0/node_modules/a/lib/index.js': '',
      'node_modules/.pnpm/a@1.0.0/node_modules/b': { link: '../../b@2.0.0/node_modules/b' },
      'node_modules/.pnpm/b@2.0.0/node_modules/b/index.js': 'module.exports = __filename;',
      'packages/ws/index.js': 'exports.self = __filename;',
      'linked-file.js': { link: 'real/file.js' },
      'real/file.js': 'exports.self = __filename;',
    },
  },
];

module.exports = { RESOLUTION_CASES };
