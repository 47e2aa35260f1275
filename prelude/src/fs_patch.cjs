'use strict';

// Replaces functions of `fs` by ones that look at the path, or descriptor, first. Everything that is not inside goes
// to the original, arguments and all.

const fs = require('node:fs');
const { Descriptors } = require('./descriptors.cjs');
const { Operations, encodingOf } = require('./operations.cjs');
const { locate } = require('./mount.cjs');
const { systemError } = require('./system_errors.cjs');

// Functions of one path, with a callback form, a `Sync` form and, most of them, a form in `fs.promises`.
const READING = [
  'access',
  'lstat',
  'open',
  'opendir',
  'readFile',
  'readdir',
  'readlink',
  'realpath',
  'stat',
];
// The same, but all they do inside is to fail; with the system call that their errors name.
const WRITING = {
  appendFile: 'open',
  chmod: 'chmod',
  chown: 'chown',
  lchmod: 'lchmod',
  lchown: 'lchown',
  lutimes: 'lutime',
  mkdtemp: 'mkdtemp',
  rmdir: 'rmdir',
  truncate: 'open',
  unlink: 'unlink',
  utimes: 'utime',
  writeFile: 'open',
};
// The same, with more to look at before they fail.
const CHECKED_WRITING = ['mkdir', 'rm'];
// Functions of two paths; the number of the one that decides what an error says is of no interest to them.
const TWO_PATHS = ['copyFile', 'cp', 'link', 'rename', 'symlink'];
const DESCRIPTORS = [
  'close',
  'fchmod',
  'fchown',
  'fdatasync',
  'fstat',
  'fsync',
  'ftruncate',
  'futimes',
  'read',
  'readv',
  'write',
  'writev',
];
const OTHERS = [
  'exists',
  'existsSync',
  'statfs',
  'statfsSync',
  'unwatchFile',
  'watch',
  'watchFile',
];

// Whose results `util.promisify` gives in another form; a property of the original says how.
const WITH_OWN_PROMISE_FORM = new Set(['read', 'readv', 'write', 'writev']);

/** All names of `fs` that are replaced. */
const PATCHED = [
  ...[
    ...READING,
    ...Object.keys(WRITING),
    ...CHECKED_WRITING,
    ...TWO_PATHS,
    ...DESCRIPTORS,
  ].flatMap((name) => [name, `${name}Sync`]),
  ...OTHERS,
];

/**
 * @param {import('./tree.cjs').Tree} tree
 * @returns {{undo: () => void, beforeBuiltin: (id: string) => void}}
 */
function patchFs(tree) {
  const descriptors = new Descriptors(tree.payload);
  const operations = new Operations(tree, descriptors);
  const originals = Object.create(null);
  for (const name of PATCHED) if (fs[name] !== undefined) originals[name] = fs[name];

  function replace(name, replacement) {
    const original = originals[name];
    // Not every platform has lchmod.
    if (original === undefined) return;
    if (WITH_OWN_PROMISE_FORM.has(name)) {
      for (const symbol of Object.getOwnPropertySymbols(original))
        replacement[symbol] = original[symbol];
    }
    fs[name] = replacement;
  }

  // Functions get their names by being methods: at every start there are a hundred of them, and defining the property
  // would take longer than all the rest of this module.

  /** Replaces both forms of a function of one path. */
  function replacePathFunction(name, operation) {
    const syncName = `${name}Sync`;
    const sync = originals[syncName];
    const callback = originals[name];
    const both = {
      [syncName](given, a, b) {
        const at = locate(given);
        return at === null ? sync.call(this, given, a, b) : operation(at, given, a, b);
      },
      [name](given, a, b, c) {
        const at = locate(given);
        const last = typeof c === 'function' ? c : typeof b === 'function' ? b : a;
        if (at === null || typeof last !== 'function') return callback.call(this, given, a, b, c);
        return later(last, () =>
          operation(at, given, a === last ? undefined : a, b === last ? undefined : b),
        );
      },
    };
    replace(syncName, both[syncName]);
    replace(name, both[name]);
  }

  for (const name of [...READING, ...CHECKED_WRITING]) {
    if (name !== 'readFile' && name !== 'realpath')
      replacePathFunction(name, operations[name].bind(operations));
  }
  for (const [name, syscall] of Object.entries(WRITING)) {
    replacePathFunction(name, (at, given) => operations.refuse(syscall, given));
  }

  replace('readFileSync', function readFileSync(given, options) {
    if (typeof given === 'number') {
      const file = descriptors.get(given);
      return file === undefined
        ? originals.readFileSync.call(this, given, options)
        : decoded(file.readRest(), options);
    }
    const at = locate(given);
    return at === null
      ? originals.readFileSync.call(this, given, options)
      : operations.readFile(at, given, options);
  });
  replace('readFile', function readFile(given, options, callback) {
    const last = callback ?? options;
    const file = typeof given === 'number' ? descriptors.get(given) : undefined;
    const at = typeof given === 'number' ? null : locate(given);
    if ((at === null && file === undefined) || typeof last !== 'function') {
      return originals.readFile.call(this, given, options, callback);
    }
    const settings = options === last ? undefined : options;
    return later(last, () => {
      settings?.signal?.throwIfAborted();
      return file === undefined
        ? operations.readFileLater(at, given, settings)
        : decoded(file.readRest(), settings);
    });
  });

  for (const native of [false, true]) {
    const operation = (native ? operations.realpathNative : operations.realpath).bind(operations);
    const originalSync = native ? originals.realpathSync.native : originals.realpathSync;
    const original = native ? originals.realpath.native : originals.realpath;
    const realpathSync = function realpathSync(given, options) {
      const at = locate(given);
      return at === null ? originalSync.call(this, given, options) : operation(at, given, options);
    };
    const realpath = function realpath(given, options, callback) {
      const at = locate(given);
      const last = callback ?? options;
      if (at === null || typeof last !== 'function')
        return original.call(this, given, options, callback);
      return later(last, () => operation(at, given, options === last ? undefined : options));
    };
    if (native) {
      fs.realpathSync.native = realpathSync;
      fs.realpath.native = realpath;
    } else {
      replace('realpathSync', realpathSync);
      replace('realpath', realpath);
    }
  }

  for (const name of TWO_PATHS) {
    const operation = twoPathOperation(operations, name);
    const syncName = `${name}Sync`;
    const both = {
      [syncName](given, destination, options) {
        const [at, atDestination] = locateBoth(name, given, destination);
        return at === null && atDestination === null
          ? originals[syncName].call(this, given, destination, options)
          : operation(at, atDestination, given, destination, options);
      },
      [name](given, destination, options, callback) {
        const [at, atDestination] = locateBoth(name, given, destination);
        const last = callback ?? options;
        if ((at === null && atDestination === null) || typeof last !== 'function') {
          return originals[name].call(this, given, destination, options, callback);
        }
        const settings = options === last ? undefined : options;
        return later(last, () => operation(at, atDestination, given, destination, settings));
      },
    };
    replace(syncName, both[syncName]);
    replace(name, both[name]);
  }

  for (const name of DESCRIPTORS) {
    const operation = descriptorOperation(descriptors, name);
    const syncName = `${name}Sync`;
    const both = {
      [syncName](descriptor, ...rest) {
        const file = descriptors.get(descriptor);
        return file === undefined
          ? originals[syncName].call(this, descriptor, ...rest)
          : operation(file, descriptor, ...rest);
      },
      [name](descriptor, ...rest) {
        const file = descriptors.get(descriptor);
        if (file === undefined) return originals[name].call(this, descriptor, ...rest);
        const last = rest.at(-1);
        if (typeof last !== 'function') {
          if (name === 'close' && last === undefined) return descriptors.close(descriptor);
          return originals[name].call(this, descriptor, ...rest);
        }
        const args = rest.slice(0, -1);
        if (name !== 'read' && name !== 'readv') {
          return later(last, () => operation(file, descriptor, ...args));
        }
        const buffer = name === 'read' ? normalizeRead(args) : args[0];
        return later(last, () => operation(file, descriptor, ...args), buffer);
      },
    };
    replace(syncName, both[syncName]);
    replace(name, both[name]);
  }

  replace('existsSync', function existsSync(given) {
    const at = locate(given);
    return at === null ? originals.existsSync.call(this, given) : operations.exists(at);
  });
  replace('exists', function exists(given, callback) {
    const at = locate(given);
    if (at === null || typeof callback !== 'function')
      return originals.exists.call(this, given, callback);
    setImmediate(callback, operations.exists(at));
    return undefined;
  });
  // `util.promisify(fs.exists)` has its own form, because the callback takes no error.
  Object.defineProperty(fs.exists, Symbol.for('nodejs.util.promisify.custom'), {
    value: (given) => Promise.resolve(fs.existsSync(given)),
  });

  replacePathFunction('statfs', (at, given, options) => {
    operations.stat(at, given);
    return originals.statfsSync(process.execPath, options);
  });

  replace('watch', function watch(given, options, listener) {
    return locate(given) === null
      ? originals.watch.call(this, given, options, listener)
      : inertWatcher();
  });
  replace('watchFile', function watchFile(given, options, listener) {
    return locate(given) === null
      ? originals.watchFile.call(this, given, options, listener)
      : inertWatcher();
  });
  replace('unwatchFile', function unwatchFile(given, listener) {
    return locate(given) === null ? originals.unwatchFile.call(this, given, listener) : undefined;
  });

  const promises = lazyPromises(operations, descriptors);
  return {
    beforeBuiltin(id) {
      if (id === 'fs/promises' || id === 'node:fs/promises') promises.patch();
    },
    undo() {
      promises.undo();
      Object.assign(fs, originals);
    },
  };
}

/** Calls back with the result of an operation, not before the caller has returned. */
function later(callback, operation, ...more) {
  let result;
  try {
    result = operation();
  } catch (error) {
    setImmediate(callback, error);
    return;
  }
  if (result === undefined && more.length === 0) setImmediate(callback, null);
  else setImmediate(callback, null, result, ...more);
}

function decoded(content, options) {
  const encoding = encodingOf(options);
  return encoding && encoding !== 'buffer' ? content.toString(encoding) : content;
}

function locateBoth(name, given, destination) {
  // The target of a link is only text.
  return [name === 'symlink' ? null : locate(given), locate(destination)];
}

function twoPathOperation(operations, name) {
  if (name === 'copyFile' || name === 'cp') return operations[name].bind(operations);
  return (at, atDestination, given, destination) => {
    if (at !== null) operations.lstat(at, given);
    return operations.refuse(name, given, destination);
  };
}

/** What a function of a descriptor does on a file inside: `(file, descriptor, ...arguments)`. */
function descriptorOperation(descriptors, name) {
  switch (name) {
    case 'close':
      return (file, descriptor) => descriptors.close(descriptor);
    case 'fstat':
      return (file, descriptor, options) => file.stat(options);
    case 'fsync':
    case 'fdatasync':
      return () => undefined;
    case 'read':
      return (file, descriptor, ...args) => {
        normalizeRead(args);
        const [buffer, offset, length, position] = args;
        return file.read(buffer, offset, length, position);
      };
    case 'readv':
      return (file, descriptor, buffers, position) => readv(file, buffers, position);
    case 'write':
    case 'writev':
      return () => {
        throw systemError('EBADF', 'write');
      };
    case 'ftruncate':
      return () => {
        throw systemError('EINVAL', 'ftruncate');
      };
    default:
      return () => {
        throw systemError('EROFS', name === 'futimes' ? 'futime' : name);
      };
  }
}

/** Brings the forms of the arguments of `fs.read` into one: buffer, offset, length, position. Returns the buffer. */
function normalizeRead(args) {
  let [buffer, offset, length, position] = args;
  if (buffer === undefined || (typeof buffer === 'object' && !ArrayBuffer.isView(buffer))) {
    ({ buffer = Buffer.alloc(16384), offset, length, position } = buffer ?? {});
  } else if (typeof offset === 'object' && offset !== null) {
    ({ offset, length, position } = offset);
  }
  offset ??= 0;
  length ??= buffer.byteLength - offset;
  position = typeof position === 'bigint' ? Number(position) : position;
  if (typeof position !== 'number' || position < 0) position = null;
  const bytes =
    buffer instanceof Uint8Array
      ? buffer
      : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  args.splice(0, args.length, bytes, Number(offset), Number(length), position);
  return buffer;
}

function readv(file, buffers, position) {
  let at = typeof position === 'number' && position >= 0 ? position : null;
  let total = 0;
  for (const buffer of buffers) {
    const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    const count = file.read(bytes, 0, bytes.length, at);
    total += count;
    if (at !== null) at += count;
    if (count < bytes.length) break;
  }
  return total;
}

/** Nothing inside ever changes. */
function inertWatcher() {
  const EventEmitter = require('node:events');
  const watcher = new EventEmitter();
  watcher.ref = watcher.unref = () => watcher;
  watcher.close = () => setImmediate(() => watcher.emit('close'));
  return watcher;
}

/** `fs.promises` takes longer to load than this whole loader, so it is patched when it is first used. */
function lazyPromises(operations, descriptors) {
  const property = Object.getOwnPropertyDescriptor(fs, 'promises');
  let undo = null;
  function patch() {
    if (undo === null) {
      const promises = property.get.call(fs);
      undo = require('./fs_promises.cjs').patchPromises(promises, operations, descriptors);
    }
  }
  Object.defineProperty(fs, 'promises', {
    ...property,
    get() {
      patch();
      return property.get.call(fs);
    },
  });
  return {
    patch,
    undo() {
      undo?.();
      Object.defineProperty(fs, 'promises', property);
    },
  };
}

module.exports = {
  PATCHED,
  READING,
  WRITING,
  CHECKED_WRITING,
  TWO_PATHS,
  locateBoth,
  normalizeRead,
  patchFs,
  readv,
  twoPathOperation,
};
