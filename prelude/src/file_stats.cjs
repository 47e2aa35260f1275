'use strict';

// fs.Stats and fs.Dirent of entries of the payload. Times, owner and device are those of the executable.

const fs = require('node:fs');
const { KIND_DIRECTORY, KIND_SYMLINK } = require('./format.cjs');
const { isWindows } = require('./mount.cjs');

const { Dirent, constants, fstatSync } = fs;
const { S_IFDIR, S_IFLNK, S_IFREG, UV_DIRENT_DIR, UV_DIRENT_FILE, UV_DIRENT_LINK } = constants;

const BLOCK = 512;
const DIRECTORY_SIZE = isWindows ? 0 : 4096;
// Away from the numbers that file systems give, so that nobody takes two files for one.
const FIRST_INODE = 2 ** 40;

let ofExecutable = null;
let ofExecutableBig = null;

/** @param {import('./payload.cjs').Payload} payload */
function stats(payload, entry, bigint) {
  const kind =
    entry === undefined || entry >= payload.entryCount ? KIND_DIRECTORY : payload.kind(entry);
  const type = kind === KIND_DIRECTORY ? S_IFDIR : kind === KIND_SYMLINK ? S_IFLNK : S_IFREG;
  const size = kind === KIND_DIRECTORY ? DIRECTORY_SIZE : payload.fileSize(entry);
  const facts = {
    mode: type | permissions(payload, entry, kind),
    nlink: 1,
    ino: FIRST_INODE + (entry >= payload.entryCount ? payload.entryCount : entry),
    size,
    blocks: Math.ceil(size / BLOCK),
  };
  return bigint ? bigStats(payload.descriptor, facts) : plainStats(payload.descriptor, facts);
}

function permissions(payload, entry, kind) {
  // What Node makes of files that are not read-only there.
  if (isWindows) return 0o666;
  if (kind === KIND_SYMLINK) return 0o777;
  return kind === KIND_DIRECTORY || payload.isExecutable(entry) ? 0o755 : 0o644;
}

// `new fs.Stats()` is deprecated and fs.BigIntStats is not public; a copy of real ones has the class and all fields.

function plainStats(descriptor, facts) {
  ofExecutable ??= fstatSync(descriptor);
  return Object.assign(Object.create(Object.getPrototypeOf(ofExecutable)), ofExecutable, facts);
}

function bigStats(descriptor, facts) {
  ofExecutableBig ??= fstatSync(descriptor, { bigint: true });
  const big = Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, BigInt(value)]),
  );
  return Object.assign(Object.create(Object.getPrototypeOf(ofExecutableBig)), ofExecutableBig, big);
}

function dirent(payload, entry, name, parentPath) {
  const kind = payload.kind(entry);
  const type =
    kind === KIND_DIRECTORY
      ? UV_DIRENT_DIR
      : kind === KIND_SYMLINK
        ? UV_DIRENT_LINK
        : UV_DIRENT_FILE;
  return new Dirent(name, type, parentPath);
}

module.exports = { dirent, stats };
