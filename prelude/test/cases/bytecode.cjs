'use strict';

// Programs that use all kinds of functions, some only after V8 had reasons to throw compiled code away: nothing may need
// its source after the build.

const KINDS = `
const log = [];
const say = (...values) => log.push(values.map(String).join(' '));

function declared(a, b = () => a * 2, { c = b() + 1, ...rest } = {}, [d = c, ...more] = []) {
  function inner() { return () => () => [a, c, d, Object.keys(rest).length, more.length].join(); }
  return inner()()();
}
function* generator(n) { const sent = yield n; try { yield* [sent, n + 1]; } finally { say('finally'); } }
async function waits(value) { await null; return (async () => (await value) + 1)(); }
async function* many() { for (let i = 0; i < 3; i++) yield (await waits(i)); }
const tag = (strings, ...values) => strings.raw.join('|') + values.map((f) => f()).join();
const computed = 'na' + 'me';

class Base {
  static #count = 0;
  static made = (() => 'static field')();
  static { this.block = () => Base.#count; }
  #secret = this.constructor.name;
  field = () => this.#secret;
  [computed + 1] = function () { return 'computed field'; };
  constructor(...args) { Base.#count += 1; this.args = args; }
  get secret() { return this.#read(); }
  set secret(value) { this.#secret = value; }
  #read() { return (() => this.#secret)(); }
  static async *[Symbol.asyncIterator]() { yield () => 'iterated'; }
  [computed]() { return super.toString === Object.prototype.toString; }
  static has(it) { return #secret in it; }
}
class Derived extends Base { constructor() { super(() => 'argument'); } }
class Implicit extends Derived { extra = (() => 'initialised')(); }

const object = {
  get got() { return (() => 'got')(); },
  set got(value) { this.kept = () => value; },
  async method() { return () => 'method'; },
  *[Symbol.iterator]() { yield* (function* () { yield () => 'spread'; })(); },
  async *['x' + 1]() { yield () => 'async generator method'; },
  'quoted-name': () => 'quoted',
};

async function run(round) {
  say(round, declared(1), declared(1, undefined, { c: 5, x: 1 }, [2, 3, 4]));
  const made = generator(1);
  say(made.next().value, made.next('sent').value, made.return(7).value, [...generator(2)].length);
  for await (const value of many()) say(value);
  const derived = new Implicit();
  derived.secret = 'changed';
  say(derived.secret, derived.field(), derived.name(), derived.name1(), derived.extra, derived.args[0](), Base.has(derived), Base.made, Base.block() > 0);
  for await (const f of Base) say(f());
  object.got = round;
  say(object.got, object.kept(), (await object.method())(), [...object][0](), (await object.x1().next()).value(), object['quoted-name']());
  say(tag\`a\${() => 1}b\${() => (() => 2)()}c\`);
  say(eval('(() => declared(3) + round)()'), (0, eval)('typeof round'), new Function('a', 'return () => a + 1')(1)(), await (Object.getPrototypeOf(async () => {}).constructor)('return 5')());
  try { null.x; } catch { say('optional catch'); }
  try { JSON.parse('{'); } catch ({ name, message: { length } }) { say(name, length > 0); }
  label: for (const i of [1, 2, 3]) { for (const j of [1, 2]) { if (j === 2) continue label; if (i === 3) break label; say([i, j].map((x) => x * 2)); } }
  say(/(?<year>\\d{4})/u.exec('in 2024').groups.year, 'aXbX'.replace(/x/gi, (m, at) => at), 'x'.replaceAll('x', () => 'y'));
  say(await new Promise((resolve) => setTimeout(() => resolve((() => 'timer')()))), [3, 1, 2].sort((a, b) => a - b), 10n ** 20n, 1_000, null ?? (() => 'nullish')(), object?.nothing?.(), typeof Symbol.dispose);
  let closures = []; for (let i = 0; i < 3; i++) closures.push(() => i++); say(closures.map((f) => f() + f()));
  var { a: [{ b: deep = (() => 'deep')() } = {}] = [] } = {}; say(deep);
  say((function () { return new.target; })(), new (function Named() { this.t = new.target.name; })().t, (function named() { return typeof named; })());
  say(Reflect.construct(Base, [], Derived) instanceof Derived, Object.getOwnPropertyNames(Base).length);
}
`;

const ROUNDS = `
const collect = () => { const junk = []; for (let i = 0; i < 300; i++) junk.push(new Array(20000).fill(i)); globalThis.gc?.(); return junk.length; };
for (let round = 0; round < 4; round++) { await run(round); collect(); await new Promise((r) => setTimeout(r, 5)); collect(); }
console.log(log.join('\\n'));
`;

const LARGE = Array.from(
  { length: 4000 },
  (_, n) => `exports.f${n} = function (a) { const f = (b) => { switch (b % 3) { case 0: return a + ${n}; default: return () => [a, b, ${n}]; } }; return f; };`,
).join('\n');

// One function of more than 64 KB, so that jumps and constants take the wide forms.
const WIDE = `module.exports = function wide(a) { let x = 0;\n${Array.from(
  { length: 3000 },
  (_, n) => `if (a === ${n}) { x += [${n}, 'text ${n}'].map((v) => String(v).length)[1]; }`,
).join('\n')}\nreturn x; };`;

const BYTECODE_CASES = [
  {
    // V8 throws bytecode away that is not used, unless it is told not to, and an app may tell it other things.
    name: 'collected',
    files: {
      'main.js': `
const v8 = require('node:v8');
for (const flag of ['--bytecode-old-age=1', '--flush-bytecode']) v8.setFlagsFromString(flag);
const { collect } = require('./collect');
const unused = () => { const inner = () => 'kept'; return inner(); };
const part = require('./part');
(async () => {
  await collect();
  for (const id of ['http', 'zlib', 'crypto', 'child_process', 'dns', 'tls', 'readline', 'dgram']) require(id);
  await collect();
  console.log(unused(), part.unused());
  v8.setFlagsFromString('--no-lazy-feedback-allocation');
  console.log(require('./second').unused());
  const { Worker } = require('node:worker_threads');
  new Worker(require.resolve('./thread')).on('exit', async (code) => {
    require('https');
    await collect();
    console.log(code, part.alsoUnused(), require('./third').unused());
  });
})();
`,
      // Functions are old when a collection of all garbage finds them unused; one that is asked for does not count.
      'collect.js': `
const { PerformanceObserver, constants } = require('node:perf_hooks');
let collections = 0;
new PerformanceObserver((list) => {
  for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) collections++;
}).observe({ entryTypes: ['gc'] });
exports.collect = async () => {
  for (let wanted = collections + 3, kept = []; collections < wanted; await new Promise(setImmediate)) {
    for (let count = 0; count < 30; count++) kept.push(new Array(20000).fill(count));
    if (kept.length > 1000) kept = [];
  }
};
`,
      'part.js': `
exports.unused = () => [1].map(() => 'kept in another')[0];
exports.alsoUnused = () => { const inner = () => 'kept for long'; return inner(); };
`,
      'second.js': `exports.unused = () => (() => 'loaded under other options')();`,
      'third.js': `exports.unused = () => (() => 'loaded after a thread')();`,
      'thread.js': `
const { collect } = require('./collect');
const unused = () => (() => 'kept in a thread')();
require('http2');
collect().then(() => {
  console.log(unused(), require('./second').unused());
  process.exit();
});
`,
    },
  },
  { name: 'kinds-commonjs', files: { 'main.js': `${KINDS}(async () => {${ROUNDS}})();` } },
  { name: 'kinds-strict', files: { 'main.js': `'use strict';\n${KINDS}(async () => {${ROUNDS}})();` } },
  { name: 'kinds-esm', entry: 'main.mjs', files: { 'main.mjs': `${KINDS}${ROUNDS}` } },
  {
    name: 'large',
    files: {
      'main.js': `
const large = require('./large');
const wide = require('./wide');
setTimeout(() => {
  console.log(Object.values(large).map((f, n) => typeof f(1)(n)).join('').length, large.f3999('a')(1)());
  console.log(wide(5), wide(2999), wide(-1));
}, 20);
`,
      'large.js': LARGE,
      'wide.js': WIDE,
    },
  },
  {
    name: 'line-breaks',
    files: {
      'main.js':
        "try { require('./crlf'); } catch (e) { console.log(e.stack.split('\\n')[1]); }\n" +
        "try { require('./cr'); } catch (e) { console.log(e.stack.split('\\n')[1]); }\n" +
        "try { require('./separators'); } catch (e) { console.log(e.stack.split('\\n')[1]); }\n" +
        "try { require('./wide-text'); } catch (e) { console.log(e.stack.split('\\n')[1]); }\n" +
        "try { require('./bang'); } catch (e) { console.log(e.stack.split('\\n')[1]); }\n",
      'crlf.js': '// a\r\n\r\n  throw new Error(1);\r\n',
      'cr.js': '// a\r\r  throw new Error(1);\r',
      'separators.js': '// a\u2028\u2029  throw new Error(1);',
      'wide-text.js': "const s = 'ünï ☃ 😀';\n/* 😀 */ throw new Error(s);",
      'bang.js': '#!/usr/bin/env node\n\n throw new Error(1);',
    },
    status: 0,
  },
  {
    name: 'names-of-exports',
    entry: 'main.mjs',
    files: {
      'main.mjs': `
import * as lib from './lib.cjs';
import { a, 'b-c' as b, deep, "default" as d } from './lib.cjs';
console.log(Object.keys(lib).join(), a, b, deep, typeof d);
const { createRequire } = await import('node:module');
console.log(createRequire(import.meta.url)('./lib.cjs') === d);
`,
      'lib.cjs': "exports.a = 1; exports['b-c'] = 2;\nObject.defineProperty(exports, 'e', { enumerable: true, get() { return () => 3; } }); \n__exportStar(require('./deep.cjs'));\nfunction __exportStar(m) { Object.assign(exports, m); }",
      'deep.cjs': "const deep = 'deep';\nmodule.exports = { deep, ...require('./deeper.cjs') };",
      'deeper.cjs': 'exports.deeper = () => {};',
    },
  },
  {
    name: 'shown',
    files: {
      'main.js': `
class A { #x; }
console.log([A, class {}, class Sub extends A { static s = class {}; f = async () => {} }, function named() {}, () => 1, async () => 1, function* g() {}]);
console.log({ A }, new A(), new (class extends A { m() {} })(), class
{
}, class extends Map { static { this.n = 'made'; } }, class extends null {}, require('./module.mjs'));
`,
      'module.mjs': 'export default class {}\nexport class Named extends Array { static #p = 1; static { class Inner { } } }',
    },
  },
  {
    name: 'eval-positions',
    files: {
      'main.js': `eval("try { throw new Error('first line') } catch (error) { console.log(error.stack.split('\\\\n')[1]) }");
const show = (f) => { try { f(); } catch (error) { console.log(error.stack.split('\\n').slice(0, 3).join('\\n')); } };

    show(() => eval('throw new Error("direct")'));
show(() => (0, eval)('throw new Error("indirect")'));
      show(() => new Function('throw new Error("function")')());
show(() => eval("eval('throw new Error(1)')"));
require('./module.mjs');
`,
      'module.mjs': `
try {
  eval('throw new Error("in a module")');
} catch (error) { console.log(error.stack.split('\\n').slice(0, 2).join('\\n')); }`,
    },
    // A script with its source is in a wrapper of one more line.
    needsBytecode: true,
  },
  {
    name: 'threads',
    files: {
      'main.js': `
const { Worker } = require('worker_threads');
const wait = (options, file = __dirname + '/worker.mjs') => new Promise((resolve, reject) => new Worker(file, options).on('message', resolve).on('error', reject));
(async () => {
  console.log(await wait());
  console.log(await wait({ env: { A: '1' } }));
  console.log(await wait({ execArgv: ['--no-warnings'] }));
  console.log(await wait({ execArgv: [], env: {} }, __dirname + '/worker.cjs'));
})();
`,
      'worker.mjs': "import { parentPort } from 'node:worker_threads';\nimport { value } from './lib.mjs';\nparentPort.postMessage([value(), process.execArgv.filter((o) => o !== '--no-lazy').join(), process.env.A, import.meta.filename]);",
      'worker.cjs': "require('worker_threads').parentPort.postMessage([require('./lib.mjs').value(), process.execArgv.length]);",
      'lib.mjs': 'export const value = () => (() => 42)();',
    },
  },
  {
    name: 'internals-are-closed',
    files: {
      'main.js': `
const Module = require('module');
const attempt = (f) => { try { return typeof f(); } catch (e) { return e.code; } };
console.log(attempt(() => require('internal/util')), attempt(() => require('node:internal/util')), attempt(() => process.getBuiltinModule('internal/util')));
console.log(Module.builtinModules.length, Module.builtinModules.join(), Object.isFrozen(Module.builtinModules), Module.isBuiltin('internal/util'));
console.log(process.execArgv.filter((o) => o !== '--no-lazy'), require('repl').builtinModules.length);
import('node:module').then((m) => console.log(m.builtinModules.length, m.default === Module));
import('internal/util').catch((e) => console.log(e.code));
`,
    },
  },
];

module.exports = { BYTECODE_CASES };
