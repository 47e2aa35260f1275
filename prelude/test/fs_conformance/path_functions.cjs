'use strict';

// Functions of one path, each with the arguments that may follow it: options that are documented, and wrong ones.

const fs = require('node:fs');
const { describe, sorted } = require('./describe.cjs');

const {
  F_OK,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  R_OK,
  W_OK,
  X_OK,
} = fs.constants;

const aborted = () => ({ signal: AbortSignal.abort() });
const ENCODINGS = [
  'utf8',
  'buffer',
  'hex',
  'base64',
  'latin1',
  'utf16le',
  { encoding: 'buffer' },
  { encoding: null },
  'nonsense',
];
const FLAGS = [
  ...[
    'r',
    'rs',
    'r+',
    'rs+',
    'w',
    'wx',
    'w+',
    'wx+',
    'a',
    'ax',
    'a+',
    'ax+',
    'as',
    'as+',
    'nonsense',
    null,
  ],
  ...[
    O_WRONLY,
    O_RDWR,
    O_CREAT,
    O_CREAT | O_EXCL,
    O_TRUNC,
    O_DIRECTORY,
    O_NOFOLLOW,
    O_DIRECTORY | O_WRONLY,
  ],
];

async function openedDescriptor(value) {
  if (typeof value !== 'number') return describe(value);
  const { size } = fs.fstatSync(value);
  fs.closeSync(value);
  return { descriptor: fs.statSync('.').size === size ? 'a directory' : 'open' };
}

async function openedHandle(value) {
  if (typeof value === 'number') return openedDescriptor(value);
  const { constructor, fd } = value;
  await value.close();
  return { handle: constructor.name, fd: typeof fd, after: value.fd };
}

async function openedDirectory(directory) {
  const { path } = directory;
  const entries = [];
  for await (const entry of directory) entries.push(entry);
  return {
    directory: directory instanceof fs.Dir && directory.constructor.name,
    path: describe(path),
    entries: sorted(entries),
  };
}

function statfs(value) {
  return Object.entries(value)
    .map(([key, inner]) => `${key}:${typeof inner}`)
    .join();
}

const DIRECTORY_OPTIONS = [
  ...ENCODINGS,
  { withFileTypes: true },
  { withFileTypes: true, encoding: 'buffer' },
  { recursive: true },
  { recursive: true, withFileTypes: true },
  { recursive: 'yes' },
];

/**
 * `options`: lists of arguments after the path; the first is tried on all paths.
 * `show`: what is compared of a result.
 */
const PATH_FUNCTIONS = {
  access: {
    options: [[], [F_OK], [R_OK], [W_OK], [X_OK], [R_OK | W_OK | X_OK], ['nonsense'], [9]],
  },
  appendFile: {
    options: [
      ['text'],
      [Buffer.from('bytes'), 'utf8'],
      ['text', { flag: 'ax' }],
      ['text', { mode: 0o600, flush: true }],
      [{}],
    ],
  },
  chmod: { options: [[0o700], ['755'], ['nonsense'], [-1]] },
  chown: {
    options: [
      [1, 1],
      [-1, -1],
      ['x', 1],
    ],
  },
  lchmod: { options: [[0o700]] },
  lchown: { options: [[1, 1]] },
  lstat: {
    options: [
      [],
      [{ bigint: true }],
      [{ throwIfNoEntry: false }],
      [{ bigint: true, throwIfNoEntry: false }],
    ],
  },
  lutimes: {
    options: [
      [1, 2],
      [new Date(1), 'x'],
      ['1', '2'],
    ],
  },
  mkdir: {
    options: [[], [{ recursive: true }], [0o700], [{ mode: 'nonsense' }], [{ recursive: 1 }]],
  },
  mkdtemp: { options: [[], ['buffer'], [{ encoding: 'hex' }]], show: (made) => typeof made },
  mkdtempDisposable: { options: [[]], show: (made) => Object.keys(made) },
  open: {
    options: [[], ...FLAGS.map((flags) => [flags]), ['r', 'nonsense'], [O_CREAT, 0o600]],
    show: openedHandle,
  },
  opendir: {
    options: [
      [],
      [{ encoding: 'buffer' }],
      [{ bufferSize: 1 }],
      [{ recursive: true }],
      [{ recursive: true, bufferSize: 2 }],
      ['nonsense'],
    ],
    show: openedDirectory,
  },
  readFile: {
    options: [
      [],
      ...ENCODINGS.map((encoding) => [encoding]),
      ...['r', 'rs', 'r+', 'w', 'wx', 'a', 'a+', 'ax', 'nonsense'].map((flag) => [{ flag }]),
      [aborted()],
      [{ encoding: 'utf8', flag: 'r' }],
    ],
  },
  readdir: { options: [[], ...DIRECTORY_OPTIONS.map((option) => [option])], show: sorted },
  readlink: { options: [[], ...ENCODINGS.map((encoding) => [encoding])] },
  realpath: { options: [[], ...ENCODINGS.map((encoding) => [encoding])] },
  rm: {
    options: [
      [],
      [{ force: true }],
      [{ recursive: true }],
      [{ recursive: true, force: true, maxRetries: 0 }],
      [{ force: 1 }],
    ],
  },
  rmdir: { options: [[], [{ maxRetries: 1 }]] },
  stat: {
    options: [
      [],
      [{ bigint: true }],
      [{ throwIfNoEntry: false }],
      [{ bigint: true, throwIfNoEntry: false }],
      [aborted()],
    ],
  },
  statfs: { options: [[], [{ bigint: true }]], show: statfs },
  truncate: { options: [[], [3], [-1], ['x']] },
  unlink: { options: [[]] },
  utimes: {
    options: [
      [1, 2],
      [new Date(1), new Date(2)],
      ['x', 2],
    ],
  },
  writeFile: {
    options: [
      ['text'],
      [Buffer.from('bytes')],
      [new Uint16Array(2), { mode: 0o600 }],
      ...['w', 'wx', 'a', 'ax', 'r+', 'r', 'w+', 'nonsense'].map((flag) => ['text', { flag }]),
      ['text', { flush: true }],
      ['text', aborted()],
      ['text', 'hex'],
      [{}],
    ],
  },
};

module.exports = { PATH_FUNCTIONS };
