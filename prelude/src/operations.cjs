'use strict';

// What the functions of `fs` do on paths inside, synchronously. The first argument is the normalized path, the second
// the path as the caller gave it, for errors; what follows are the arguments of the `fs` function after its path.

const fs = require('node:fs');
const path = require('node:path');
const { MISSING, NOT_A_DIRECTORY } = require('./tree.cjs');
const { KIND_SYMLINK } = require('./format.cjs');
const { ROOT, SEPARATOR, isWindows } = require('./mount.cjs');
const { dirent, stats } = require('./file_stats.cjs');
const { systemError } = require('./system_errors.cjs');

const { O_CREAT, O_DIRECTORY = 0, O_EXCL, O_RDWR, O_TRUNC, O_WRONLY, W_OK, X_OK } = fs.constants;
const WRITING = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
const NODE_MAJOR = Number.parseInt(process.versions.node, 10);
const READ_ERRORS_NAME_PATHS = NODE_MAJOR >= 26;
const PROMISES_READ_FOLDERS_IN_OTHER_ORDER = NODE_MAJOR < 26;
const READ_FLAGS = new Set(['r', 'rs', 'sr']);

class Operations {
  /**
   * @param {import('./tree.cjs').Tree} tree
   * @param {import('./descriptors.cjs').Descriptors} descriptors
   */
  constructor(tree, descriptors) {
    this.tree = tree;
    this.payload = tree.payload;
    this.descriptors = descriptors;
  }

  // Looking

  exists(at) {
    return typeof this.tree.lookup(at) !== 'number';
  }

  access(at, given, mode = 0) {
    const found = this.#find(at, given, 'access');
    if ((mode & W_OK) !== 0) throw systemError('EROFS', 'access', given);
    if (
      (mode & X_OK) !== 0 &&
      !isWindows &&
      found.directory === null &&
      !this.payload.isExecutable(found.entry)
    ) {
      throw systemError('EACCES', 'access', given);
    }
  }

  stat(at, given, options) {
    return this.#stat(at, given, options, 'stat', true);
  }

  lstat(at, given, options) {
    return this.#stat(at, given, options, 'lstat', false);
  }

  #stat(at, given, options, syscall, followLast) {
    const found = this.tree.lookup(at, followLast);
    if (typeof found === 'number') {
      if (options?.throwIfNoEntry === false && (found === MISSING || found === NOT_A_DIRECTORY))
        return undefined;
      throw this.#notFound(found, syscall, given);
    }
    return stats(this.payload, found.entry, options?.bigint === true);
  }

  realpath(at, given, options) {
    const found = this.tree.lookup(at);
    if (typeof found === 'number') throw this.#notReal(at);
    return encode(found.path, options);
  }

  /** Node goes from part to part, and reports the part that is missing, or the link that leads nowhere. */
  #notReal(at) {
    for (let end = at.indexOf(SEPARATOR, ROOT.length); end !== -1; end = at.indexOf(SEPARATOR, end + 1)) {
      const error = this.#notRealPart(at.slice(0, end));
      if (error !== null) return error;
    }
    return this.#notRealPart(at);
  }

  #notRealPart(part) {
    const link = this.tree.lookup(part, false);
    if (typeof link === 'number') return this.#notFound(link, 'lstat', part);
    const found = this.tree.lookup(part);
    return typeof found === 'number' ? this.#notFound(found, 'stat', part) : null;
  }

  realpathNative(at, given, options) {
    return encode(this.#find(at, given, 'realpath').path, options);
  }

  readlink(at, given, options) {
    const found = this.#find(at, given, 'readlink', false);
    if (found.directory !== null || this.payload.kind(found.entry) !== KIND_SYMLINK) {
      throw systemError('EINVAL', 'readlink', given);
    }
    return encode(this.payload.target(found.entry), options);
  }

  // Reading

  open(at, given, flags = 'r') {
    const writes =
      typeof flags === 'number' ? (flags & WRITING) !== 0 : !READ_FLAGS.has(flags ?? 'r');
    const found = this.tree.lookup(at);
    if (writes) {
      const exclusive =
        typeof flags === 'number'
          ? (flags & O_CREAT) !== 0 && (flags & O_EXCL) !== 0
          : flags.includes('x');
      if (exclusive && typeof found !== 'number') throw systemError('EEXIST', 'open', given);
      throw systemError('EROFS', 'open', given);
    }
    if (typeof found === 'number') throw this.#notFound(found, 'open', given);
    if (typeof flags === 'number' && (flags & O_DIRECTORY) !== 0 && found.directory === null) {
      throw systemError('ENOTDIR', 'open', given);
    }
    return this.descriptors.add(found.entry, found.directory !== null);
  }

  readFile(at, given, options) {
    return this.#readFile(at, given, options, undefined);
  }

  /** As the asynchronous forms do it, whose error for a directory names it in newer Nodes. */
  readFileLater(at, given, options) {
    return this.#readFile(at, given, options, READ_ERRORS_NAME_PATHS ? given : undefined);
  }

  #readFile(at, given, options, namedInErrors) {
    const flag = typeof options === 'object' && options !== null ? options.flag : undefined;
    if (flag !== undefined && flag !== null && !READ_FLAGS.has(flag)) {
      this.descriptors.close(this.open(at, given, flag));
    }
    const found = this.#find(at, given, 'open');
    if (found.directory !== null) throw systemError('EISDIR', 'read', namedInErrors);
    const encoding = encodingOf(options);
    if (encoding === 'utf8' || encoding === 'utf-8') return this.payload.text(found.entry);
    const content = this.payload.content(found.entry);
    return encoding && encoding !== 'buffer' ? content.toString(encoding) : content;
  }

  readdir(at, given, options) {
    return this.#readdir(at, given, options, false);
  }

  /** As `fs.promises` does it. */
  readdirPromised(at, given, options) {
    return this.#readdir(at, given, options, PROMISES_READ_FOLDERS_IN_OTHER_ORDER);
  }

  #readdir(at, given, options, promised) {
    const found = this.#find(at, given, 'scandir');
    if (found.directory === null) throw systemError('ENOTDIR', 'scandir', given);
    if (options?.recursive)
      return this.#readRecursively(found.directory, asString(given), options, promised);
    return this.#names(
      found.directory,
      given instanceof Uint8Array ? given : asString(given),
      '',
      options,
    );
  }

  #names(directory, shownPath, prefix, options) {
    const names = [...directory.names()];
    if (options?.withFileTypes) {
      return names.map((name) =>
        dirent(this.payload, directory.find(name), encode(name, options), shownPath),
      );
    }
    return names.map((name) => encode(prefix + name, options));
  }

  #readRecursively(top, shownPath, options, promised) {
    const results = [];
    // Links to directories are entered too, except by `fs.promises` when it gives types.
    const followLinks = !(promised && options.withFileTypes);
    const pending = [{ directory: top, relative: '' }];
    while (pending.length > 0) {
      const { directory, relative } = promised ? pending.pop() : pending.shift();
      const prefix = relative === '' ? '' : relative + SEPARATOR;
      results.push(...this.#names(directory, path.join(shownPath, relative), prefix, options));
      for (const name of directory.names()) {
        const child = this.tree.lookup(directory.path + SEPARATOR + name, followLinks);
        if (typeof child !== 'number' && child.directory !== null) {
          pending.push({ directory: child.directory, relative: prefix + name });
        }
      }
    }
    return results;
  }

  opendir(at, given, options) {
    const found = this.#find(at, given, 'opendir');
    if (found.directory === null) throw systemError('ENOTDIR', 'opendir', given);
    const { openDirectory } = require('./directory_handle.cjs');
    return openDirectory(
      asString(given),
      this.readdir(at, given, { ...options, withFileTypes: true }),
    );
  }

  /** Copies a file to the real disk, or refuses to copy one to a path inside. */
  copyFile(at, atDestination, given, destination, mode = 0) {
    if (at === null || atDestination !== null) {
      if (at !== null) this.#find(at, given, 'copyfile');
      else fs.statSync(given);
      throw systemError('EROFS', 'copyfile', given, destination);
    }
    const found = this.tree.lookup(at);
    if (typeof found === 'number') throw this.#notFound(found, 'copyfile', given, destination);
    if (found.directory !== null) throw systemError('EISDIR', 'copyfile', given, destination);
    const { copyOut } = require('./copy_out.cjs');
    copyOut(this.payload, found.entry, destination, {
      given,
      exclusive: (mode & fs.constants.COPYFILE_EXCL) !== 0,
    });
  }

  cp(at, atDestination, given, destination, options) {
    if (atDestination !== null) throw systemError('EROFS', 'cp', given, destination);
    const { copyTree } = require('./copy_out.cjs');
    copyTree(this, asString(given), asString(destination), options ?? {});
  }

  // Writing, which is refused

  /** For functions that change what is at a path. */
  refuse(syscall, given, destination) {
    throw systemError('EROFS', syscall, given, destination);
  }

  mkdir(at, given, options) {
    const found = this.tree.lookup(at);
    if (typeof found !== 'number') {
      if (found.directory !== null && options?.recursive) return undefined;
      throw systemError('EEXIST', 'mkdir', given);
    }
    throw systemError('EROFS', 'mkdir', given);
  }

  rm(at, given, options) {
    const found = this.tree.lookup(at, false);
    if (typeof found === 'number') {
      if (options?.force) return;
      throw this.#notFound(found, 'lstat', given);
    }
    throw systemError('EROFS', 'rm', given);
  }

  #find(at, given, syscall, followLast = true) {
    const found = this.tree.lookup(at, followLast);
    if (typeof found === 'number') throw this.#notFound(found, syscall, given);
    return found;
  }

  #notFound(reason, syscall, given, destination) {
    const missing = reason === MISSING || (isWindows && reason === NOT_A_DIRECTORY);
    const code = missing ? 'ENOENT' : reason === NOT_A_DIRECTORY ? 'ENOTDIR' : 'ELOOP';
    return systemError(code, syscall, given, destination);
  }
}

function encodingOf(options) {
  return typeof options === 'string' ? options : options?.encoding;
}

function encode(text, options) {
  const encoding = encodingOf(options);
  if (!encoding || encoding === 'utf8' || encoding === 'utf-8') return text;
  const bytes = Buffer.from(text);
  return encoding === 'buffer' ? bytes : bytes.toString(encoding);
}

function asString(given) {
  if (typeof given === 'string') return given;
  return given instanceof Uint8Array
    ? Buffer.from(given).toString()
    : require('node:url').fileURLToPath(given);
}

module.exports = { Operations, encodingOf };
