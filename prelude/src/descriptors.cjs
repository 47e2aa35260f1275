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
  }

  /** Reads like pread, or like read if `position` is null; how many bytes there were. */
  read(buffer, offset, length, position) {
    if (this.isDirectory) throw systemError('EISDIR', 'read');
    const at = position ?? this.position;
    const count = this.payload.readInto(this.entry, buffer, offset, length, at);
    if (position === null) this.position += count;
    return count;
  }

  /** What is left from the current position. */
  readRest() {
    if (this.isDirectory) throw systemError('EISDIR', 'read');
    const rest = Buffer.allocUnsafeSlow(
      Math.max(0, this.payload.fileSize(this.entry) - this.position),
    );
    this.read(rest, 0, rest.length, null);
    return rest;
  }

  stat(options) {
    return stats(this.payload, this.entry, options?.bigint === true);
  }
}

class Descriptors {
  constructor(payload) {
    this.payload = payload;
    this.open = new Map();
  }

  /** The open file of a descriptor, or undefined if it is not one of ours. */
  get(descriptor) {
    return this.open.size === 0 ? undefined : this.open.get(descriptor);
  }

  add(entry, isDirectory) {
    const descriptor = openSync(NULL_DEVICE, 'r');
    this.open.set(descriptor, new OpenFile(this.payload, entry, isDirectory));
    return descriptor;
  }

  close(descriptor) {
    this.open.delete(descriptor);
    closeSync(descriptor);
  }
}

module.exports = { Descriptors, OpenFile };
