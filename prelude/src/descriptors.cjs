'use strict';

// File descriptors of files inside. Each is a real descriptor of the null device, so its number is nobody else's.

const fs = require('node:fs');
const { systemError } = require('./system_errors.cjs');
const { isWindows } = require('./mount.cjs');
const { stats } = require('./file_stats.cjs');

const { closeSync, openSync } = fs;
const NULL_DEVICE = isWindows ? '\\\\.\\NUL' : '/dev/null';

class OpenFile {
  constructor(payload, entry, isDirectory) {
    this.payload = payload;
    this.entry = entry;
    this.isDirectory = isDirectory;
    this.position = 0;
    // Of the handle that closes the descriptor when it is forgotten.
    this.owner = undefined;
  }

  /** Reads like pread, or like read if `position` is negative; how many bytes there were. */
  read(buffer, offset, length, position) {
    if (this.isDirectory) throw systemError('EISDIR', 'read');
    const at = position < 0 ? this.position : position;
    const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    const count = this.payload.readInto(this.entry, bytes, offset, length, at);
    if (position < 0) this.position += count;
    return count;
  }

  /** What is left from the current position. */
  readRest() {
    if (this.isDirectory) throw systemError('EISDIR', 'read');
    const size = Math.max(0, this.payload.fileSize(this.entry) - this.position);
    const rest = Buffer.allocUnsafeSlow(size);
    this.read(rest, 0, size, -1);
    return rest;
  }

  stat(bigint) {
    return stats(this.payload, this.entry, bigint);
  }
}

class Descriptors {
  constructor(payload) {
    this.payload = payload;
    this.open = new Map();
  }

  /** The open file of a descriptor, or undefined if it is not one of ours. */
  get(descriptor) {
    if (this.open.size === 0) return undefined;
    const file = this.open.get(descriptor);
    if (file?.owner === undefined || file.owner.deref() !== undefined) return file;
    // Its handle is gone, and took the descriptor along: by now, the number may be that of another file.
    this.open.delete(descriptor);
    return undefined;
  }

  add(entry, isDirectory) {
    const descriptor = openSync(NULL_DEVICE, 'r');
    this.open.set(descriptor, new OpenFile(this.payload, entry, isDirectory));
    return descriptor;
  }

  /**
   * Lets a handle of Node close the descriptor.
   * @param {{close: Function}} handle of the descriptor, as the binding makes them
   */
  giveTo(handle, descriptor) {
    this.open.get(descriptor).owner = new WeakRef(handle);
    for (const name of ['close', 'closeSync', 'releaseFD']) {
      const original = handle[name];
      if (original === undefined) continue;
      handle[name] = (...args) => {
        // Before the number can belong to another file.
        this.open.delete(descriptor);
        return original.apply(handle, args);
      };
    }
  }

  close(descriptor) {
    this.open.delete(descriptor);
    closeSync(descriptor);
  }
}

module.exports = { Descriptors };
