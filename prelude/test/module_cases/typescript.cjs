'use strict';

// TypeScript that Node strips of its types.

const TYPES = `
interface Shape { area(): number }
type Id = string | number;
export class Square implements Shape {
  side: number;
  constructor(side: number) { this.side = side; }
  area(): number { return this.side ** 2; }
}
export const id = (value: Id): Id => value as Id;
`;

module.exports = [
  {
    name: 'commonjs-entry-point',
    entry: 'main.cts',
    files: {
      'main.cts':
        "const lib = require('./lib.cts') as { value: number };\nconst n: number = lib.value;\nconsole.log(n, __filename, require.main === module, module.id);\n",
      'lib.cts': 'interface X { a: string }\nexports.value = 1 satisfies number;',
    },
  },
  {
    name: 'module-entry-point',
    entry: 'main.mts',
    files: {
      'main.mts':
        "import { Square, type Id, id } from './lib.mts';\nimport type { Nothing } from './types.ts';\nconst x: Id = id('x');\nconsole.log(new Square(3).area(), x, import.meta.filename, import.meta.main);",
      'lib.mts': TYPES.replace('type Id', 'export type Id'),
    },
  },
  ...['commonjs', 'module', undefined].map((type) => ({
    name: `entry-point-of-${type ?? 'typeless'}-package`,
    entry: 'src/main.ts',
    files: {
      'package.json': JSON.stringify({ name: 'ts', type }),
      'src/main.ts':
        type === 'commonjs'
          ? "const { Square } = require('./lib.ts');\nconst s: { area(): number } = new Square(2);\nconsole.log(s.area(), __filename, typeof module);"
          : "import { Square } from './lib.ts';\nimport plain from './plain.js';\nconst s: { area(): number } = new Square(2);\nconsole.log(s.area(), import.meta.filename, typeof module, plain);",
      'src/lib.ts':
        type === 'commonjs'
          ? `${TYPES.replaceAll('export ', '')}\nmodule.exports = { Square, id };`
          : TYPES,
      'src/plain.js': type === 'module' ? "export default 'plain';" : "module.exports = 'plain';",
    },
  })),
  {
    name: 'without-package-json',
    entry: 'main.ts',
    files: {
      'main.ts':
        "const x: number = 1;\nconsole.log(x, require('./lib.ts'), require('./esm.ts').y);",
      'lib.ts': 'const y: string = "y"; module.exports = y;',
      'esm.ts': 'export const y: number = 2;',
    },
  },
  {
    name: 'entry-point-with-module-syntax',
    entry: 'main.ts',
    files: {
      'main.ts':
        "import fs from 'node:fs';\nimport { y } from './lib.ts';\nconst x: typeof fs = fs;\nconsole.log(typeof x.readFileSync, y, import.meta.url);",
      'lib.ts': 'export const y: number = 1;',
    },
  },
  {
    name: 'imported-by-javascript',
    files: {
      'main.js':
        "console.log(require('./a.ts'), require('./b.cts'), require('./c.mts').c);\nPromise.all([import('./a.ts'), import('./b.cts'), import('./c.mts'), import('./d.ts')]).then((all) => console.log(all.map((ns) => Object.keys(ns))));\ntry { require('./a') } catch (error) { console.log(error.code) }\nimport('./e.tsx').catch((error) => console.log(error.code, error.message));",
      'a.ts': 'exports.a = 1 as number;',
      'b.cts': 'exports.b = 1 as number;',
      'c.mts': 'export const c: number = 1;',
      'd.ts': 'export const d: number = 1;',
      'e.tsx': 'export const e = <p/>;',
    },
  },
  {
    name: 'erasable-only',
    files: {
      'main.js':
        "for (const id of ['./enum.ts', './namespace.ts', './parameter.cts', './syntax.ts', './import-equals.cts', './decorator.ts']) try { require(id); console.log(id) } catch (error) { console.log(error.name, error.code, error.message, error.stack.split('\\n    at ')[0]) }\nimport('./enum.mts').catch((error) => console.log(error.code, error.message));",
      'enum.ts': 'enum A { B }\n',
      'enum.mts': 'export enum A { B }\n',
      'namespace.ts': 'namespace N { export const x = 1; }\n',
      'parameter.cts': 'class A { constructor(private x: number) {} }\n',
      'import-equals.cts': "import fs = require('fs');\n",
      'decorator.ts': '@x class A {}\n',
      'syntax.ts': 'const x: = 1;\n',
    },
  },
  {
    name: 'erasable-only-uncaught',
    entry: 'main.ts',
    files: { 'main.ts': 'const a = 1;\nenum Color { Red }\nconsole.log(Color.Red);\n' },
    status: 1,
    complains: /ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX/,
  },
  {
    name: 'erasable-only-uncaught-in-module',
    entry: 'main.mts',
    files: {
      'main.mts': "import './lib.mts';",
      'lib.mts': 'export const a = 1;\nenum Color { Red }\n',
    },
    status: 1,
    complains: /ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX/,
  },
  {
    name: 'positions',
    inStandard: { since: 24, differs: 'Node names CommonJS in TypeScript by its URL.', instead: /^\/snapshot\/app\/typescript-positions\/main\.ts:4\n/ },
    entry: 'main.ts',
    files: {
      'main.ts':
        'interface A {\n  b: string;\n}\nconst fail = (a: A | undefined): never => { throw new Error(`${a?.b as string}`); };\n\n      fail(undefined as A | undefined);\n',
    },
    status: 1,
    complains: /main\.ts:4/,
  },
  {
    name: 'positions-in-module',
    entry: 'main.mts',
    files: {
      'main.mts': "import { fail } from './lib.ts';\n\n  fail<string>('x');\n",
      'lib.ts': 'export function fail<T>(x: T): never {\n  throw new Error(String(x));\n}\n',
    },
    status: 1,
    complains: /lib\.ts:2/,
  },
  {
    name: 'missing-export-of-types',
    entry: 'main.mts',
    files: {
      'main.mts': "import { Type } from './lib.mts';\nconsole.log(1);",
      'lib.mts': 'export type Type = string;',
    },
    status: 1,
  },
  {
    name: 'in-node-modules',
    files: {
      'main.js':
        "try { require('pkg') } catch (error) { console.log(error.name, error.code, error.message) }\nimport('pkg/b.mts').catch((error) => console.log(error.name, error.code, error.message));",
      'node_modules/pkg/package.json': '{"main": "a.ts"}',
      'node_modules/pkg/a.ts': 'export const a: number = 1;',
      'node_modules/pkg/b.mts': 'export const a: number = 1;',
    },
  },
  {
    name: 'turned-off',
    inStandard: { differs: 'Bytecode of TypeScript is JavaScript.', instead: /^false\n1\n1\n$/ },
    env: { NODE_OPTIONS: '--no-experimental-strip-types' },
    files: {
      'main.js':
        "console.log(process.features.typescript);\ntry { console.log(require('./plain.ts')) } catch (error) { console.log(error.name, error.code, error.message) }\nimport('./a.ts').catch((error) => console.log(error.code, error.message));\nimport('./plain.ts').then((ns) => console.log(ns.default), (error) => console.log(error.code, error.message));",
      'a.ts': 'export const a: number = 1;',
      'plain.ts': 'module.exports = 1;',
    },
  },
  {
    name: 'transformed',
    until: 24,
    entry: 'main.ts',
    env: { NODE_OPTIONS: '--experimental-transform-types' },
    files: {
      'main.ts':
        "enum Color { Red = 'red' }\nclass A { constructor(public x: number) {} }\nconsole.log(Color.Red, new A(2).x);\nthrow new Error('mapped');",
    },
    status: 1,
  },
  {
    name: 'strip-types-function',
    files: {
      'main.js':
        "const { stripTypeScriptTypes } = require('module');\nconsole.log(stripTypeScriptTypes('const x: number = 1;'), stripTypeScriptTypes('let y: string', { mode: 'strip', sourceUrl: 'y.ts' }));\ntry { stripTypeScriptTypes('enum A {}') } catch (error) { console.log(error.code) }",
    },
  },
  {
    name: 'in-eval-workers',
    files: {
      'main.js':
        "const { Worker } = require('worker_threads');\nconst run = (code, options) => new Promise((resolve) => { const worker = new Worker(code, { eval: true, ...options }); worker.on('error', (error) => console.log('error', error.name, error.code, error.message)); worker.on('message', (message) => console.log(message)); worker.on('exit', resolve); });\nrun(\"const x: number = 5; require('worker_threads').parentPort.postMessage(x);\").then(() => run(\"import { parentPort } from 'worker_threads'; const y: string = 'module'; parentPort.postMessage(y);\")).then(() => run('enum A { B }')).then(() => run('const z: = 1'));",
    },
  },
  {
    name: 'in-workers',
    files: {
      'main.js':
        "const { Worker } = require('worker_threads');\nconst run = (file) => new Promise((resolve) => new Worker(__dirname + '/' + file).on('message', (message) => console.log(message)).on('error', (error) => console.log(error)).on('exit', resolve));\nrun('a.ts').then(() => run('b.mts'));",
      'a.ts':
        "const { parentPort } = require('worker_threads'); parentPort.postMessage('a' as string);",
      'b.mts':
        "import { parentPort } from 'node:worker_threads'; setTimeout(() => parentPort!.postMessage('b'), 100);",
    },
  },
];
