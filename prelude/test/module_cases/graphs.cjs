'use strict';

// Static import graphs of packaged modules, which the loader loads without Node's hooks: order, failures, and what goes
// Node's way in the middle of them.

/** A chain of modules, each of which imports the next one and says when it runs. */
function chain(name, length, last = '') {
  return Object.fromEntries(
    Array.from({ length }, (_, at) => [
      `${name}${at}.mjs`,
      `${at + 1 < length ? `import './${name}${at + 1}.mjs';` : last}\nconsole.log('${name}${at}');\n`,
    ]),
  );
}

module.exports = [
  {
    name: 'order',
    entry: 'main.mjs',
    files: {
      'main.mjs': `
import './a.mjs';
import * as b from './lib/../lib/b.mjs';
import c from './c.cjs';
import data from './data.json' with { type: 'json' };
import fs from 'node:fs';
import { sep } from 'path';
import own, { late as hoisted } from './main.mjs';
console.log('main', b.value, c, data, typeof fs.readFileSync, typeof sep, hoisted());
export function late() { return 'hoisted'; }
export default 1;
`,
      'a.mjs': "import './shared.mjs'; console.log('a');",
      'lib/b.mjs':
        "import '../shared.mjs'; import '../shared.mjs?again'; import c from '../c.cjs'; console.log('b', c); export const value = 'b';",
      'shared.mjs': "console.log('shared', import.meta.url);",
      'c.cjs': "console.log('c'); module.exports = 'c';",
      'data.json': '{"a": 1}',
    },
  },
  {
    name: 'cycles',
    entry: 'main.mjs',
    files: {
      'main.mjs': `
import { a, fromB } from './a.mjs';
import d from './d.cjs';
console.log(a(), fromB(), d);
`,
      'a.mjs': "import { b } from './b.mjs'; export function a() { return 'a'; } export const fromB = () => b();",
      'b.mjs':
        "import { a, fromB } from './a.mjs'; try { fromB() } catch (error) { console.log(error.name, error.message) } export const b = () => a() + 'b';",
      'd.cjs':
        "try { module.exports = require('./e.mjs').default } catch (error) { console.log(error.code, error.message) }",
      'e.mjs': "import d from './d.cjs'; export default typeof d;",
    },
  },
  {
    name: 'await-in-the-middle',
    entry: 'main.mjs',
    files: {
      'main.mjs': `
import './left.mjs';
import './right.mjs';
console.log('main');
`,
      'left.mjs': "import './slow.mjs'; console.log('left');",
      'slow.mjs':
        "console.log('slow begins'); await new Promise((done) => setTimeout(done, 5)); await import('./right.mjs'); console.log('slow ends');",
      'right.mjs': "import './quick.mjs'; console.log('right');",
      'quick.mjs': "console.log('quick'); await null; console.log('quick ends');",
    },
  },
  {
    name: 'never-settled',
    entry: 'main.mjs',
    files: {
      'main.mjs': "import './a.mjs'; console.log('never');",
      'a.mjs': "console.log('a');\nawait new Promise(() => {});",
    },
    status: 13,
  },
  {
    name: 'error-deep',
    entry: 'main.mjs',
    files: {
      'main.mjs': "import './a0.mjs'; console.log('never');",
      ...chain('a', 6, "import './bad.mjs';"),
      'bad.mjs': "import './b0.mjs';\nfunction fail() {\n  throw new TypeError('deep');\n}\nfail();",
      ...chain('b', 2),
    },
    status: 1,
    complains: /TypeError: deep/,
  },
  ...Object.entries({
    missing: "import './nowhere.mjs';",
    'missing-package': "import 'nowhere';",
    'missing-export': "import { nothing } from './b0.mjs';",
    'missing-export-of-commonjs': "import { nothing } from './c.cjs';",
    syntax: "import './syntax.mjs';",
    'json-without-type': "import data from './data.json';",
    'bad-json': "import data from './bad.json' with { type: 'json' };",
    'unknown-builtin': "import 'node:nothing';",
  }).map(([name, last]) => ({
    name: `error-${name}`,
    entry: 'main.mjs',
    files: {
      'main.mjs': "import './b0.mjs'; import './a0.mjs'; console.log('never');",
      ...chain('a', 4, last),
      ...chain('b', 2),
      'c.cjs': 'exports.something = 1;',
      'syntax.mjs': 'export const = 1;',
      'data.json': '{}',
      'bad.json': '{',
    },
    status: 1,
    hints: name.startsWith('missing') && !name.includes('export') ? 1 : 0,
    ...(name === 'missing-export-of-commonjs' && {
      inStandard: {
        until: 22,
        differs: 'Node 22 finds nothing out without the source.',
        instead: /does not provide an export named/,
      },
    }),
  })),
  {
    name: 'errors-caught-and-again',
    entry: 'main.mjs',
    files: {
      'main.mjs': `
for (const id of ['./top.mjs', './top.mjs', './middle.mjs', './leaf.mjs', './throws.mjs', './throws.mjs', './wants.mjs', './wants.mjs', './cyclic.mjs', './cyclic2.mjs', './cyclic.mjs']) {
  try { console.log(id, Object.keys(await import(id))) } catch (error) { console.log(id, error.name, error.code, error.message.split('\\n')[0]) }
}
`,
      'top.mjs': "import './leaf.mjs'; import './middle.mjs'; export const top = 1;",
      'middle.mjs': "import './leaf.mjs'; import './nowhere.mjs'; export const middle = 1;",
      'leaf.mjs': "console.log('leaf'); export const leaf = 1;",
      'throws.mjs': "import './leaf.mjs'; import './thrower.mjs';",
      'thrower.mjs': "console.log('throws'); throw new RangeError('thrown');",
      'wants.mjs': "import { nothing } from './leaf.mjs';",
      'cyclic.mjs': "import './cyclic2.mjs'; import './nowhere.mjs';",
      'cyclic2.mjs': "import './cyclic.mjs';",
    },
  },
  {
    name: 'dynamic-import-of-what-is-partly-loaded',
    entry: 'main.mjs',
    files: {
      'main.mjs': `
import { b } from './b.mjs';
console.log('main', b);
const ns = await import('./a.mjs');
console.log(ns, ns.b === b, (await import('./b.mjs')).b === b, (await import('./b.mjs?2')).b === b);
`,
      'a.mjs': "export { b } from './b.mjs'; export * from './c.mjs'; export { default } from './d.cjs';",
      'b.mjs': "import './c.mjs'; export const b = {}; console.log('b');",
      'c.mjs': "export const c = import.meta.filename; console.log('c');",
      'd.cjs': "console.log('d'); module.exports = 'd';",
    },
  },
  {
    name: 'two-graphs-at-once',
    files: {
      'main.js': `
Promise.resolve().then(() => console.log('first'));
const graphs = ['./a0.mjs', './b0.mjs', './c.mjs', './a3.mjs'].map((id) => import(id).then(() => console.log('loaded', id)));
Promise.all(graphs).then(() => console.log('all'));
setImmediate(() => console.log('immediate'));
process.nextTick(() => console.log('tick'));
`,
      ...chain('a', 6),
      ...chain('b', 2, 'await 1;'),
      'c.mjs': "import './b1.mjs'; import './d.cjs'; console.log('c');",
      'd.cjs': "console.log('d');",
    },
  },
  {
    name: 'imported-while-running',
    entry: 'main.mjs',
    files: {
      'main.mjs': `
import './starter.mjs';
import './a0.mjs';
console.log('main');
`,
      'starter.mjs':
        "import('./a2.mjs').then(() => console.log('a2 for starter')); import('./main.mjs').then(() => console.log('main for starter')); console.log('starter');",
      ...chain('a', 4, 'await null;'),
    },
  },
  {
    name: 'hooks-registered-by-a-graph',
    entry: 'main.mjs',
    files: {
      'main.mjs': `
import './registers.mjs';
import './a0.mjs';
console.log('main');
await import('./a1.mjs');
await import('./b0.mjs');
`,
      'registers.mjs': `
import { registerHooks } from 'node:module';
import { basename } from 'node:path';
registerHooks({
  resolve(specifier, context, nextResolve) {
    const result = nextResolve(specifier, context);
    console.log('resolve', specifier, basename(context.parentURL ?? ''), result.format);
    return result;
  },
  load(url, context, nextLoad) {
    const result = nextLoad(url, context);
    console.log('load', basename(url), result.format, typeof result.source);
    return { ...result, source: String(result.source) + '\\nconsole.log("hooked");' };
  },
});
`,
      ...chain('a', 3),
      ...chain('b', 3),
    },
    inStandard: {
      differs: 'Hooks cannot change a module whose source is not there.',
      instead: /The source of this module is not in the executable/,
    },
  },
  {
    name: 'required',
    files: {
      'main.js': `
console.log(require('./a.mjs'), require('./b.mjs').b, require('./a.mjs') === require('./a.mjs'));
for (const id of ['./bad.mjs', './bad.mjs', './tla.mjs', './cycle.mjs', './wants.mjs']) {
  try { require(id) } catch (error) { console.log(id, error.name, error.code, error.message.split('\\n')[0]) }
}
import('./bad.mjs').catch((error) => console.log(error.code));
import('./c.mjs').then(({ c }) => console.log(c));
`,
      'a.mjs': "export { b } from './b.mjs'; export * from './c.mjs'; import d from './d.cjs'; console.log('a', d);",
      'b.mjs': "import './a.mjs'; export const b = 'b'; console.log('b');",
      'c.mjs': "import { readFileSync } from 'node:fs'; export const c = typeof readFileSync; console.log('c');",
      'd.cjs': "module.exports = require('./c.mjs').c;",
      'bad.mjs': "import './c.mjs'; import './nowhere.mjs';",
      'tla.mjs': "import './c.mjs'; import './waits.mjs';",
      'waits.mjs': 'await 1;',
      'cycle.mjs': "import './cycle.cjs';",
      'cycle.cjs': "require('./cycle.mjs');",
      'wants.mjs': "import { nothing } from './c.mjs';",
    },
  },
  {
    name: 'packages',
    entry: 'main.mjs',
    files: {
      'main.mjs': `
import { name } from 'pkg';
import { where } from 'pkg/sub/x';
import own from '#own';
import linked from 'linked';
console.log(name, where, own, linked);
`,
      'package.json': '{"name": "app", "type": "module", "imports": {"#own": {"node": "./own.js", "default": "./no.js"}}}',
      'own.js': "import { where } from 'pkg/sub/x'; export default `own ${where}`;",
      'node_modules/pkg/package.json':
        '{"name": "pkg", "type": "module", "exports": {".": {"import": "./main.js", "default": "./no.js"}, "./sub/*": "./lib/*.js"}}',
      'node_modules/pkg/main.js': "export { where } from 'pkg/sub/x'; export const name = 'pkg';",
      'node_modules/pkg/lib/x.js': 'export const where = import.meta.filename;',
      'node_modules/linked': { link: '../packages/linked' },
      'packages/linked/package.json': '{"name": "linked", "type": "module", "main": "./index.js"}',
      'packages/linked/index.js': "import './other.js'; import 'pkg'; export default import.meta.url;",
      'packages/linked/other.js': 'console.log(import.meta.resolve("pkg"));',
    },
  },
  {
    name: 'without-type',
    entry: 'main.mjs',
    files: {
      'main.mjs': "import './no-type/a.js'; console.log('main');",
      'no-type/package.json': '{}',
      'no-type/a.js': "import './b.js'; import '../c.mjs'; console.log('a');",
      'no-type/b.js': "import './a.js'; import '../c.mjs'; console.log('b');",
      'c.mjs': "import './no-type/b.js'; console.log('c');",
    },
    complains: /MODULE_TYPELESS_PACKAGE_JSON/,
  },
  {
    name: 'preloaded',
    entry: 'main.mjs',
    env: { NODE_OPTIONS: '--import ./preload.mjs' },
    outside: {
      'preload.mjs': "import './other.mjs'; setImmediate(() => console.log('immediate')); Promise.resolve().then(() => console.log('preload'));",
      'other.mjs': "console.log('other');",
    },
    files: { 'main.mjs': "import './a0.mjs'; console.log('main');", ...chain('a', 5) },
  },
];
