'use strict';

// What `stat` says of entries of the payload, as Node's binding gives it. Times, owner and device are those of the
// executable.

const fs = require('node:fs');
const { KIND_DIRECTORY, KIND_SYMLINK } = require('./format.cjs');
const { isWindows } = require('./mount.cjs');

const { constants, fstatSync } = fs;
const { S_IFDIR, S_IFLNK, S_IFREG, UV_DIRENT_DIR, UV_DIRENT_FILE, UV_DIRENT_LINK } = constants;

const BLOCK = 512;
// What Node makes of files that are not read-only there.
const ON_WINDOWS = 0o666;
const DIRECTORY_SIZE = isWindows ? 0 : 4096;
// Away from the numbers that file systems give, so that nobody takes two files for one.
const FIRST_INODE = 2 ** 40;

// The fields of the arrays that the binding gives, in their order; then come seconds and nanoseconds of four times.
const FIELDS = ['dev', 'mode', 'nlink', 'uid', 'gid', 'rdev', 'blksize', 'ino', 'size', 'blocks'];
const TIMES = ['atimeNs', 'mtimeNs', 'ctimeNs', 'birthtimeNs'];
const MODE = FIELDS.indexOf('mode');
const LINKS = FIELDS.indexOf('nlink');
const INODE = FIELDS.indexOf('ino');
const SIZE = FIELDS.indexOf('size');
const BLOCKS = FIELDS.indexOf('blocks');

let ofExecutable = null;
let ofExecutableBig = null;

/**
 * @param {import('./payload.cjs').Payload} payload
 * @param {number | undefined} entry undefined, or one that is none, for the root
 * @param {boolean} bigint
 * @returns {Float64Array | BigInt64Array}
 */
function stats(payload, entry, bigint) {
  const isEntry = entry !== undefined && entry < payload.entryCount;
  const kind = isEntry ? payload.kind(entry) : KIND_DIRECTORY;
  const size = kind === KIND_DIRECTORY ? DIRECTORY_SIZE : payload.fileSize(entry);
  const mode = modeOf(payload, entry, kind);
  const inode = FIRST_INODE + (isEntry ? entry : payload.entryCount);
  const blocks = Math.ceil(size / BLOCK);
  if (bigint) {
    ofExecutableBig ??= BigInt64Array.from(statsOfExecutable(payload.descriptor));
    const result = new BigInt64Array(ofExecutableBig);
    result[MODE] = BigInt(mode);
    result[LINKS] = 1n;
    result[INODE] = BigInt(inode);
    result[SIZE] = BigInt(size);
    result[BLOCKS] = BigInt(blocks);
    return result;
  }
  ofExecutable ??= Float64Array.from(statsOfExecutable(payload.descriptor), Number);
  const result = new Float64Array(ofExecutable);
  result[MODE] = mode;
  result[LINKS] = 1;
  result[INODE] = inode;
  result[SIZE] = size;
  result[BLOCKS] = blocks;
  return result;
}

function statsOfExecutable(descriptor) {
  const found = fstatSync(descriptor, { bigint: true });
  return [
    ...FIELDS.map((field) => found[field]),
    ...TIMES.flatMap((time) => [found[time] / 1_000_000_000n, found[time] % 1_000_000_000n]),
  ];
}

function modeOf(payload, entry, kind) {
  if (isWindows) return typeOf(kind) | ON_WINDOWS;
  if (kind === KIND_DIRECTORY) return S_IFDIR | 0o755;
  if (kind === KIND_SYMLINK) return S_IFLNK | 0o777;
  return S_IFREG | (payload.isExecutable(entry) ? 0o755 : 0o644);
}

function typeOf(kind) {
  return kind === KIND_DIRECTORY ? S_IFDIR : kind === KIND_SYMLINK ? S_IFLNK : S_IFREG;
}

/** The type of an entry as `fs.Dirent` takes it. */
function direntType(payload, entry) {
  switch (payload.kind(entry)) {
    case KIND_DIRECTORY:
      return UV_DIRENT_DIR;
    case KIND_SYMLINK:
      return UV_DIRENT_LINK;
    default:
      return UV_DIRENT_FILE;
  }
}

module.exports = { direntType, stats };
