'use strict';

// Functions of Node's file system binding that look at paths, on places inside: `(place, given, ...arguments)`, where
// `given` is the path for errors, and the rest are the arguments of the binding. They return or throw.

const fs = require('node:fs');
const { KIND_SYMLINK } = require('./format.cjs');
const { pathOfExecutable } = require('./executable.cjs');
const { stats } = require('./file_stats.cjs');
const { isWindows } = require('./mount.cjs');
const { lookup, notFound, parentFailure } = require('./fs_places.cjs');
const { checkSource } = require('./no_source.cjs');
const { errorNumber, systemError } = require('./system_errors.cjs');
const { MISSING, NOT_A_DIRECTORY } = require('./tree.cjs');

const {
  O_CREAT,
  O_DIRECTORY = 0,
  O_EXCL,
  O_NOFOLLOW = 0,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  R_OK,
  W_OK,
  X_OK,
} = fs.constants;
const ALL_MODES = R_OK | W_OK | X_OK;

class ReadingCalls {
  /**
   * @param {import('./tree.cjs').Tree} tree
   * @param {import('./descriptors.cjs').Descriptors} descriptors
   * @param {Record<string, Function>} originals of the binding
   */
  constructor(tree, descriptors, originals) {
    this.tree = tree;
    this.payload = tree.payload;
    this.descriptors = descriptors;
    this.originals = originals;
  }

  /** @returns what `Tree.lookup` does, and throws if there is nothing */
  find(place, given, syscall, followLast = true) {
    const found = lookup(this.tree, place, followLast);
    if (typeof found === 'number') throw notFound(found, place, syscall, given);
    return found;
  }

  isLink(found) {
    return found.directory === null && this.payload.kind(found.entry) === KIND_SYMLINK;
  }

  existsSync(place) {
    return typeof lookup(this.tree, place) !== 'number';
  }

  /** What module loaders ask: 0 for a file, 1 for a directory, less than 0 for nothing. */
  internalModuleStat(place) {
    const found = lookup(this.tree, place);
    if (typeof found === 'number') return errorNumber('ENOENT');
    return found.directory === null ? 0 : 1;
  }

  /** Has Node refuse what is no mode of `access`: it does so before it looks at anything, in all forms. */
  checkMode(mode) {
    if ((mode ?? 0) !== (mode & ALL_MODES)) this.originals.access('', mode);
  }

  access(place, given, mode) {
    const found = this.find(place, given, 'access');
    const isFile = found.directory === null;
    if ((mode & X_OK) !== 0 && !isWindows && isFile && !this.payload.isExecutable(found.entry)) {
      throw systemError('EACCES', 'access', given);
    }
    if ((mode & W_OK) !== 0) throw systemError('EROFS', 'access', given);
  }

  stat(place, given, bigint, request, throwIfNoEntry) {
    return this.#stat(place, given, 'stat', bigint, throwIfNoEntry);
  }

  lstat(place, given, bigint, request, throwIfNoEntry) {
    return this.#stat(place, given, 'lstat', bigint, throwIfNoEntry);
  }

  #stat(place, given, syscall, bigint, throwIfNoEntry) {
    const found = lookup(this.tree, place, syscall === 'stat');
    if (typeof found !== 'number') return stats(this.payload, found.entry, bigint);
    const isNoEntry = found === MISSING || (found === NOT_A_DIRECTORY && syscall === 'stat');
    if (throwIfNoEntry === false && isNoEntry) return undefined;
    throw notFound(found, place, syscall, given);
  }

  /** The file system that the executable is on. */
  statfs(place, given, bigint) {
    this.find(place, given, 'statfs');
    return this.originals.statfs(pathOfExecutable(), bigint);
  }

  readlink(place, given, encoding) {
    const found = this.find(place, given, 'readlink', false);
    if (!this.isLink(found)) throw systemError('EINVAL', 'readlink', given);
    return encode(this.payload.target(found.entry), encoding);
  }

  realpath(place, given, encoding) {
    return encode(this.find(place, given, 'realpath').path, encoding);
  }

  open(place, given, flags) {
    const found = this.#findToOpen(place, given, flags);
    return this.descriptors.add(found.entry, found.directory !== null);
  }

  /** What `open` finds, with the errors of a read-only file system in the order that Linux finds them in. */
  #findToOpen(place, given, flags) {
    const fail = (code) => systemError(code, 'open', given);
    const creates = (flags & O_CREAT) !== 0;
    if (creates && (flags & O_DIRECTORY) !== 0) throw fail('EINVAL');
    if (creates) {
      const failure = parentFailure(this.tree, place);
      if (failure !== 0) throw notFound(failure, place, 'open', given);
      if (place.ending === '') throw fail('EISDIR');
    }
    const itself = lookup(this.tree, place, false);
    if (creates) {
      if (typeof itself === 'number') throw fail('EROFS');
      if ((flags & O_EXCL) !== 0) throw fail('EEXIST');
    }
    if ((flags & O_NOFOLLOW) !== 0 && typeof itself !== 'number' && this.isLink(itself)) {
      throw fail((flags & O_DIRECTORY) === 0 ? 'ELOOP' : 'ENOTDIR');
    }
    const found = lookup(this.tree, place);
    if (found === MISSING && creates) throw fail('EROFS');
    if (typeof found === 'number') throw notFound(found, place, 'open', given);
    if ((flags & O_DIRECTORY) !== 0 && found.directory === null) throw fail('ENOTDIR');
    const writes = (flags & (O_WRONLY | O_RDWR | O_TRUNC)) !== 0;
    if (found.directory !== null && (writes || creates)) throw fail('EISDIR');
    if (writes) throw fail('EROFS');
    checkSource(this.payload, found, 'open', given);
    return found;
  }

  /** With flags that do not write, only the write fails. */
  writeFileUtf8(place, given, data, flags) {
    this.descriptors.close(this.open(place, given, flags));
    throw systemError('EBADF', 'write');
  }

  openFileHandle(place, given, flags) {
    const { FileHandle } = require('./bindings.cjs').binding('fs');
    const descriptor = this.open(place, given, flags);
    const handle = new FileHandle(descriptor);
    this.descriptors.giveTo(handle, descriptor);
    return handle;
  }

  /** The whole file, as a job of Node does it, whose errors name the path. */
  readFile(place, given, flags) {
    const found = this.#findToOpen(place, given, flags);
    if (found.directory !== null) throw systemError('EISDIR', 'read', given);
    return this.payload.content(found.entry);
  }

  readFileUtf8(place, given, flags) {
    const found = this.#findToOpen(place, given, flags);
    if (found.directory !== null) throw systemError('EISDIR', 'read');
    return this.payload.text(found.entry);
  }
}

/** A name in the encoding that a caller wants: a string, or a buffer for `buffer`. */
function encode(text, encoding) {
  if (!encoding || encoding === 'utf8' || encoding === 'utf-8') return text;
  const bytes = Buffer.from(text);
  return encoding === 'buffer' ? bytes : bytes.toString(encoding);
}

module.exports = { ReadingCalls, encode };
