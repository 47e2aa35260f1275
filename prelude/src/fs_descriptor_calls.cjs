'use strict';

// Functions of Node's file system binding on descriptors of files inside: `(file, descriptor, ...arguments)`. What they
// refuse, they refuse as for a file that was opened for reading on a file system that is mounted read-only.

const { systemError } = require('./system_errors.cjs');

class DescriptorCalls {
  /** @param {import('./descriptors.cjs').Descriptors} descriptors */
  constructor(descriptors) {
    this.descriptors = descriptors;
  }

  close(file, descriptor) {
    this.descriptors.close(descriptor);
  }

  fstat(file, descriptor, bigint) {
    return file.stat(bigint);
  }

  read(file, descriptor, buffer, offset, length, position) {
    return file.read(buffer, offset, length, positionOf(position));
  }

  readBuffers(file, descriptor, buffers, position) {
    if (buffers.length === 0) throw systemError('EINVAL', 'read');
    let at = positionOf(position);
    let total = 0;
    for (const buffer of buffers) {
      const count = file.read(buffer, 0, buffer.byteLength, at);
      total += count;
      if (at >= 0) at += count;
      if (count < buffer.byteLength) break;
    }
    return total;
  }

  readFileUtf8(file) {
    return file.readRest().utf8Slice();
  }

  // There is nothing to bring to a disk.

  fsync() {}

  fdatasync() {}

  ftruncate() {
    throw systemError('EINVAL', 'ftruncate');
  }

  fchmod() {
    throw systemError('EROFS', 'fchmod');
  }

  fchown() {
    throw systemError('EROFS', 'fchown');
  }

  futimes() {
    throw systemError('EROFS', 'futime');
  }

  writeBuffer() {
    throw systemError('EBADF', 'write');
  }

  writeBuffers() {
    throw systemError('EBADF', 'write');
  }

  writeString() {
    throw systemError('EBADF', 'write');
  }

  writeFileUtf8() {
    throw systemError('EBADF', 'write');
  }
}

/** Negative for the current position, as the binding takes it. */
function positionOf(position) {
  return typeof position === 'number' || typeof position === 'bigint' ? Number(position) : -1;
}

module.exports = { DescriptorCalls };
