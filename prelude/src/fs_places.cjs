'use strict';

// What a path means to the operating system, if it leads inside: `..` goes to the directory above the one that a link
// leads to, a separator at the end asks for a directory, and each part on the way has to be there.

const path = require('node:path');
const { ROOT, SEPARATOR, isInside, isWindows, normalIfPlain } = require('./mount.cjs');
const { NOT_A_DIRECTORY } = require('./tree.cjs');
const { exteriorOf } = require('./fs_mounts.cjs');
const { notPackaged } = require('./not_packaged.cjs');
const { errorNumber, systemError } = require('./system_errors.cjs');

const NAME = path.basename(ROOT);
const NAMESPACE = '\\\\?\\';
// Windows does not say that something on the way is no directory.
const CODES = ['', 'ENOENT', isWindows ? 'ENOENT' : 'ENOTDIR', 'ELOOP'];

/**
 * Where a path leads inside.
 * @typedef {object} Place
 * @property {string} path normalized
 * @property {'' | '.' | '..' | null} ending what comes after the last separator, if that asks for a directory
 * @property {number} links how many have been followed before `path` begins to count
 * @property {number} failure why the way there ends before; 0 if it does not
 * @property {string | null} elsewhere the path on the real disk that it stands for, instead of all the others
 */

/**
 * @param {import('./tree.cjs').Tree} tree
 * @param {unknown} given what a function of Node's binding gets as its path
 * @returns {Place | null} null if it has nothing to do with the inside
 */
function placeOf(tree, given) {
  let text = given;
  if (typeof text !== 'string') {
    if (!(text instanceof Uint8Array)) return null;
    text = Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString();
  }
  // Nothing else can lead inside: the working directory never is.
  if (!text.includes(NAME)) return null;
  if (isWindows && text.startsWith(NAMESPACE)) text = text.slice(NAMESPACE.length);
  const plain = normalIfPlain(text);
  if (plain !== null) return isInside(plain) ? placeAt(plain, null, 0) : null;
  return walk(tree, path.isAbsolute(text) ? text : process.cwd() + SEPARATOR + text);
}

function placeAt(normalized, ending, links) {
  const elsewhere = exteriorOf(normalized);
  return { path: normalized, ending, links, failure: 0, elsewhere };
}

/** Goes from part to part, as far as they are inside. */
function walk(tree, absolute) {
  const { root } = path.parse(absolute);
  const parts = absolute.slice(root.length).split(isWindows ? /[\\/]/ : SEPARATOR);
  const last = parts.at(-1);
  const ending = last === '' || last === '.' || last === '..' ? last : null;
  let at = root;
  let wasInside = false;
  let links = 0;
  for (const part of parts) {
    const inside = isInside(at);
    wasInside ||= inside;
    if (inside && part !== '' && exteriorOf(at) === null) {
      // There is something to come, so this has to be a directory.
      const directory = tree.directoryAt(at, links);
      if (typeof directory === 'number') {
        return { path: at, ending, links, failure: directory, elsewhere: null };
      }
      if (part === '..') {
        links += tree.linksTo(at);
        at = directory.path;
      }
    }
    if (part === '..') at = path.dirname(at);
    else if (part !== '' && part !== '.') at = path.join(at, part);
  }
  if (isInside(at)) return placeAt(at, ending, links);
  if (!wasInside) return null;
  return { path: at, ending, links, failure: 0, elsewhere: at };
}

/** What is at a place, as `Tree.lookup` gives it. */
function lookup(tree, place, followLast = true) {
  if (place.failure !== 0) return place.failure;
  const needsDirectory = place.ending !== null;
  const found = tree.lookup(place.path, followLast || needsDirectory, place.links);
  return needsDirectory && found.directory === null ? NOT_A_DIRECTORY : found;
}

/** Why nothing could be made at a place; 0 if only that it is read-only. */
function parentFailure(tree, place) {
  if (place.failure !== 0) return place.failure;
  if (place.path === ROOT) return 0;
  const parent = tree.directoryAt(path.dirname(place.path));
  return typeof parent === 'number' ? parent : 0;
}

/** The error of a place that could not be found. */
function notFound(reason, place, syscall, given, dest) {
  const code = CODES[-reason];
  const more = code === 'ENOENT' ? notPackaged(place.path) : '';
  return systemError(code, syscall, given, dest, more);
}

/** The number that system calls give for it. */
function numberOfFailure(reason) {
  return errorNumber(CODES[-reason]);
}

module.exports = { lookup, notFound, numberOfFailure, parentFailure, placeOf };
