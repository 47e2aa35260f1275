'use strict';

// Replaces functions of `fs.promises` as fs_patch.cjs does those of `fs`.

const { FileHandle } = require('./file_handle.cjs');
const {
  CHECKED_WRITING,
  READING,
  TWO_PATHS,
  WRITING,
  locateBoth,
  twoPathOperation,
} = require('./fs_patch.cjs');
const { locate } = require('./mount.cjs');
const { systemError } = require('./system_errors.cjs');

// Functions that are not the same as those of `fs` in all details.
const DIFFERENT = {
  readdir: (operations) => operations.readdirPromised,
  realpath: (operations) => operations.realpathNative,
};

/** @returns {() => void} undo */
function patchPromises(promises, operations, descriptors) {
  const originals = { ...promises };

  function replace(name, replacement) {
    const original = originals[name];
    if (original === undefined) return;
    Object.defineProperty(replacement, 'name', { value: original.name, configurable: true });
    Object.defineProperty(replacement, 'length', { value: original.length, configurable: true });
    promises[name] = replacement;
  }

  function replacePathFunction(name, operation) {
    replace(name, async function (given, a, b) {
      const at = locate(given);
      return at === null ? originals[name].call(this, given, a, b) : operation(at, given, a, b);
    });
  }

  for (const name of [...READING, ...CHECKED_WRITING]) {
    if (name === 'open' || name === 'readFile') continue;
    replacePathFunction(name, (DIFFERENT[name]?.(operations) ?? operations[name]).bind(operations));
  }
  for (const [name, syscall] of Object.entries(WRITING)) {
    replacePathFunction(name, (at, given) => operations.refuse(syscall, given));
  }
  for (const name of ['appendFile', 'writeFile']) {
    const withPath = promises[name];
    replace(name, async function (given, data, options) {
      if (given instanceof FileHandle) throw systemError('EBADF', 'write');
      return withPath.call(this, given, data, options);
    });
  }
  replace('open', async function (given, flags, mode) {
    const at = locate(given);
    if (at === null) return originals.open.call(this, given, flags, mode);
    return new FileHandle(descriptors, operations.open(at, given, flags));
  });
  replace('readFile', async function (given, options) {
    if (given instanceof FileHandle) return given.readFile(options);
    const at = locate(given);
    if (at === null) return originals.readFile.call(this, given, options);
    options?.signal?.throwIfAborted();
    return operations.readFileLater(at, given, options);
  });
  for (const name of TWO_PATHS) {
    const operation = twoPathOperation(operations, name);
    replace(name, async function (given, destination, options) {
      const [at, atDestination] = locateBoth(name, given, destination);
      return at === null && atDestination === null
        ? originals[name].call(this, given, destination, options)
        : operation(at, atDestination, given, destination, options);
    });
  }
  replacePathFunction('statfs', (at, given, options) => {
    operations.stat(at, given);
    return originals.statfs(process.execPath, options);
  });
  replace('watch', function watch(given, options) {
    return locate(given) === null
      ? originals.watch.call(this, given, options)
      : neverChanges(options?.signal);
  });

  return () => Object.assign(promises, originals);
}

/** Nothing inside ever changes; the iteration ends when it is aborted. */
async function* neverChanges(signal) {
  await new Promise((resolve, reject) => {
    if (signal === undefined) return;
    signal.throwIfAborted();
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

module.exports = { patchPromises };
