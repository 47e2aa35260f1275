'use strict';

// What is compared of a result. Left out is what differs between two copies of a tree on any file system, and what the
// order of a directory is, which no file system promises.

const fs = require('node:fs');

// Below `mutual` of the tree.
const FAR_BELOW = /(?:\/(?:one|two)){20}/;
// The line that errors about missing files get in an executable; the test requires it there.
const NOT_PACKAGED = /\nIt was not packaged into this executable; [^\n]*$/;

function describe(value) {
  if (value === undefined) return 'undefined';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'symbol') return String(value);
  if (value instanceof Error || value?.constructor?.name === 'DOMException')
    return describeError(value);
  if (ArrayBuffer.isView(value)) return describeBytes(value);
  if (value instanceof fs.Dirent) return describeDirent(value);
  if (typeof value?.isFile === 'function') return describeStats(value);
  if (Array.isArray(value)) return value.map(describe);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, describe(inner)]));
  }
  return value;
}

function describeBytes(view) {
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  return `${view.constructor.name} ${bytes.length} ${bytes.toString('latin1').slice(0, 60)}`;
}

function describeError(error) {
  const { name, message, code, errno, syscall, path, dest } = withoutRandom(error);
  return {
    error: error.constructor.name,
    name,
    message: message.replace(NOT_PACKAGED, ''),
    code,
    errno,
    syscall,
    path,
    dest,
    keys: Object.keys(error).sort().join(),
    notPackaged: NOT_PACKAGED.test(message),
  };
}

/** `mkdtemp` makes up the end of its path. */
function withoutRandom(error) {
  if (error.syscall !== 'mkdtemp') return error;
  const { name, code, errno, syscall } = error;
  const mask = (text) => text.replace(error.path, `${error.path.slice(0, -6)}XXXXXX`);
  return { name, code, errno, syscall, message: mask(error.message), path: mask(error.path) };
}

function describeDirent(entry) {
  return {
    dirent: describe(entry.name),
    parentPath: describe(entry.parentPath),
    // Gone in newer Nodes.
    path: describe(entry.path),
    is: kinds(entry),
    class: entry.constructor === fs.Dirent,
  };
}

function kinds(value) {
  return [
    'isFile',
    'isDirectory',
    'isSymbolicLink',
    'isFIFO',
    'isSocket',
    'isBlockDevice',
    'isCharacterDevice',
  ]
    .filter((name) => value[name]())
    .join();
}

/** Device, inode, owner, times and blocks are those of the copy; size and links of directories those of its file system. */
function describeStats(stats) {
  const { constructor, mode, size, nlink } = stats;
  return {
    stats: constructor.name,
    is: kinds(stats),
    mode: `${typeof mode} ${mode.toString(8)}`,
    size: stats.isDirectory() ? typeof size : `${typeof size} ${size}`,
    nlink: stats.isDirectory() ? typeof nlink : `${typeof nlink} ${nlink}`,
    types: Object.entries(stats)
      .map(([key, value]) => `${key}:${typeof value}`)
      .join(),
    dates: [stats.mtime, stats.atime, stats.ctime, stats.birthtime].map(
      (date) => date instanceof Date && date.getTime() > 0,
    ),
    instance: stats instanceof fs.Stats,
  };
}

/**
 * In an order of its own: for lists of what a directory holds. Without what is far below links that lead to each other:
 * Linux ends a path at 40 links, but counts again those it came through before it had to begin anew, as it may when much
 * else is going on.
 */
function sorted(list) {
  const key = (entry) => JSON.stringify(entry);
  return list
    .filter((entry) => !FAR_BELOW.test(pathOf(entry)))
    .map(describe)
    .sort((one, other) => (key(one) < key(other) ? -1 : 1));
}

function pathOf(entry) {
  return entry instanceof fs.Dirent ? `${entry.parentPath}/${entry.name}` : String(entry);
}

module.exports = { describe, sorted };
