'use strict';

// What DEBUG_PKG shows in an executable that was built with `debug`: on stderr, so that what the program prints stays as
// it is.

const fs = require('node:fs');
const path = require('node:path');
const { KIND_DIRECTORY, KIND_SYMLINK } = require('./format.cjs');
const { ROOT, SEPARATOR } = require('./mount.cjs');

// What is worth a look when an executable is larger than expected.
const LARGE_FILE = 5 << 20;
const LARGE_DIRECTORY = 10 << 20;

const { writeSync } = fs;

/**
 * @param {import('./tree.cjs').Tree} tree
 * @param {string} level `1`: files, links and what is large; `2`: also each use of `fs` from now on
 */
function showPayload(tree, level) {
  const lines = ['------------------------------- virtual file system'];
  const links = [];
  const large = [];
  const size = describe(tree, tree.root, 0, { lines, links, large });
  lines[0] += `, ${readable(size)}`;
  lines.push('------------------------------- symlinks', ...(links.length > 0 ? links : ['none']));
  lines.push(
    `------------------------------- files over ${readable(LARGE_FILE)}, directories over ${readable(LARGE_DIRECTORY)}`,
    ...(large.length > 0 ? large : ['none']),
    '-------------------------------',
  );
  write(lines.join('\n'));
  if (level === '2') logCalls();
}

/** Adds the lines of a directory; its size with all that is in it. */
function describe(tree, directory, depth, found) {
  const { payload } = tree;
  const indent = '  '.repeat(depth);
  const at = found.lines.length;
  found.lines.push('');
  let size = 0;
  for (const name of directory.names()) {
    const entry = directory.find(name);
    const file = directory.path + SEPARATOR + name;
    const kind = payload.kind(entry);
    if (kind === KIND_DIRECTORY) {
      size += describe(tree, tree.lookup(file).directory, depth + 1, found);
    } else if (kind === KIND_SYMLINK) {
      found.lines.push(`${indent}  ${name} -> ${payload.target(entry)}`);
      const target = tree.lookup(file);
      found.links.push(`${file} => ${typeof target === 'number' ? '(missing)' : target.path}`);
    } else {
      const own = payload.fileSize(entry);
      size += own;
      found.lines.push(`${indent}  ${name} ${readable(own)}`);
      if (own > LARGE_FILE) found.large.push(`${file} ${readable(own)}`);
    }
  }
  const shown = depth === 0 ? ROOT : path.basename(directory.path);
  found.lines[at] = `${indent}${shown}${SEPARATOR} ${readable(size)}`;
  if (size > LARGE_DIRECTORY) found.large.push(`${directory.path}${SEPARATOR} ${readable(size)}`);
  return size;
}

/** From now on each function of `fs` and `fs.promises` says that it was called, and with which path. */
function logCalls() {
  for (const [module, prefix] of [
    [fs, 'fs.'],
    [fs.promises, 'fs.promises.'],
  ]) {
    for (const name of Object.keys(module)) {
      const original = module[name];
      // Not the classes, which are called with `new`.
      if (typeof original !== 'function' || /^[A-Z_]/.test(name)) continue;
      const logged = function (...args) {
        const [first] = args;
        write(`DEBUG_PKG ${prefix}${name} ${typeof first === 'object' ? String(first) : first}`);
        return original.apply(this, args);
      };
      module[name] = Object.defineProperties(logged, Object.getOwnPropertyDescriptors(original));
    }
  }
}

function write(text) {
  writeSync(2, `${text}\n`);
}

function readable(size) {
  if (size < 1 << 10) return `${size} B`;
  return size < 1 << 20 ? `${(size / (1 << 10)).toFixed(1)} KB` : `${(size / (1 << 20)).toFixed(1)} MB`;
}

module.exports = { showPayload };
