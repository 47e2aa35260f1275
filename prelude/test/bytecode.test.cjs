'use strict';

// What differs from plain Node when the source is not in the executable, and what must not be in there.

const { after, before, describe, it } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { runProgram } = require('./support/bounded.cjs');
const { nodes, prepare } = require('./support/oracle.cjs');

const CASES = [
  {
    name: 'secrets',
    files: {
      'main.js':
        '// a comment that is secret\nconst total = [1, 2].reduce((sum, value) => sum + value * 1234567);\n' +
        "import('./lib.mjs').then(({ product }) => console.log(total, product(6)));\n",
      'lib.mjs': '/* another secret */\nexport function product(a) { return a * 7654321 + a; }\n',
    },
  },
  {
    name: 'texts',
    files: {
      'main.js': `
class A { #x; }
const forms = [A, class {}, function named() {}, () => 1, async () => 1, function* g() {}, async function* () {}, { m() {} }.m,
  Object.getOwnPropertyDescriptor({ get x() { return 1; } }, 'x').get, Math.max, Function.prototype.toString, (() => {}).bind(), eval('(function evaluated() {})')];
for (const form of forms) console.log(String(form));
console.log(Object.getOwnPropertyNames(Function.prototype.toString).join(), 'prototype' in Function.prototype.toString);
try { Function.prototype.toString.call({}); } catch (error) { console.log(error.name); }
`,
    },
  },
  {
    name: 'reading',
    files: {
      'main.js': `
const fs = require('fs');
const show = (error) => console.log(error.code, error.syscall, error.path === __filename, error.message.includes('public_packages'));
for (const read of [() => fs.readFileSync(__filename), () => fs.readFileSync(__filename, 'utf8'), () => fs.openSync(__filename), () => fs.copyFileSync(__filename, '/tmp/never')]) {
  try { read(); } catch (error) { show(error); }
}
fs.readFile(__filename, show);
fs.promises.readFile(__filename).catch(show);
fs.createReadStream(__filename).on('error', show);
console.log(fs.existsSync(__filename), fs.statSync(__filename).isFile(), fs.readFileSync(__dirname + '/note.txt', 'utf8'));
`,
      'note.txt': 'readable',
    },
  },
  {
    name: 'messages',
    files: {
      'main.js': `
const attempts = [() => missing, () => null.x, () => undefined.x.y, () => ({}).x(), () => (void 0)(), () => new (() => {})(), () => { const { a } = null; },
  () => { const [b] = 5; }, () => [...{}], () => { for (const x of 5); }, () => Symbol() + '', () => { 'use strict'; const c = 1; c = 2; }, () => d && 1, () => new (class { #p; static t(o) { return o.#p; } }).constructor.t({}),
  () => { class E extends null {} new E(); }, () => (async () => { await null; null.late; })(), () => Reflect.construct(1), () => BigInt(1.5), () => 1n + 1, () => x.y.z(), () => attempts.nope(), () => super_(), () => 'a'.b.c, () => ({ get g() { return null.g; } }).g,
  () => { let v = 1; v(); }, () => { const o = { f: 1 }; o.f(); }, () => (void 0)?.p || null.p, () => { ({}).a.b = 1; }, () => { delete null.q; }, () => { undefined\`x\`; }, () => new undefined(), () => [].reduce((a) => a)];
(async () => {
  for (const attempt of attempts) {
    try { await attempt(); console.log('no error'); } catch (error) {
      console.log(error.name, error.message.length > 0, /main\\.js:\\d+:\\d+/.exec(error.stack)[0]);
    }
  }
  await require('./kinds').run();
})();
let d;
`,
      'kinds.js': `
const o = null;
const { n = 1 } = {};
class F { x = o.field; }
class P { #p = o.priv; }
const kinds = {
  arrow: () => o.x, arrowBody: () => { o.x; }, asyncArrow: async () => o.x, asyncArrowOne: async value => o.x, asyncParameters: async (a = o.x) => a,
  asyncComment: async/**/(a)=>o.x, nested: async () => { await null; await (async (b) => { await null; return (() => o.x)(); })(); },
  method() { o.x(); }, async asyncMethod() { o.x(); }, *generator() { o.x(); }, async *asyncGenerator() { o.x(); }, get getter() { return o.x; },
  function: function () { o(); }, async: async function () { o(); }, named: function name() { name.x(); }, parameters: (a = o.x) => a, destructured: ({ a } = o) => a,
  field: () => new F(), priv: () => new P(), static: () => class { static s = o.x; }, block: () => class { static { o.x(); } }, computed: () => class { [o.x]() {} },
  constructed: () => new (class { constructor() { o.x(); } })(), derived: () => new (class extends F { constructor() { super(); } })(), implicit: () => new (class extends F {})(),
  privateMethod: () => new (class { #m() { o.x(); } m() { this.#m(); } })().m(), accessor: () => { new (class { set s(v) { o.x(); } })().s = 1; },
  callback: () => [1].map((v) => o.x(v)), tagged: () => o\`x\`,
  arrowInField: () => new (class { f = () => o.x; g = this.f(); })(), asyncInField: () => new (class { f = async () => { o.x(); }; })().f(),
  fieldInField: () => new (class { static z = 1; y = new (class { 'quoted' = 1; 5 = 2; [o.x] = 3; })(); })(), laterField: () => new (class { a
    b
    c = o.x; static
    {}
  })(), laterStatic: () => class { q = 1; static a; static async = 1; static
    [o.x] = 1; },
  classInField: () => new (class { f = class { g = o.x; }; h = new this.f(); })(), classInFieldThenField: () => new (class { f = class { static g = 1; } ; h = o.x; })(),
  classInFieldLine: () => new (class { f =
    class
    { g
      = 1 }
    h = o.x; })(), classInStatic: () => class { static f = class extends Object { a = 1; static b = 2 }; static g = o.x; }, classInBlock: () => class { static { class A {} class B extends A {} o.x(); } },
  classInAsyncArrow: async () => { class A { b = 1 } return new A(), o.x; }, classAsParameter: async (a = class { b = 1 }, c = o.x) => a, classesInArrow: () => { class A {} class B extends A { c = () => class {} } return o.x; },
  classInComputed: () => class { [class { static s = 1 }.s] = 1; static [o.x] = 2; }, classInHeritage: () => class extends class { f = 1; static g = o.x } { h = 2; }, classWithMethods: () => new (class { f = class { m() { return o.x; } }; run() { return new this.f().m(); } })().run(),
  staticMethod: () => (class { static m() { o.x(); } }).m(), privateStatic: () => (class A { static #p() { o.x(); } static m() { A.#p(); } }).m(),
  superCall: () => new (class extends (class { constructor() { o.x(); } }) { f = 1; })(), privateField: () => new (class { #a = () => o.x(); b = this.#a(); })(),
  blockInBlock: () => class { static { class B { static { o.x(); } } } }, arrowInBlock: () => class { static { (() => o.x())(); } }, classInParameter: (a = class { static s = o.x; }) => a,
  asyncWithBreak: async (
    a, b = 1
  ) =>
    o.x, awaits: async () => { for await (const x of o) x(); }, spreads: () => Math.max(...o), yields: function* () { yield* o; }, instance: () => o instanceof 5, inside: () => 'x' in o,
};
exports.run = async () => {
  for (const [name, kind] of Object.entries(Object.getOwnPropertyDescriptors(kinds))) {
    const f = kind.value ?? kind.get;
    try { const made = await f(); if (made?.next) await made.next(); console.log(name, 'no error'); }
    catch (error) { console.log(name, error.name, /kinds\\.js:\\d+:\\d+/.exec(error.stack)[0]); }
  }
};
`,
    },
  },
  {
    name: 'hooks',
    files: {
      'main.mjs': `
import { registerHooks } from 'node:module';
const seen = [];
const hooks = registerHooks({
  load(url, context, next) {
    const result = next(url, context);
    if (url.includes('change')) result.source = result.source + '\\n// changed';
    seen.push(url.split('/').at(-1) + ' ' + result.format);
    return result;
  },
});
console.log((await import('./kept.mjs')).kept, (await import('./kept.cjs')).kept);
await import('./change.mjs').catch((error) => console.log(error.message));
await import('./change.cjs').catch((error) => console.log(error.message));
hooks.deregister();
console.log(seen.join());
console.log((await import('./later.mjs')).later());
`,
      'kept.mjs': "export { kept } from './kept2.mjs';",
      'kept2.mjs': "export const kept = 'kept';",
      'kept.cjs': "exports.kept = (() => 'kept too')();",
      'change.mjs': 'export {};',
      'change.cjs': 'exports.x = 1;',
      'later.mjs': "export const later = () => 'later';",
    },
    entry: 'main.mjs',
  },
];

// Options that change what V8 compiles, when, or what it takes; the first two would leave functions out of bytecode.
const BAKED = [
  ['--max-lazy', '--flush-bytecode', '--expose-gc', '--stack-size=500', '--max-old-space-size=300'],
  ['--jitless', '--expose-gc'],
  ['--no-opt', '--hash-seed=5', '--max-semi-space-size=8', '--expose-gc', '--always-sparkplug'],
];
const LATER = {
  name: 'later',
  files: {
    'main.js': `
const { inner } = require('./lib');
inner();
const wait = () => new Promise((resolve) => setTimeout(resolve, 1));
(async () => {
  for (let i = 0; i < 20; i++) { gc(); await wait(); }
  console.log(inner()(), (await import('./module.mjs')).later(), typeof gc);
  new (require('worker_threads').Worker)(__dirname + '/worker.js');
})();
`,
    'lib.js': 'class A { #x = 1; get x() { return () => this.#x; } }\nexports.inner = () => { function deep() { return new A().x(); } return deep; };',
    'module.mjs': 'export const later = () => (() => 2)();',
    'worker.js': "console.log('worker', require('./lib').inner()());",
  },
};

for (const [version, node] of nodes()) {
  describe(`an executable of Node ${version} without sources`, () => {
    let folder;
    before(() => {
      folder = prepare(node, CASES, { mode: 'standard' });
    });
    after(() => fs.rmSync(folder, { recursive: true, force: true }));

    const run = (name) => {
      const result = runProgram(path.join(folder, name, 'program'));
      assert.deepStrictEqual([result.status, result.stderr], [0, '']);
      return result.stdout.trimEnd().split('\n');
    };

    it('has nothing that is only in sources', () => {
      assert.deepStrictEqual(run('secrets'), [`${1 + 2 * 1234567} ${6 * 7654321 + 6}`]);
      const bytes = fs.readFileSync(path.join(folder, 'secrets/program'));
      for (const text of ['secret', '=> sum', 'sum + value', 'a * 7654321', 'function product(a)']) {
        for (const encoding of ['latin1', 'utf16le']) {
          const at = bytes.indexOf(Buffer.from(text, encoding), bytes.lastIndexOf('PKGPAYLD'));
          assert.strictEqual(at, -1, `\`${text}\` as ${encoding}`);
        }
      }
      assert.notStrictEqual(bytes.indexOf('product', bytes.lastIndexOf('PKGPAYLD')), -1);
    });

    it('shows functions like those of Node', () => {
      assert.deepStrictEqual(run('texts'), [
        'class A { }',
        'class { }',
        'function named() { [native code] }',
        'function () { [native code] }',
        'async function () { [native code] }',
        'function* g() { [native code] }',
        'async function* () { [native code] }',
        'function m() { [native code] }',
        'function get x() { [native code] }',
        'function max() { [native code] }',
        'function toString() { [native code] }',
        'function () { [native code] }',
        'function evaluated() {}',
        'length,name false',
        'TypeError',
      ]);
    });

    it('refuses to read what is not there', () => {
      assert.deepStrictEqual(run('reading'), [
        'EACCES open true true',
        'EACCES open true true',
        'EACCES open true true',
        'EACCES copyfile true true',
        'true true readable',
        'EACCES open true true',
        'EACCES open true true',
        'EACCES open true true',
      ]);
    });

    it('has errors of the same kinds at the same places', () => {
      const plain = runProgram(node, [path.join(folder, 'messages/app/main.js')]);
      const expected = plain.stdout.trimEnd().split('\n');
      assert.ok(expected.length > 30 && !expected.includes('no error'));
      assert.deepStrictEqual(run('messages'), expected);
    });

    for (const baked of BAKED) {
      it(`runs with ${baked.join(' ')}`, () => {
        const other = prepare(node, [LATER], { mode: 'standard', execArgv: baked });
        try {
          const { stdout, stderr } = runProgram(path.join(other, 'later/program'));
          assert.deepStrictEqual([stdout, stderr.replace(/^Warning: disabling flag .*\n/gm, '')], ['1 2 function\nworker 1\n', '']);
        } finally {
          fs.rmSync(other, { recursive: true, force: true });
        }
      });
    }

    it('works with hooks of the app, which cannot change a source', () => {
      const noSource =
        'The source of this module is not in the executable, so nothing can change it while it is loaded.';
      const lines = run('hooks');
      assert.deepStrictEqual(lines.slice(0, 3), ['kept kept too', noSource, noSource]);
      assert.match(lines[3], /kept\.mjs module,kept2\.mjs module,kept\.cjs commonjs/);
      assert.strictEqual(lines[4], 'later');
    });
  });
}
