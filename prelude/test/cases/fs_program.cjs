'use strict';

// Calls functions of `fs` with many arguments and prints what they return or throw. Runs under plain Node and in an
// executable; what it prints has to be equal.

const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const root = path.join(__dirname, 'tree');
const file = path.join(root, 'file.txt');
const shapes = {
  string: (name) => path.join(root, name),
  buffer: (name) => Buffer.from(path.join(root, name)),
  url: (name) => pathToFileURL(path.join(root, name)),
  relative: (name) => path.relative(process.cwd(), path.join(root, name)),
  dotted: (name) => `${root}/../tree/./${name}`,
};
const NAMES = [
  'file.txt',
  'empty',
  'folder',
  'folder/inner.json',
  'link.txt',
  'link-to-folder',
  'link-to-folder/inner.json',
  'missing',
  'file.txt/below',
  'missing/below',
  'ünï.txt',
  'broken-link',
  'loop',
  'run.sh',
];

function show(value) {
  if (value instanceof Error) return describeError(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (Buffer.isBuffer(value))
    return `Buffer ${value.length} ${value.toString('latin1').slice(0, 40)}`;
  if (value instanceof fs.Dirent) return describeDirent(value);
  if (value !== null && typeof value === 'object' && typeof value.isFile === 'function')
    return describeStats(value);
  if (Array.isArray(value)) return value.map(show);
  return value;
}

function describeError(error) {
  const { name, message, code, errno, syscall, path: ofError, dest } = error;
  const keys = Object.keys(error).sort().join();
  return {
    name,
    // Errors about missing files get a line of their own in an executable; fs_conformance.test.cjs requires it.
    message: message.replaceAll(process.cwd(), '<cwd>').replace(/\nIt was not packaged .*$/, ''),
    code,
    errno,
    syscall,
    path: ofError,
    dest,
    keys,
  };
}

function describeDirent(dirent) {
  return [
    dirent.constructor === fs.Dirent,
    String(dirent.name),
    String(dirent.parentPath),
    dirent.isFile(),
    dirent.isDirectory(),
    dirent.isSymbolicLink(),
  ];
}

function describeStats(stats) {
  const { constructor, mode, size, nlink } = stats;
  const isFile = stats.isFile();
  return {
    class: constructor.name,
    types: [isFile, stats.isDirectory(), stats.isSymbolicLink(), stats.isFIFO(), stats.isSocket()],
    // Of directories, size and number of links are up to the file system.
    facts: isFile
      ? [typeof mode, Number(mode).toString(8), String(size), String(nlink)]
      : [typeof mode],
    keys: Object.keys(stats).join(),
    dates: [
      stats.mtime instanceof Date,
      stats.birthtime instanceof Date,
      typeof stats.mtimeMs,
      typeof stats.ino,
    ],
  };
}

const relativeRoot = path.relative(process.cwd(), root);

function print(label, value) {
  const shown = JSON.stringify(show(value)) ?? 'undefined';
  // From a working directory on the disk, the way inside has another length.
  console.log(`${label} ${shown.replaceAll(relativeRoot, '<relative root>')}`);
}

/** Calls one function in all its forms. */
async function callAll(name, label, args) {
  const title = `${name}(${label})`;
  let result;
  try {
    result = fs[`${name}Sync`](...args());
  } catch (error) {
    result = error;
  }
  print(`${title} sync`, result);
  let synchronous = true;
  const called = await new Promise((resolve) => {
    try {
      fs[name](...args(), (...results) =>
        resolve(synchronous ? ['called back too early'] : results),
      );
    } catch (error) {
      resolve(['thrown', error]);
    }
    synchronous = false;
  });
  print(
    `${title} callback`,
    called.length === 1 ? called[0] : called.slice(name === 'exists' ? 0 : 1),
  );
  if (typeof fs.promises[name] === 'function') {
    try {
      result = await fs.promises[name](...args());
    } catch (error) {
      result = error;
    }
    print(`${title} promise`, result);
  }
}

async function reading() {
  for (const [shape, make] of Object.entries(shapes)) {
    for (const name of NAMES) {
      if (
        shape !== 'string' &&
        !['file.txt', 'folder', 'missing', 'ünï.txt', 'link-to-folder/inner.json'].includes(name)
      )
        continue;
      const at = () => make(name);
      const label = `${shape} ${name}`;
      await callAll('readFile', label, () => [at()]);
      await callAll('readFile', `${label} utf8`, () => [at(), 'utf8']);
      await callAll('readFile', `${label} base64`, () => [at(), { encoding: 'base64' }]);
      await callAll('stat', label, () => [at()]);
      await callAll('lstat', label, () => [at()]);
      await callAll('stat', `${label} bigint`, () => [at(), { bigint: true }]);
      await callAll('access', label, () => [at()]);
      await callAll('access', `${label} X_OK`, () => [at(), fs.constants.X_OK]);
      await callAll('readdir', label, () => [at()]);
      await callAll('readdir', `${label} types`, () => [at(), { withFileTypes: true }]);
      await callAll('realpath', label, () => [at()]);
      await callAll('readlink', label, () => [at()]);
      print(`existsSync(${label})`, fs.existsSync(at()));
      if (name !== 'loop')
        print(
          `statSync(${label} no throw)`,
          fs.statSync(at(), { throwIfNoEntry: false }) === undefined,
        );
    }
  }
  await callAll('readdir', 'recursive', () => [root, { recursive: true }]);
  await callAll('readdir', 'recursive types', () => [
    root,
    { recursive: true, withFileTypes: true },
  ]);
  await callAll('readdir', 'buffer', () => [root, 'buffer']);
  await callAll('readlink', 'buffer', () => [path.join(root, 'link.txt'), 'buffer']);
  print(
    'realpathSync.native',
    fs.realpathSync.native(path.join(root, 'link-to-folder/inner.json')),
  );
  for (const name of ['missing', 'file.txt/below']) {
    try {
      fs.realpathSync.native(path.join(root, name));
    } catch (error) {
      print(`realpathSync.native(${name})`, error);
    }
  }
  await new Promise((resolve) =>
    fs.realpath.native(root, (error, found) => resolve(print('realpath.native', [error, found]))),
  );
  await new Promise((resolve) => fs.exists(file, (found) => resolve(print('exists', found))));
  print('promisified exists', await require('node:util').promisify(fs.exists)(file));
  print('statfs', Object.keys(fs.statfsSync(file)));
}

async function descriptors() {
  const descriptor = fs.openSync(file);
  const buffer = Buffer.alloc(8);
  print('open', [
    typeof descriptor,
    fs.fstatSync(descriptor).size,
    fs.fstatSync(descriptor, { bigint: true }).size,
  ]);
  print('read', [fs.readSync(descriptor, buffer), buffer.toString()]);
  print('read at', [fs.readSync(descriptor, buffer, 2, 4, 1), buffer.toString()]);
  print('read options', [
    fs.readSync(descriptor, buffer, { position: 0, length: 3 }),
    buffer.toString(),
  ]);
  print('read continues', [fs.readSync(descriptor, buffer, 0, 8, null), buffer.toString()]);
  print('read bigint position', [fs.readSync(descriptor, buffer, 0, 8, 3n), buffer.toString()]);
  print('read past the end', fs.readSync(descriptor, buffer, 0, 8, 10_000));
  print('readv', fs.readvSync(descriptor, [Buffer.alloc(3), new Uint8Array(4)], 0));
  print('rest', fs.readFileSync(descriptor, 'utf8'));
  await new Promise((resolve) =>
    fs.read(descriptor, { buffer: Buffer.alloc(4), position: 1 }, (error, count, into) =>
      resolve(print('read callback', [error, count, into])),
    ),
  );
  await new Promise((resolve) =>
    fs.read(descriptor, (error, count, into) =>
      resolve(print('read defaults', [error, count, into.length])),
    ),
  );
  await new Promise((resolve) =>
    fs.fstat(descriptor, (error, stats) => resolve(print('fstat', [error, stats.size]))),
  );
  const { bytesRead, buffer: promised } = await require('node:util').promisify(fs.read)(
    descriptor,
    Buffer.alloc(5),
    0,
    5,
    2,
  );
  print('promisified read', [bytesRead, promised]);
  try {
    fs.writeSync(descriptor, 'x');
  } catch (error) {
    print('write', error);
  }
  fs.closeSync(descriptor);
  try {
    fs.readSync(descriptor, buffer);
  } catch (error) {
    print('read after close', error);
  }
  await fs.promises.open(path.join(root, 'missing')).catch((error) => print('open missing', error));
  const folder = fs.openSync(root);
  try {
    fs.readSync(folder, buffer);
  } catch (error) {
    print('read of a folder', error);
  }
  fs.closeSync(folder);
}

async function handles() {
  const handle = await fs.promises.open(file);
  print('handle', [typeof handle.fd, (await handle.stat()).size]);
  print('handle read', Object.values(await handle.read(Buffer.alloc(4), 0, 4, 2)));
  print('handle read options', (await handle.read({ buffer: Buffer.alloc(4) })).bytesRead);
  print('handle readFile', await handle.readFile('utf8'));
  await handle.close();
  const lines = await fs.promises.open(file);
  for await (const line of lines.readLines()) print('line', line);
  const again = await fs.promises.open(file);
  print('readFile(handle)', await fs.promises.readFile(again, 'utf8'));
  await again.close();
  for (const flags of ['w', 'a', 'r+', 'wx', fs.constants.O_WRONLY]) {
    await fs.promises.open('/proc/version', flags).then(
      (opened) => opened.close(),
      (error) => print(`outside ${flags}`, error.code),
    );
  }
}

async function streams() {
  const collect = async (stream) => {
    const parts = [];
    for await (const part of stream) parts.push(Buffer.from(part));
    return Buffer.concat(parts).toString();
  };
  print('stream', await collect(fs.createReadStream(file)));
  print(
    'stream part',
    await collect(fs.createReadStream(file, { start: 2, end: 7, highWaterMark: 2 })),
  );
  print('stream text', await collect(fs.createReadStream(pathToFileURL(file), 'utf8')));
  const handle = await fs.promises.open(file);
  print('stream of handle', await collect(handle.createReadStream({ start: 1 })));
  await new Promise((resolve) =>
    fs
      .createReadStream(path.join(root, 'missing'))
      .on('error', (error) => resolve(print('stream error', error))),
  );
  const big = fs.readFileSync(path.join(root, 'big.bin'));
  print('big', [big.length, require('node:crypto').createHash('sha256').update(big).digest('hex')]);
  const hash = require('node:crypto').createHash('sha256');
  for await (const part of fs.createReadStream(path.join(root, 'big.bin'))) hash.update(part);
  print('big stream', hash.digest('hex'));
}

async function directories() {
  const sync = fs.opendirSync(root);
  const names = [];
  for (let entry = sync.readSync(); entry !== null; entry = sync.readSync())
    names.push(show(entry));
  sync.closeSync();
  print('opendirSync', [sync instanceof fs.Dir, sync.path, names.sort()]);
  const found = [];
  for await (const entry of await fs.promises.opendir(root)) found.push(entry.name);
  print('opendir', found.sort());
  // The synchronous form forgets the path in its error.
  for (const name of ['missing', 'file.txt']) {
    await fs.promises
      .opendir(path.join(root, name))
      .catch((error) => print(`opendir ${name}`, error));
    try {
      fs.opendirSync(path.join(root, name));
    } catch (error) {
      print(`opendirSync ${name}`, [error.code, error.syscall]);
    }
  }
}

async function copying() {
  await callAll('copyFile', 'missing', () => [path.join(root, 'missing'), 'copy.txt']);
  fs.copyFileSync(file, 'copy.txt');
  print('copied', [
    fs.readFileSync('copy.txt', 'utf8'),
    (fs.statSync('copy.txt').mode & 0o777).toString(8),
  ]);
  await callAll('copyFile', 'exclusive', () => [file, 'copy.txt', fs.constants.COPYFILE_EXCL]);
  await callAll('copyFile', 'into nothing', () => [file, 'no/such/folder/copy.txt']);
  fs.copyFileSync(path.join(root, 'run.sh'), 'run.sh');
  print('executable copied', (fs.statSync('run.sh').mode & 0o777).toString(8));
  fs.cpSync(path.join(root, 'folder'), 'folder', { recursive: true });
  await fs.promises.cp(path.join(root, 'folder'), 'folder2', { recursive: true });
  print('cp', [
    fs.readdirSync('folder', { recursive: true }),
    fs.readFileSync('folder2/inner.json', 'utf8'),
  ]);
}

async function outside() {
  fs.writeFileSync('outside.txt', 'real');
  await callAll('readFile', 'real', () => ['outside.txt', 'utf8']);
  await callAll('stat', 'real missing', () => ['nope.txt']);
  await callAll('rename', 'real', () => ['nope.txt', 'other.txt']);
  await callAll('readFile', 'wrong type', () => [{}]);
  await callAll('stat', 'nul', () => ['a\0b']);
}

(async () => {
  for (const part of [reading, descriptors, handles, streams, directories, copying, outside]) {
    console.log(`## ${part.name}`);
    await part();
  }
})();
