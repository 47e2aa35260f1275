'use strict';

// Calls each function of a descriptor, and each method of a FileHandle, with a file that was opened for it.

const fs = require('node:fs');
const { callBack, settled, settledCall } = require('./call.cjs');
const { describe } = require('./describe.cjs');
const { ROOT } = require('./paths.cjs');

const FILES = ['file.txt', 'empty', 'folder', 'big.bin'];

// Lists of arguments after the descriptor, made anew for each call because buffers are written to.
const READS = [
  () => [Buffer.alloc(8)],
  () => [Buffer.alloc(8), 0, 8, 0],
  () => [Buffer.alloc(8), 2, 4, 1],
  () => [Buffer.alloc(8), 2, 4, 3n],
  () => [Buffer.alloc(8), 0, 8, null],
  () => [Buffer.alloc(8), 0, 8, -1],
  () => [Buffer.alloc(8), 0, 8, 1_000_000_000],
  () => [Buffer.alloc(8), 0, 8, 1.5],
  () => [Buffer.alloc(8), 0, 0, 0],
  () => [Buffer.alloc(0)],
  () => [Buffer.alloc(8), 9, 1, 0],
  () => [Buffer.alloc(8), 0, 9, 0],
  () => [Buffer.alloc(8), -1, 4, 0],
  () => [Buffer.alloc(8), { position: 2, length: 3 }],
  () => [Buffer.alloc(8), { offset: 1 }],
  () => [{ buffer: Buffer.alloc(4), position: 1 }],
  () => [new Float64Array(2), 0, 16, 0],
  () => [new Uint8Array(Buffer.alloc(20).buffer, 4, 6), 1, 3, 0],
  () => [new DataView(new ArrayBuffer(8))],
  () => ['text'],
  () => [],
];

const DESCRIPTOR_FUNCTIONS = {
  close: [() => []],
  fchmod: [() => [0o700], () => ['nonsense']],
  fchown: [() => [1, 1], () => ['x', 1]],
  fdatasync: [() => []],
  fstat: [() => [], () => [{ bigint: true }]],
  fsync: [() => []],
  ftruncate: [() => [], () => [3], () => ['x']],
  futimes: [() => [1, 2], () => ['x', 2]],
  read: READS,
  readFile: [
    () => [],
    () => ['utf8'],
    () => [{ encoding: 'hex' }],
    () => [{ flag: 'w' }],
    () => ['nonsense'],
  ],
  readv: [
    () => [[Buffer.alloc(3), new Uint16Array(3)]],
    () => [[Buffer.alloc(3), Buffer.alloc(100)], 2],
    () => [[Buffer.alloc(3)], null],
    () => [[], 0],
    () => ['text'],
  ],
  write: [
    () => ['text'],
    () => [Buffer.from('bytes'), 0, 3, 0],
    () => [Buffer.from('bytes'), { offset: 1 }],
    () => ['text', 0, 'hex'],
    () => [{}],
  ],
  writev: [
    () => [[Buffer.from('x'), Buffer.from('y')]],
    () => [[Buffer.from('x')], 0],
    () => ['text'],
  ],
  writeFile: [() => ['text'], () => [Buffer.from('x')]],
  appendFile: [() => ['text']],
};

const NO_DESCRIPTORS = [undefined, null, -1, 1e10, 1.5, '3', {}, 999_999];

/** A result, with what it did to the buffers among the arguments, and where it left the file. */
function outcomeOf(outcome, args, descriptor) {
  const buffers = args.flat().filter((value) => ArrayBuffer.isView(value?.buffer ?? value));
  return { ...outcome, buffers: describe(buffers), next: nextByte(descriptor) };
}

function nextByte(descriptor) {
  try {
    const buffer = Buffer.alloc(1);
    return [fs.readSync(descriptor, buffer), buffer[0]];
  } catch (error) {
    return error.code;
  }
}

async function runDescriptorFunctions(report) {
  for (const [name, lists] of Object.entries(DESCRIPTOR_FUNCTIONS)) {
    for (const form of ['sync', 'callback']) {
      for (const [index, makeArgs] of lists.entries()) {
        for (const file of FILES) {
          const descriptor = fs.openSync(`${ROOT}/${file}`);
          const args = makeArgs();
          const outcome = await callForm(form, name, [descriptor, ...args]);
          report(`${name} ${form} (${file}; ${index})`, outcomeOf(outcome, args, descriptor));
          if (name !== 'close') fs.closeSync(descriptor);
        }
      }
      for (const given of NO_DESCRIPTORS) {
        report(
          `${name} ${form} (no descriptor ${describe(given)})`,
          await callForm(form, name, [given, ...lists[0]()]),
        );
      }
    }
  }
  await runMixed(report);
}

/** Without a callback, the callback form is called with the arguments as they are: it has to say so. */
function callForm(form, name, args) {
  if (form === 'callback') return callBack(fs, name, args);
  try {
    return { returned: describe(fs[`${name}Sync`](...args)) };
  } catch (error) {
    return { thrown: describe(error) };
  }
}

/** Descriptors of both worlds at a time, and numbers that are used again. */
async function runMixed(report) {
  fs.writeFileSync('real.txt', 'real text');
  const numbers = [];
  for (let round = 0; round < 4; round++) {
    const inside = fs.openSync(`${ROOT}/file.txt`);
    const real = fs.openSync('real.txt', 'r+');
    fs.writeSync(real, `${round}`, 0);
    report(`mixed ${round}`, [fs.readFileSync(inside, 'utf8'), fs.readFileSync(real, 'utf8')]);
    numbers.push(inside, real);
    fs.closeSync(inside);
    // Most likely gets the number that was inside.
    const again = fs.openSync('real.txt');
    report(`used again ${round}`, [again === inside, fs.readFileSync(again, 'utf8')]);
    fs.closeSync(again);
    fs.closeSync(real);
  }
}

const HANDLE_METHODS = {
  appendFile: [() => ['text']],
  chmod: [() => [0o700]],
  chown: [() => [1, 1]],
  close: [() => []],
  createReadStream: [],
  createWriteStream: [],
  datasync: [() => []],
  getAsyncId: [],
  pull: [],
  pullSync: [],
  read: READS,
  readFile: [
    () => [],
    () => ['utf8'],
    () => [{ encoding: 'hex' }],
    () => [{ signal: AbortSignal.abort() }],
  ],
  readLines: [],
  readableWebStream: [],
  readv: DESCRIPTOR_FUNCTIONS.readv,
  stat: [() => [], () => [{ bigint: true }]],
  sync: [() => []],
  truncate: [() => [], () => [3]],
  utimes: [() => [1, 2]],
  write: DESCRIPTOR_FUNCTIONS.write,
  writeFile: [() => ['text']],
  writer: [],
  writev: DESCRIPTOR_FUNCTIONS.writev,
};

async function runHandleMethods(report) {
  for (const [name, lists] of Object.entries(HANDLE_METHODS)) {
    for (const [index, makeArgs] of lists.entries()) {
      for (const file of FILES) {
        const handle = await fs.promises.open(`${ROOT}/${file}`);
        if (handle[name] === undefined) {
          await handle.close();
          continue;
        }
        const args = makeArgs();
        const promise = handle[name](...args);
        const outcome = await settled(promise, promise instanceof Promise, describe);
        report(`FileHandle.${name} (${file}; ${index})`, outcomeOf(outcome, args, handle.fd));
        await handle.close();
        report(`FileHandle.${name} closed`, await settledCall(() => handle[name](...makeArgs())));
      }
    }
  }
  await runHandleLife(report);
}

async function runHandleLife(report) {
  const open = () => fs.promises.open(`${ROOT}/file.txt`);
  const handle = await open();
  const events = [];
  handle.on('close', () => events.push(`closed ${handle.fd}`));
  report('FileHandle identity', [
    handle.constructor.name,
    Object.prototype.toString.call(handle),
    Object.keys(handle),
  ]);
  await Promise.all([handle.close(), handle.close()]);
  await handle.close();
  report('FileHandle events', events);
  const disposed = await open();
  await disposed[Symbol.asyncDispose]();
  report('FileHandle disposed', disposed.fd);
  const lines = [];
  for await (const line of (await open()).readLines()) lines.push(line);
  report('FileHandle.readLines', lines);
  const parts = [];
  const streamed = await open();
  for await (const part of streamed.createReadStream({ start: 2, end: 8, highWaterMark: 3 }))
    parts.push(String(part));
  report('FileHandle.createReadStream', [parts, streamed.fd]);
  const web = await open();
  const chunks = [];
  for await (const chunk of web.readableWebStream()) chunks.push(Buffer.from(chunk).toString());
  report('FileHandle.readableWebStream', [chunks.join('')]);
  await web.close();
  const written = await open();
  const stream = written.createWriteStream();
  report(
    'FileHandle.createWriteStream',
    await new Promise((resolve) => {
      stream.on('error', (error) => resolve(describe(error)));
      stream.end('text');
    }),
  );
  const given = await open();
  report('readFile(FileHandle)', [await fs.promises.readFile(given, 'utf8'), given.fd > 0]);
  report('writeFile(FileHandle)', await settledCall(() => fs.promises.writeFile(given, 'x')));
  await given.close();
  if (written.pull === undefined) return;
  const pulled = await open();
  const bytes = [];
  for await (const batch of pulled.pull())
    bytes.push(...[batch].flat().map((part) => Buffer.from(part).toString()));
  report('FileHandle.pull', bytes.join(''));
  if (pulled.fd !== -1) await pulled.close();
}

module.exports = { DESCRIPTOR_FUNCTIONS, HANDLE_METHODS, runDescriptorFunctions, runHandleMethods };
