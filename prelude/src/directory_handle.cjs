'use strict';

// The fs.Dir of a directory inside.

const fs = require('node:fs');
const { nodeError } = require('./node_errors.cjs');

class Directory {
  #path;
  #entries;
  #next = 0;
  #closed = false;

  constructor(path, entries) {
    this.#path = path;
    this.#entries = entries;
  }

  get path() {
    return this.#path;
  }

  #checkOpen() {
    if (this.#closed) throw nodeError(Error, 'ERR_DIR_CLOSED', 'Directory handle was closed');
  }

  readSync() {
    this.#checkOpen();
    return this.#entries[this.#next++] ?? null;
  }

  read(callback) {
    if (callback === undefined) {
      try {
        return Promise.resolve(this.readSync());
      } catch (error) {
        return Promise.reject(error);
      }
    }
    setImmediate(callback, null, this.readSync());
    return undefined;
  }

  closeSync() {
    this.#checkOpen();
    this.#closed = true;
  }

  close(callback) {
    if (callback === undefined) {
      try {
        return Promise.resolve(this.closeSync());
      } catch (error) {
        return Promise.reject(error);
      }
    }
    this.closeSync();
    setImmediate(callback, null);
    return undefined;
  }

  async *entries() {
    try {
      for (let entry = this.readSync(); entry !== null; entry = this.readSync()) yield entry;
    } finally {
      this.closeSync();
    }
  }

  [Symbol.asyncIterator]() {
    return this.entries();
  }

  [Symbol.dispose]() {
    if (!this.#closed) this.closeSync();
  }

  async [Symbol.asyncDispose]() {
    if (!this.#closed) this.closeSync();
  }
}

// So that `instanceof fs.Dir` holds; every method is replaced above.
Object.setPrototypeOf(Directory.prototype, fs.Dir.prototype);

module.exports = { openDirectory: (path, entries) => new Directory(path, entries) };
