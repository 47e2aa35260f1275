'use strict';

// Copies files and directories from inside to the real disk.

const fs = require('node:fs');
const path = require('node:path');
const { locate } = require('./mount.cjs');
const { nodeError } = require('./node_errors.cjs');
const { systemError } = require('./system_errors.cjs');

const CHUNK = 1 << 20;

function copyOut(payload, entry, destination, { given, exclusive }) {
  let output;
  try {
    output = fs.openSync(
      destination,
      exclusive ? 'wx' : 'w',
      payload.isExecutable(entry) ? 0o755 : 0o644,
    );
  } catch (error) {
    const failure = systemError(error.code, 'copyfile', given, destination);
    throw Object.defineProperty(failure, 'cause', {
      value: error,
      configurable: true,
      writable: true,
    });
  }
  try {
    const size = payload.fileSize(entry);
    const buffer = Buffer.allocUnsafeSlow(Math.min(size, CHUNK));
    for (let position = 0; position < size;) {
      const count = payload.readInto(entry, buffer, 0, buffer.length, position);
      for (let written = 0; written < count;)
        written += fs.writeSync(output, buffer, written, count - written);
      position += count;
    }
  } finally {
    fs.closeSync(output);
  }
}

/** `fs.cp` with a source inside, by the functions of `fs` that work there. */
function copyTree(operations, source, destination, options) {
  if (options.filter && !options.filter(source, destination)) return;
  const at = locate(source);
  const sourceStats = options.dereference
    ? operations.stat(at, source)
    : operations.lstat(at, source);
  const existing = fs.lstatSync(destination, { throwIfNoEntry: false });
  if (sourceStats.isDirectory()) {
    if (!options.recursive) {
      throw nodeError(
        Error,
        'ERR_FS_EISDIR',
        `Recursive option not enabled, cannot copy a directory: cp returned EISDIR (${source} is a directory (not copied)) ${source}`,
      );
    }
    if (!existing) fs.mkdirSync(destination, { recursive: true });
    for (const name of operations.readdir(at, source)) {
      copyTree(operations, path.join(source, name), path.join(destination, name), options);
    }
    return;
  }
  if (existing) {
    if (options.force === false) {
      if (options.errorOnExist) throw systemError('EEXIST', 'cp', source, destination);
      return;
    }
    fs.unlinkSync(destination);
  } else {
    fs.mkdirSync(path.dirname(destination), { recursive: true });
  }
  if (sourceStats.isSymbolicLink()) {
    const target = operations.readlink(at, source);
    fs.symlinkSync(
      options.verbatimSymlinks ? target : path.resolve(path.dirname(source), target),
      destination,
    );
    return;
  }
  operations.copyFile(at, null, source, destination, options.mode);
}

module.exports = { copyOut, copyTree };
