'use strict';

// Streams of files, and the classes behind them.

const fs = require('node:fs');
const { createHash } = require('node:crypto');
const { describe } = require('./describe.cjs');
const { FEW_NAMES, NAMES, ROOT, SHAPES } = require('./paths.cjs');

const READ_OPTIONS = [
  undefined,
  'utf8',
  'hex',
  { encoding: 'base64' },
  { start: 3 },
  { end: 5 },
  { start: 3, end: 9, highWaterMark: 2 },
  { start: 9, end: 3 },
  { start: 10_000 },
  { start: -1 },
  { start: 'x' },
  { highWaterMark: 1 },
  { emitClose: false },
  { autoClose: false },
  { flags: 'r+' },
  { flags: 'w' },
  { flags: 'nonsense' },
  { signal: AbortSignal.abort() },
];
const WRITE_OPTIONS = [
  undefined,
  'utf8',
  { flags: 'a' },
  { flags: 'wx' },
  { flags: 'r+' },
  { start: 2 },
  { flags: 'r' },
];

/** Everything a stream says until it ends. */
function record(make, write) {
  let stream;
  try {
    stream = make();
  } catch (error) {
    return { thrown: describe(error) };
  }
  const events = [];
  const parts = [];
  return new Promise((resolve) => {
    const finish = () => {
      if (!stream.destroyed) stream.destroy();
      const content = parts.map((part) => Buffer.from(part));
      resolve({
        class: stream.constructor.name,
        path: describe(stream.path),
        events,
        parts: parts.length > 5 ? parts.length : describe(parts),
        hash: createHash('sha1').update(Buffer.concat(content)).digest('hex'),
        count: stream.bytesRead ?? stream.bytesWritten,
        flags: stream.flags,
      });
    };
    // Some are told not to close.
    const finishLater = () => setTimeout(finish, 300);
    stream.on('open', (descriptor) => events.push(`open ${typeof descriptor}`));
    for (const name of ['ready', 'end', 'finish']) stream.on(name, () => events.push(name));
    stream.on('close', () => {
      events.push('close');
      finish();
    });
    stream.on('error', (error) => {
      events.push(describe(error));
      finishLater();
    });
    for (const name of ['end', 'finish']) stream.on(name, finishLater);
    if (write === undefined) stream.on('data', (part) => parts.push(part));
    else stream.end(write);
  });
}

async function runStreams(report) {
  for (const options of READ_OPTIONS) {
    for (const name of options === undefined
      ? NAMES
      : options?.highWaterMark === undefined
        ? ['file.txt', 'empty', 'folder', 'missing', 'big.bin']
        : ['file.txt', 'empty']) {
      report(
        `createReadStream (${name}; ${JSON.stringify(describe(options))})`,
        await record(() => fs.createReadStream(`${ROOT}/${name}`, options)),
      );
    }
  }
  for (const [shape, make] of Object.entries(SHAPES)) {
    for (const name of FEW_NAMES) {
      report(
        `createReadStream ${shape} ${name}`,
        await record(() => fs.createReadStream(make(name))),
      );
    }
  }
  for (const options of WRITE_OPTIONS) {
    for (const name of ['file.txt', 'folder', 'missing', 'missing/below', 'broken-link']) {
      report(
        `createWriteStream (${name}; ${JSON.stringify(describe(options))})`,
        await record(() => fs.createWriteStream(`${ROOT}/${name}`, options), 'text'),
      );
    }
  }
  for (const Class of ['ReadStream', 'FileReadStream']) {
    report(`new ${Class}`, await record(() => new fs[Class](`${ROOT}/file.txt`)));
    report(`${Class}()`, await record(() => fs[Class](`${ROOT}/file.txt`)));
  }
  for (const Class of ['WriteStream', 'FileWriteStream']) {
    report(`new ${Class}`, await record(() => new fs[Class](`${ROOT}/file.txt`), 'text'));
  }
  report(
    'heir of ReadStream',
    await record(() => new (class Heir extends fs.ReadStream {})(`${ROOT}/file.txt`)),
  );
  for (const settings of [{}, { start: 4 }, { start: 4, end: 6 }]) {
    const fd = fs.openSync(`${ROOT}/file.txt`);
    report(
      `stream of a descriptor ${JSON.stringify(settings)}`,
      await record(() => fs.createReadStream('', { fd, ...settings })),
    );
    report('its descriptor after', describe(tryStat(fd)));
  }
  const handle = await fs.promises.open(`${ROOT}/file.txt`);
  report('stream of a handle', await record(() => fs.createReadStream(null, { fd: handle })));
  report(
    'own fs',
    await record(() =>
      fs.createReadStream(`${ROOT}/file.txt`, {
        fs: { ...fs, open: fs.open, read: fs.read, close: fs.close },
      }),
    ),
  );
  const pipeline = require('node:stream/promises').pipeline;
  await pipeline(fs.createReadStream(`${ROOT}/big.bin`), fs.createWriteStream('piped.bin'));
  report('pipeline', createHash('sha1').update(fs.readFileSync('piped.bin')).digest('hex'));
  if (fs.Utf8Stream !== undefined) await runUtf8Stream(report);
}

async function runUtf8Stream(report) {
  report(
    'Utf8Stream',
    await new Promise((resolve) => {
      const stream = new fs.Utf8Stream({ dest: `${ROOT}/file.txt` });
      stream.on('error', (error) => resolve(describe(error)));
      stream.on('ready', () => resolve('ready'));
    }),
  );
}

function tryStat(descriptor) {
  try {
    return fs.fstatSync(descriptor).size;
  } catch (error) {
    return error;
  }
}

module.exports = { runStreams };
