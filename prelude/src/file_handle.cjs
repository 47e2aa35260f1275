'use strict';

// The FileHandle of a file inside.

const EventEmitter = require('node:events');
const fs = require('node:fs');
const { encodingOf } = require('./operations.cjs');
const { normalizeRead, readv } = require('./fs_patch.cjs');
const { systemError } = require('./system_errors.cjs');

class FileHandle extends EventEmitter {
  #descriptors;
  #descriptor;

  constructor(descriptors, descriptor) {
    super();
    this.#descriptors = descriptors;
    this.#descriptor = descriptor;
  }

  get fd() {
    return this.#descriptor;
  }

  #file(syscall) {
    const file = this.#descriptors.get(this.#descriptor);
    if (file === undefined) throw systemError('EBADF', syscall);
    return file;
  }

  async read(...args) {
    const file = this.#file('read');
    const buffer = normalizeRead(args);
    const [bytes, offset, length, position] = args;
    return { bytesRead: file.read(bytes, offset, length, position), buffer };
  }

  async readv(buffers, position) {
    return { bytesRead: readv(this.#file('read'), buffers, position), buffers };
  }

  async readFile(options) {
    const content = this.#file('read').readRest();
    const encoding = encodingOf(options);
    return encoding && encoding !== 'buffer' ? content.toString(encoding) : content;
  }

  readLines(options = {}) {
    return require('node:readline').createInterface({
      input: this.createReadStream(options),
      crlfDelay: Infinity,
    });
  }

  createReadStream(options = {}) {
    const settings = typeof options === 'string' ? { encoding: options } : options;
    const stream = fs.createReadStream('', { ...settings, fd: this.#descriptor, autoClose: false });
    if (settings.autoClose !== false) stream.once('close', () => this.close());
    return stream;
  }

  readableWebStream() {
    return require('node:stream').Readable.toWeb(this.createReadStream(), { type: 'bytes' });
  }

  async stat(options) {
    return this.#file('fstat').stat(options);
  }

  async sync() {
    this.#file('fsync');
  }

  async datasync() {
    this.#file('fdatasync');
  }

  async close() {
    if (this.#descriptor === -1) return;
    const descriptor = this.#descriptor;
    this.#descriptor = -1;
    this.#descriptors.close(descriptor);
    this.emit('close');
  }

  async [Symbol.asyncDispose]() {
    await this.close();
  }
}

for (const [name, code, syscall] of [
  ['appendFile', 'EBADF', 'write'],
  ['chmod', 'EROFS', 'fchmod'],
  ['chown', 'EROFS', 'fchown'],
  ['truncate', 'EINVAL', 'ftruncate'],
  ['utimes', 'EROFS', 'futime'],
  ['write', 'EBADF', 'write'],
  ['writeFile', 'EBADF', 'write'],
  ['writev', 'EBADF', 'write'],
]) {
  FileHandle.prototype[name] = async function () {
    throw systemError(code, syscall);
  };
}

module.exports = { FileHandle };
