'use strict';

// `exports`, `imports`, self-reference and conditions of package.json, by `require` and by `import`.

const PACKAGE = {
  'node_modules/dep/package.json': JSON.stringify({
    name: 'dep',
    exports: {
      '.': { import: './i.mjs', require: './r.cjs' },
      './nested': {
        node: { browser: './never.js', default: { require: './r.cjs', import: './i.mjs' } },
      },
      './custom': { special: './special.js', other: './other.js', default: './r.cjs' },
      './only-special': { special: './special.js' },
      './sync': { 'module-sync': './i.mjs', default: './r.cjs' },
      './addons': { 'node-addons': './special.js', default: './r.cjs' },
      './development': {
        development: './special.js',
        production: './other.js',
        default: './r.cjs',
      },
      './array': ['not-relative', { unknown: './never.js' }, './r.cjs', './never.js'],
      './bad-array': ['not-relative', 'also/not'],
      './null': null,
      './features/*': './lib/*.js',
      './features/*.js': './lib/*.js',
      './features/internal/*': null,
      './double/*/*': './lib/*.js',
      './dup/*': './lib/*/*.js',
      './up': '../dep/r.cjs',
      './dots': './lib/../r.cjs',
      './modules': './node_modules/x.js',
      './missing': './missing.js',
      './folder': './lib',
      './encoded': './lib%2fa.js',
      './percent': './lib/%61.js',
      './slash/': './lib/',
      './trailing/*': './lib/*',
      './double-slash': './lib//a.js',
      './number': 1,
      './package.json': './package.json',
    },
  }),
  'node_modules/dep/i.mjs': "export default 'imported';",
  'node_modules/dep/r.cjs': "module.exports = 'required';",
  'node_modules/dep/special.js': "module.exports = 'special';",
  'node_modules/dep/other.js': "module.exports = 'other';",
  'node_modules/dep/lib/a.js': "module.exports = 'a';",
  'node_modules/dep/lib/b/b.js': "module.exports = 'b';",
  'node_modules/dep/lib/internal/x.js': "module.exports = 'internal';",
  'node_modules/sugar/package.json': '{"exports": "./main.js"}',
  'node_modules/sugar/main.js': "module.exports = 'sugar';",
  'node_modules/sugar-array/package.json': '{"exports": ["./main.js"]}',
  'node_modules/sugar-array/main.js': "module.exports = 'sugar array';",
  'node_modules/sugar-null/package.json': '{"exports": null, "main": "main.js"}',
  'node_modules/sugar-null/main.js': "module.exports = 'null exports';",
  'node_modules/false-exports/package.json': '{"exports": false, "main": "main.js"}',
  'node_modules/false-exports/main.js': "module.exports = 'false exports';",
  'node_modules/empty-exports/package.json': '{"exports": {}}',
  'node_modules/mixed/package.json': '{"exports": {".": "./a.js", "import": "./a.js"}}',
  'node_modules/numeric/package.json': '{"exports": {".": {"0": "./a.js"}}}',
  'node_modules/broken/package.json': '{"exports": ',
  'node_modules/array-json/package.json': '[]',
  'node_modules/array-json/index.js': "module.exports = 'array json';",
  'node_modules/@scope/pkg/package.json':
    '{"name": "@scope/pkg", "exports": {".": "./x.js", "./*": "./*.js"}}',
  'node_modules/@scope/pkg/x.js': "module.exports = 'scoped';",
  'node_modules/types-only/package.json': '{"types": "./index.d.ts"}',
  'node_modules/types-only/index.d.ts': '',
};

const SPECIFIERS = [
  ...Object.keys(JSON.parse(PACKAGE['node_modules/dep/package.json']).exports)
    .filter((key) => !key.includes('*') && key !== './slash/')
    .map((key) => `dep${key.slice(1)}`),
  'dep/features/a',
  'dep/features/a.js',
  'dep/features/b/b',
  'dep/features/internal/x',
  'dep/features/',
  'dep/features/../r',
  'dep/features/%2e%2e/r',
  'dep/features/node_modules/x',
  'dep/double/x/y',
  'dep/dup/b',
  'dep/slash/a.js',
  'dep/trailing/a.js',
  'dep/trailing//a.js',
  'dep/nothing',
  'dep/r.cjs',
  'dep//r.cjs',
  'sugar',
  'sugar/main.js',
  'sugar-array',
  'sugar-null',
  'false-exports',
  'empty-exports',
  'mixed',
  'numeric',
  'broken',
  'array-json',
  '@scope/pkg',
  '@scope/pkg/x',
  '@scope/pkg/nope',
  '@scope',
  '@scope/',
  'types-only',
];

const SHOW = `
const show = (specifier, value) => console.log(specifier, '->', value);
const fail = (specifier, error) => console.log(specifier, '!', error.name, error.code, error.message.split('\\n').filter((line) => !line.includes('not packaged')).join('|'), error.path ?? '', error.url ?? '', error.requireStack ?? '');
`;

const BY_REQUIRE = (specifiers) => `${SHOW}
for (const specifier of ${JSON.stringify(specifiers)}) {
  try { show(specifier, require(specifier)) } catch (error) { fail(specifier, error) }
}`;

const BY_IMPORT = (specifiers) => `${SHOW}
for (const specifier of ${JSON.stringify(specifiers)}) {
  try { show(specifier, (await import(specifier)).default) } catch (error) { fail(specifier, error) }
}`;

const BY_RESOLVE = (specifiers) => `${SHOW}
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
for (const specifier of ${JSON.stringify(specifiers)}) {
  try { show(specifier, import.meta.resolve(specifier)) } catch (error) { fail(specifier, error) }
  try { show(specifier, require.resolve(specifier)) } catch (error) { fail(specifier, error) }
}`;

const OWN = {
  'package.json': JSON.stringify({
    name: 'own',
    exports: { '.': './src/own.js', './sub/*': './src/*.js', './private': null },
    imports: {
      '#a': './src/a.js',
      '#dep': 'dep',
      '#dep/sub': 'dep/nested',
      '#fs': 'fs',
      '#node-fs': 'node:fs',
      '#cond': { import: './src/i.js', require: './src/r.js' },
      '#special': { special: './src/a.js', default: './src/r.js' },
      '#none': { browser: './src/a.js' },
      '#null': null,
      '#lib/*': './src/*.js',
      '#lib/private/*': null,
      '#pkg/*': 'dep/features/*',
      '#url': 'https://x.invalid/x.js',
      '#up': '../x.js',
      '#abs': '/x.js',
      '#missing': './src/missing.js',
      '#missing-pkg': 'not-there',
      '#self': 'own',
      '#array': [{ unknown: './never.js' }, './src/a.js'],
      '#number': 3,
    },
  }),
  'src/own.js': "module.exports = 'own';",
  'src/a.js': "module.exports = 'a';",
  'src/i.js': "module.exports = 'i';",
  'src/r.js': "module.exports = 'r';",
};

const OWN_SPECIFIERS = [
  ...Object.keys(JSON.parse(OWN['package.json']).imports).filter(
    (key) => !key.includes('*') && !key.endsWith('fs'),
  ),
  '#lib/a',
  '#lib/nope',
  '#lib/private/a',
  '#pkg/a',
  '#unknown',
  '#',
  '#/',
  '#/a',
  '#a/',
  'own',
  'own/sub/a',
  'own/sub/nope',
  'own/private',
  'own/nope',
  'own/',
];

const both = (name, files, specifiers, more = {}) => [
  {
    name: `${name}-by-require`,
    files: { ...files, 'main.js': BY_REQUIRE(specifiers) },
    entry: 'main.js',
    ...more,
  },
  {
    name: `${name}-by-import`,
    files: { ...files, 'main.mjs': BY_IMPORT(specifiers) },
    entry: 'main.mjs',
    ...more,
  },
  {
    name: `${name}-by-resolve`,
    files: { ...files, 'main.mjs': BY_RESOLVE(specifiers) },
    entry: 'main.mjs',
    ...more,
  },
];

module.exports = [
  ...both('exports', PACKAGE, SPECIFIERS),
  ...both('own', { ...PACKAGE, ...OWN }, OWN_SPECIFIERS),
  ...both(
    'conditions',
    { ...PACKAGE, ...OWN },
    ['dep/custom', 'dep/only-special', '#special', 'dep/addons'],
    {
      env: { NODE_OPTIONS: '--conditions=special -C other --no-addons' },
    },
  ),
  {
    name: 'builtins-of-imports',
    files: {
      ...OWN,
      'main.js':
        "for (const id of ['#fs', '#node-fs']) try { console.log(typeof require(id).readFileSync) } catch (error) { console.log(error.code, error.message) }\nimport('#fs').then((ns) => console.log(typeof ns.readFileSync));",
    },
  },
  {
    name: 'find-package-json',
    since: 22,
    files: {
      ...PACKAGE,
      'package.json': '{"name": "root"}',
      'main.js': `
const { findPackageJSON } = require('module');
const { pathToFileURL } = require('url');
const show = (...args) => { try { console.log(args, findPackageJSON(...args)) } catch (error) { console.log(args, error.name, error.code, error.message.split('\\n')[0]) } };
show('.', __filename); show('..', __filename); show('./sub/deep/x.js', __filename); show('dep', __filename); show('dep/features/a', __filename);
show('@scope/pkg', pathToFileURL(__filename)); show('./node_modules/dep/lib/a.js', pathToFileURL(__filename).href); show(__filename); show(pathToFileURL(__filename));
show('nope', __filename); show('dep'); show('fs', __filename); show(1); show('types-only', __filename); show(__dirname + '/sub/deep/x.js'); show('./sub/deep/', __filename);
`,
      'sub/package.json': '{"name": "sub"}',
      'sub/deep/x.js': '',
    },
  },
  {
    name: 'deprecated-targets',
    files: {
      ...PACKAGE,
      'main.mjs': `
for (const id of ['dep/double-slash', 'dep/trailing//a.js', 'dep/slash/', 'dep/features/']) await import(id).then((ns) => console.log(ns.default), (error) => console.log(error.code));
`,
      'main.js': '',
    },
    entry: 'main.mjs',
    complains: /DEP0166/,
  },
  {
    name: 'deprecated-main',
    entry: 'main.mjs',
    files: {
      'main.mjs': `
for (const id of ['index-only', 'no-extension', 'folder-main', 'exact', 'cjs-index']) console.log(id, (await import(id)).default);
`,
      'node_modules/index-only/package.json': '{"type": "module"}',
      'node_modules/index-only/index.js': 'export default 1;',
      'node_modules/no-extension/package.json': '{"type": "module", "main": "lib"}',
      'node_modules/no-extension/lib.js': 'export default 2;',
      'node_modules/folder-main/package.json': '{"type": "module", "main": "./lib"}',
      'node_modules/folder-main/lib/index.js': 'export default 3;',
      'node_modules/exact/package.json': '{"type": "module", "main": "./lib.js"}',
      'node_modules/exact/lib.js': 'export default 4;',
      'node_modules/cjs-index/index.js': 'module.exports = 5;',
    },
    complains: /DEP0151/,
  },
  {
    name: 'deprecated-main-pending',
    entry: 'main.mjs',
    env: { NODE_OPTIONS: '--pending-deprecation' },
    files: {
      'main.mjs':
        "console.log((await import('no-extension')).default, (await import('no-extension')).default);\nimport('other').catch((error) => console.log(error.code));",
      'node_modules/no-extension/package.json': '{"type": "module", "main": "lib"}',
      'node_modules/no-extension/lib.js': 'export default 2;',
      'node_modules/other/package.json': '{"type": "module", "main": "lib"}',
    },
  },
  {
    name: 'no-deprecation',
    entry: 'main.mjs',
    env: { NODE_OPTIONS: '--no-deprecation' },
    files: {
      ...PACKAGE,
      'main.mjs':
        "await import('dep/double-slash').then((ns) => console.log(ns.default)); console.log((await import('no-extension')).default);",
      'node_modules/no-extension/package.json': '{"type": "module", "main": "lib"}',
      'node_modules/no-extension/lib.js': 'export default 2;',
    },
  },
  {
    name: 'invalid-main',
    files: {
      'main.js':
        "console.log(require('wrong')); import('wrong').then((ns) => console.log(ns.default));",
      'node_modules/wrong/package.json': '{"main": "nope.js"}',
      'node_modules/wrong/index.js': "module.exports = 'index instead';",
    },
    complains: /DEP0128/,
  },
  {
    name: 'invalid-package-json-of-the-app',
    files: {
      'main.js': "console.log(require('./lib'));",
      'lib.js': '',
      'package.json': '{"type": ',
    },
    status: 1,
    complains: /ERR_INVALID_PACKAGE_CONFIG/,
    differs:
      'The formats of scripts are known from the build, so that package.json is read only where something resolves through it.',
    instead: /^\{\}\n$/,
  },
  {
    name: 'nested-package-scopes',
    files: {
      'package.json': '{"type": "module", "imports": {"#x": "./x.js"}}',
      'main.js':
        "import './cjs/a.js'; import './node_modules/inner/b.js'; console.log((await import('#x')).default);",
      'x.js': "export default 'x';",
      'cjs/package.json': '{}',
      'cjs/a.js':
        "console.log(typeof module, typeof require); try { require('#x') } catch (error) { console.log(error.code, error.message) }",
      'node_modules/inner/b.js':
        "console.log(typeof module); try { require('#x') } catch (error) { console.log(error.code, error.message) }",
    },
  },
];
