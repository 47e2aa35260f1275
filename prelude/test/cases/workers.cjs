'use strict';

// Programs with worker threads: see ../workers.test.cjs.

const FILES = {
  'worker.js': `
const threads = require('worker_threads');
const fs = require('fs');
threads.parentPort.postMessage({
  data: threads.workerData, isMain: threads.isMainThread, argv: process.argv.slice(1), execArgv: process.execArgv,
  main: require.main === module, id: module.id, parent: module.parent, filename: __filename, helper: require('./helper').value,
  globals: ['require', 'module', 'exports', '__filename', '__dirname'].filter((name) => name in globalThis), code: process._eval,
  mine: process.env.MINE, files: fs.readdirSync(__dirname).length, limits: threads.resourceLimits.maxOldGenerationSizeMb,
  name: threads.threadName, stack: new Error('here').stack.split('\\n')[1],
});`,
  'helper.js': 'exports.value = "helper of the app";',
  'module.mjs': `
import { parentPort, workerData } from 'node:worker_threads';
import helper from './helper.js';
parentPort.postMessage([workerData, helper.value, import.meta.url, process.argv.slice(1), (await import('./helper.js')).value]);`,
  'typed/package.json': '{"type": "module"}',
  'typed/worker.js':
    'import { parentPort } from "worker_threads"; parentPort.postMessage(await import.meta.filename);',
  'echo.js': `
const { parentPort } = require('worker_threads');
parentPort.on('message', (message) => message === 'end' ? parentPort.close() : parentPort.postMessage(message, message.buffer ? [message.buffer] : []));`,
  'thrower.js': '\n  throw Object.assign(new TypeError("thrown by the worker"), { code: "MINE" });',
  'rejecter.mjs': 'await 1;\nthrow new RangeError("rejected by the worker");',
  'syntax.js': 'const = 5;',
  'nested.js': `
const { Worker, parentPort, threadId } = require('worker_threads');
new Worker(__dirname + '/worker.js', { workerData: 'nested' }).on('message', (message) => parentPort.postMessage(message));`,
  'endless.js': 'require("worker_threads").parentPort.postMessage("started"); for (;;);',
  'heap.js': 'const kept = []; for (;;) kept.push(new Array(1e5).fill(Math.random()));',
};

const OUTSIDE = {
  'disk.js':
    'require("worker_threads").parentPort.postMessage([process.argv.slice(1).length, require("./other")]);',
  'other.js': 'module.exports = "other on the disk";',
  'disk.mjs':
    'import { parentPort } from "worker_threads"; import other from "./other.js"; parentPort.postMessage(other);',
};

const RUN = `
const { Worker, SHARE_ENV, MessageChannel } = require('worker_threads');
const path = require('path');
const inside = (name) => path.join(__dirname, name);
const run = (name, file, options) => new Promise((resolve) => {
  const worker = new Worker(file, options);
  const seen = [];
  worker.on('message', (message) => seen.push(message));
  // The lines after the first that is of the app are those of Node, or of the loader.
  worker.on('error', (error) => seen.push([error.name, error.code, error.message, error.stack.split('\\n').filter((line) => !/node:|-wrapper:/.test(line))]));
  worker.on('exit', (code) => { console.log(name, 'exit', code); console.dir(seen, { depth: 5 }); resolve(); });
});
`;

const program = (main, more = {}) => ({
  files: { ...FILES, 'main.js': `${RUN}(async () => {${main}})();` },
  outside: OUTSIDE,
  // Of plain Node: a program that fails at once would be the same in both.
  status: 0,
  ...more,
});

const WORKER_CASES = [
  {
    name: 'files inside and on the disk, by path and by URL',
    ...program(`
const { pathToFileURL } = require('url');
await run('path', inside('worker.js'), { workerData: { map: new Map([[1, 2n]]) }, argv: ['one', 2] });
await run('no extension', inside('worker'));
await run('URL', pathToFileURL(inside('worker.js')));
await run('module', inside('module.mjs'), { workerData: 5 });
await run('module by URL', pathToFileURL(inside('module.mjs')));
await run('type module', inside('typed/worker.js'));
await run('relative', './disk.js');
await run('disk', path.resolve('disk.js'), { argv: ['x'] });
await run('disk module', path.resolve('disk.mjs'));`),
    prints: /helper of the app[^]*other on the disk/,
  },
  {
    name: 'options of workers',
    ...program(`
process.env.MINE = 'of the parent';
await run('env', inside('worker.js'), { env: { MINE: 1 } });
await run('shared env', inside('worker.js'), { env: SHARE_ENV, name: 'named' });
await run('execArgv', inside('worker.js'), { execArgv: ['--no-warnings'] });
await run('limits', inside('worker.js'), { resourceLimits: { maxOldGenerationSizeMb: 50 } });
await run('inherited', inside('worker.js'), Object.create({ workerData: 'inherited' }));
const worker = new Worker('process.stdin.on("data", (data) => console.log("read", String(data))); console.error("error")', { eval: true, stdin: true, stdout: true, stderr: true });
worker.stdin.end('given');
for (const stream of ['stdout', 'stderr']) worker[stream].on('data', (data) => console.log(stream, String(data)));`),
    prints: /of the parent[^]*inherited/,
  },
  {
    name: 'code and data: URLs',
    ...program(`
const post = "require('worker_threads').parentPort.postMessage";
await run('code', post + "([process.argv, __filename, __dirname, typeof module, typeof exports, process._eval.length, require.main === module].slice(1)); var leaked = 1;", { eval: true });
await run('require of code', post + "(require(" + JSON.stringify(inside('helper.js')) + ").value)", { eval: true });
await run('disk from code', post + "(require('./other'))", { eval: true });
await run('import() from code', "import('./disk.mjs')", { eval: true });
await run('strict code', "'use strict'; " + post + "((function () { return this === undefined; })())", { eval: true });
await run('module code', "import { parentPort } from 'worker_threads'; parentPort.postMessage([import.meta.url, await 1, typeof require])", { eval: true });
await run('data: URL', new URL("data:text/javascript,import { parentPort } from 'node:worker_threads'; parentPort.postMessage([process.argv.length, typeof require])"));
await run('throwing code', '\\n  null.property', { eval: true });
await new Promise((resolve) => new Worker('not code', { eval: true }).on('error', (error) => resolve(console.log(error.name, error.message))));
await run('throwing data: URL', new URL('data:text/javascript,throw new Error("of data")'));`),
    prints: /helper of the app/,
  },
  {
    name: 'errors of workers',
    ...program(`
for (const name of ['thrower.js', 'rejecter.mjs', 'syntax.js', 'missing.js']) await run(name, inside(name));
await run('heap', inside('heap.js'), { resourceLimits: { maxOldGenerationSizeMb: 20 } });
const bad = [[], [5], ['worker.js'], ['a\\0b'], [new URL('http://host/')], [new URL('file:///x'), { eval: true }], [inside('worker.js'), { execArgv: 5 }],
  [inside('worker.js'), { argv: 5 }], [inside('worker.js'), { env: 5 }], [inside('worker.js'), { execArgv: ['--not-an-option'] }], [inside('worker.js'), { workerData: () => {} }]];
for (const args of bad) try { new Worker(...args); console.log('made'); } catch (error) { console.log(error.code ?? error.name, error.message); }
try { Worker('x'); } catch (error) { console.log(error.name, error.message); }`),
    prints: /thrown by the worker[^]*rejected by the worker/,
  },
  {
    name: 'messages, transfer and termination',
    ...program(`
const { once } = require('events');
const worker = new Worker(inside('echo.js'));
await once(worker, 'online');
worker.postMessage(new Set(['a', /b/g]));
console.log(await once(worker, 'message'));
const bytes = new Uint8Array([1, 2, 3]);
worker.postMessage(bytes, [bytes.buffer]);
console.log(await once(worker, 'message'), bytes.length);
worker.postMessage('end');
console.log(await once(worker, 'exit'));
const endless = new Worker(inside('endless.js'));
console.log(await once(endless, 'message'), await endless.terminate());
const { port1, port2 } = new MessageChannel();
new Worker('const { workerData } = require("worker_threads"); workerData.postMessage("over the port"); workerData.close()', { eval: true, workerData: port2, transferList: [port2] });
console.log(await once(port1, 'message'));`),
  },
  {
    name: 'the class, its heirs, and nested workers',
    ...program(`
class Heir extends Worker {
  constructor(...args) { super(...args); this.mine = 'of the heir'; }
  method() { return this.mine; }
}
const heir = new Heir(inside('worker.js'), { workerData: 'heir' });
console.log(heir instanceof Heir, heir instanceof Worker, heir.constructor === Heir, heir.method(), heir.threadId);
heir.on('message', (message) => console.log(message.data));
await new Promise((resolve) => heir.on('exit', resolve));
const plain = new Worker('', { eval: true });
console.log(plain.constructor === Worker, Object.getPrototypeOf(plain) === Worker.prototype, Worker.name, Worker.length, require('util').inspect(Worker));
console.log(require('node:worker_threads').Worker === Worker, process.getBuiltinModule('worker_threads').Worker === Worker);
await run('nested', inside('nested.js'));`),
    prints: /of the heir[^]*nested/,
  },
  {
    name: 'workers of importers',
    entry: 'main.mjs',
    status: 0,
    prints: /helper of the app/,
    files: {
      ...FILES,
      'main.mjs': `
import threads, { Worker } from 'node:worker_threads';
console.log(threads.Worker === Worker);
new Worker(new URL('./module.mjs', import.meta.url), { workerData: 1 }).on('message', console.log);
`,
    },
  },
  {
    name: 'children of workers, and workers of children',
    ...program(`
const code = 'const { execFileSync } = require("child_process"); process.stdout.write(execFileSync("node", ["-p", "6 * 7"]))';
await run('child of a worker', code, { eval: true });
require('child_process').fork(inside('module-parent.js'));`),
  },
];
WORKER_CASES.at(-1).files['module-parent.js'] = `
const { Worker } = require('worker_threads');
new Worker(__dirname + '/worker.js', { workerData: 'of a child' }).on('message', (message) => console.log(message));`;

module.exports = { WORKER_CASES };
