'use strict';

// `copyFile` with a path inside: a file is copied to the real disk, or an error thrown.

const fs = require('node:fs');
const { lookup, notFound } = require('./fs_places.cjs');
const { checkSource } = require('./no_source.cjs');
const { systemError } = require('./system_errors.cjs');

const {
  COPYFILE_EXCL,
  COPYFILE_FICLONE,
  COPYFILE_FICLONE_FORCE,
  O_CREAT,
  O_EXCL,
  O_TRUNC,
  O_WRONLY,
} = fs.constants;
const ALL_MODES = COPYFILE_EXCL | COPYFILE_FICLONE | COPYFILE_FICLONE_FORCE;
const CHUNK = 1 << 20;

class CopyCalls {
  /**
   * @param {import('./fs_reading.cjs').ReadingCalls} reading
   * @param {Record<string, Function>} originals of the binding
   */
  constructor(reading, originals) {
    this.reading = reading;
    this.tree = reading.tree;
    this.payload = reading.payload;
    this.originals = originals;
  }

  /** Has Node refuse what is no mode of `copyFile`, before anything is looked at. */
  checkMode(mode) {
    if ((mode ?? 0) !== (mode & ALL_MODES)) this.originals.copyFile('', '', mode);
  }

  /** One of the places may be null, for the real disk. */
  copyFile(place, destination, given, givenDestination, mode) {
    const found = place === null ? null : lookup(this.tree, place);
    if (typeof found === 'number')
      throw notFound(found, place, 'copyfile', given, givenDestination);
    const described = (operation) => describe(operation, given, givenDestination);
    const exclusive = (mode & COPYFILE_EXCL) !== 0 ? O_EXCL : 0;
    if (destination !== null) {
      if (found === null) described(() => this.originals.stat(given, false, undefined, true));
      // Which fails.
      described(() =>
        this.reading.open(destination, givenDestination, O_WRONLY | O_CREAT | exclusive),
      );
    }
    if (found.directory !== null) {
      described(() => this.#tryToOpen(givenDestination, exclusive));
      throw systemError('EISDIR', 'copyfile', given, givenDestination);
    }
    checkSource(this.payload, found, 'copyfile', given, givenDestination);
    if ((mode & COPYFILE_FICLONE_FORCE) !== 0) {
      throw systemError('ENOTSUP', 'copyfile', given, givenDestination);
    }
    described(() => this.#copyContent(found.entry, givenDestination, exclusive));
  }

  /** Throws what opening the destination would, and leaves it as it was. */
  #tryToOpen(destination, exclusive) {
    const wasThere = fs.existsSync(destination);
    fs.closeSync(this.originals.open(destination, O_WRONLY | O_CREAT | exclusive, 0o666));
    if (!wasThere) fs.unlinkSync(destination);
  }

  #copyContent(entry, destination, exclusive) {
    const permissions = this.payload.isExecutable(entry) ? 0o755 : 0o644;
    const flags = O_WRONLY | O_CREAT | O_TRUNC | exclusive;
    const output = this.originals.open(destination, flags, permissions);
    try {
      fs.fchmodSync(output, permissions);
      this.#write(entry, output);
    } catch (error) {
      fs.unlinkSync(destination);
      throw error;
    } finally {
      fs.closeSync(output);
    }
  }

  #write(entry, output) {
    const size = this.payload.fileSize(entry);
    const buffer = Buffer.allocUnsafeSlow(Math.min(size, CHUNK));
    for (let position = 0; position < size;) {
      const count = this.payload.readInto(entry, buffer, 0, buffer.length, position);
      for (let written = 0; written < count;)
        written += fs.writeSync(output, buffer, written, count - written);
      position += count;
    }
  }
}

/** Errors of the steps of a copy are errors of the copy. */
function describe(operation, given, givenDestination) {
  try {
    return operation();
  } catch (cause) {
    if (cause.syscall === undefined) throw cause;
    const more = cause.message.split('\n').slice(1);
    const error = systemError(
      cause.code,
      'copyfile',
      given,
      givenDestination,
      more.map((line) => `\n${line}`).join(''),
    );
    Object.defineProperty(error, 'cause', { value: cause, configurable: true, writable: true });
    throw error;
  }
}

module.exports = { CopyCalls };
