'use strict';

// Functions of Node's file system binding that would change something, on places inside: they fail, as they do on a file
// system that is mounted read-only. See fs_reading.cjs for the form of the functions; those of two paths get
// `(place, destination, given, givenDestination, ...arguments)`, and one of the places may be null, for the real disk.

const path = require('node:path');
const { lookup, notFound, parentFailure } = require('./fs_places.cjs');
const { systemError } = require('./system_errors.cjs');
const { MISSING, NOT_A_DIRECTORY } = require('./tree.cjs');

class RefusingCalls {
  /**
   * @param {import('./tree.cjs').Tree} tree
   * @param {Record<string, Function>} originals of the binding
   */
  constructor(tree, originals) {
    this.tree = tree;
    this.originals = originals;
  }

  // What is there would be changed.

  chmod(place, given) {
    this.#refuseChange(place, given, 'chmod');
  }

  chown(place, given) {
    this.#refuseChange(place, given, 'chown');
  }

  lchown(place, given) {
    this.#refuseChange(place, given, 'lchown', false);
  }

  utimes(place, given) {
    this.#refuseChange(place, given, 'utime');
  }

  lutimes(place, given) {
    this.#refuseChange(place, given, 'lutime', false);
  }

  #refuseChange(place, given, syscall, followLast = true) {
    const found = lookup(this.tree, place, followLast);
    if (typeof found === 'number') throw notFound(found, place, syscall, given);
    throw systemError('EROFS', syscall, given);
  }

  // Something would come or go.

  unlink(place, given) {
    this.#refuseIn(place, 'unlink', given, { '.': 'EISDIR', '..': 'EISDIR' });
  }

  rmdir(place, given) {
    this.#refuseIn(place, 'rmdir', given, { '.': 'EINVAL', '..': 'ENOTEMPTY' });
  }

  /** Newer Nodes have it; what is missing, they have looked for before. */
  rmSync(place, given) {
    const found = lookup(this.tree, place, false);
    if (found === MISSING || found === NOT_A_DIRECTORY) return;
    if (typeof found === 'number') throw notFound(found, place, 'rm', given);
    throw systemError('EROFS', 'rm', given);
  }

  rename(place, destination, given, givenDestination) {
    this.#checkParent(place, given, 'rename', given, givenDestination);
    this.#checkParent(destination, givenDestination, 'rename', given, givenDestination);
    throw systemError('EROFS', 'rename', given, givenDestination);
  }

  #refuseIn(place, syscall, given, codesOfEndings = {}) {
    this.#checkParent(place, given, syscall, given);
    throw systemError(codesOfEndings[place.ending] ?? 'EROFS', syscall, given);
  }

  /** @param {unknown} at the path that the place is of, or of the real disk if it is null */
  #checkParent(place, at, syscall, given, givenDestination) {
    if (place === null) {
      this.#checkReal(path.dirname(String(at)), syscall, given, givenDestination);
      return;
    }
    const failure = parentFailure(this.tree, place);
    if (failure !== 0) throw notFound(failure, place, syscall, given, givenDestination);
  }

  /** Throws the error of a real file that is missing. */
  #checkReal(real, syscall, given, givenDestination) {
    try {
      this.originals.lstat(real, false, undefined, true);
    } catch (error) {
      throw systemError(error.code, syscall, given, givenDestination);
    }
  }

  // Something new would come.

  mkdir(place, given, mode, recursive) {
    if (recursive) return this.#mkdirRecursively(place, given);
    return this.#refuseNew(place, true, 'mkdir', given);
  }

  /** Node itself says of a missing directory that it is missing: EROFS says what is the matter. */
  #mkdirRecursively(place, given) {
    const found = lookup(this.tree, place);
    if (found === MISSING) throw systemError('EROFS', 'mkdir', given);
    if (found === NOT_A_DIRECTORY) throw systemError('ENOTDIR', 'mkdir', given);
    if (typeof found === 'number') throw notFound(found, place, 'mkdir', given);
    if (found.directory === null) throw systemError('EEXIST', 'mkdir', given);
  }

  mkdtemp(place, given) {
    this.#refuseNew(place, true, 'mkdtemp', given);
  }

  symlink(place, destination, given, givenDestination) {
    this.#refuseNew(destination, false, 'symlink', given, givenDestination);
  }

  link(place, destination, given, givenDestination) {
    if (place === null) {
      this.#checkReal(given, 'link', given, givenDestination);
    } else {
      const found = lookup(this.tree, place, false);
      if (typeof found === 'number') throw notFound(found, place, 'link', given, givenDestination);
    }
    if (destination !== null) {
      this.#refuseNew(destination, false, 'link', given, givenDestination);
      return;
    }
    this.#checkParent(null, givenDestination, 'link', given, givenDestination);
    // Onto a real disk it would be EXDEV; but then programs copy and remove, and fail after the copy.
    const isFree = this.originals.lstat(givenDestination, false, undefined, false) === undefined;
    throw systemError(isFree ? 'EROFS' : 'EEXIST', 'link', given, givenDestination);
  }

  #refuseNew(place, mayBeDirectory, syscall, given, givenDestination) {
    this.#checkParent(place, null, syscall, given, givenDestination);
    const there = this.tree.lookup(place.path, false);
    if (typeof there !== 'number') throw systemError('EEXIST', syscall, given, givenDestination);
    if (place.ending !== null && !mayBeDirectory) {
      throw notFound(MISSING, place, syscall, given, givenDestination);
    }
    throw systemError('EROFS', syscall, given, givenDestination);
  }
}

module.exports = { RefusingCalls };
