'use strict';

// `opendir` inside: Node's own fs.Dir, over a list of entries.

const fs = require('node:fs');
const path = require('node:path');
const { encode } = require('./fs_reading.cjs');
const { complete } = require('./fs_requests.cjs');
const { placeOf } = require('./fs_places.cjs');
const { isAboveRoot } = require('./mount.cjs');

// Before an app could replace it by a clock of its own.
const { setImmediate } = globalThis;

/** A handle as Node's binding makes them: reads come in portions of names and types. */
class ListHandle {
  #pairs;
  #next = 0;

  constructor(names, types) {
    this.#pairs = names.flatMap((name, index) => [name, types[index]]);
  }

  read(encoding, size, ...request) {
    return complete(request, () => {
      if (this.#next >= this.#pairs.length) return null;
      const start = this.#next;
      this.#next += 2 * size;
      return this.#pairs.slice(start, this.#next);
    });
  }

  close(...request) {
    return complete(request, () => undefined);
  }
}

/** Everything below a directory; the names that its handle gives are relative paths. */
class RecursiveDirectory extends fs.Dir {
  #placed(entry) {
    if (entry === null) return null;
    const { name, parentPath } = entry;
    const below = path.dirname(String(name));
    if (below !== '.') {
      entry.parentPath = path.join(String(parentPath), below);
      if (entry.path !== undefined) entry.path = entry.parentPath;
    }
    entry.name =
      typeof name === 'string' ? path.basename(name) : Buffer.from(path.basename(`${name}`));
    return entry;
  }

  readSync() {
    return this.#placed(super.readSync());
  }

  read(...args) {
    if (args.length === 0) return super.read().then((entry) => this.#placed(entry));
    const [callback] = args;
    if (typeof callback !== 'function') return super.read(callback);
    return super.read((error, entry) =>
      error ? callback(error) : callback(null, this.#placed(entry)),
    );
  }

  async *entries() {
    for await (const entry of super.entries()) yield this.#placed(entry);
  }

  [Symbol.asyncIterator]() {
    return this.entries();
  }
}

// What programs print of it.
Object.defineProperty(RecursiveDirectory, 'name', { value: fs.Dir.name });

/**
 * @param {import('./tree.cjs').Tree} tree
 * @param {() => object} load what does calls inside
 * @param {unknown} given as `opendir` gets it
 * @returns {{shown?: unknown, open: (options: unknown, shownInErrors?: unknown) => fs.Dir} | null} null for a directory of the real disk only
 */
function findDirectory(tree, load, given) {
  const shown = given instanceof URL && given.protocol === 'file:' ? toPath(given) : given;
  if (typeof shown !== 'string' && !(shown instanceof Uint8Array)) return null;
  const place = placeOf(tree, shown);
  if (place !== null && place.elsewhere !== null) {
    return { open: (options) => fs.opendirSync(place.elsewhere, options) };
  }
  if (place === null && !isAboveRoot(shown)) return null;
  const { listing } = load();
  const list = (options, encoding, shownInErrors) => {
    if (place === null) return listAboveRoot(listing, shown, options, encoding);
    listing.findDirectory(place, shownInErrors, 'opendir');
    return options?.recursive
      ? listBelow(listing, place, shown, encoding)
      : listing.readdir(place, shown, encoding, true);
  };
  return {
    shown,
    open(options, shownInErrors) {
      checkOptions(shown, options);
      const encoding = typeof options === 'string' ? options : options?.encoding;
      const [names, types] = list(options, encoding, shownInErrors);
      const Directory = options?.recursive ? RecursiveDirectory : fs.Dir;
      const settings = options?.recursive ? { ...options, recursive: false } : options;
      return new Directory(new ListHandle(names, types), shown, settings);
    },
  };
}

/** Throws what Node does before it looks at the path. */
function checkOptions(shown, options) {
  const checked =
    typeof options === 'object' && options !== null ? { ...options, bufferSize: 1 } : options;
  return new fs.Dir(new ListHandle([], []), shown, checked);
}

function toPath(url) {
  return require('node:url').fileURLToPath(url);
}

/** As Node does, links to directories are not entered here. */
function listBelow(listing, place, shown, encoding) {
  const directories = [...listing.below(place, shown, false)];
  const names = directories.flatMap(({ relative, names: own }) =>
    own.map((name) => path.join(relative, name)),
  );
  return [names.map((name) => encode(name, encoding)), directories.flatMap(({ types }) => types)];
}

function listAboveRoot(listing, shown, options, encoding) {
  if (!options?.recursive) return listing.readdirAboveRoot(shown, encoding, true);
  const entries = fs.readdirSync(shown, { encoding, recursive: true, withFileTypes: true });
  const names = entries.map(({ parentPath, name }) =>
    path.relative(String(shown), path.join(parentPath, name)),
  );
  return [names, entries.map(typeOf)];
}

function typeOf(entry) {
  const { UV_DIRENT_DIR, UV_DIRENT_FILE, UV_DIRENT_LINK } = fs.constants;
  if (entry.isDirectory()) return UV_DIRENT_DIR;
  return entry.isSymbolicLink() ? UV_DIRENT_LINK : UV_DIRENT_FILE;
}

function openLater(directory, options, callback) {
  let opened;
  try {
    opened = directory.open(options, directory.shown);
  } catch (error) {
    if (error.syscall === undefined) throw error;
    setImmediate(callback, error);
    return;
  }
  setImmediate(callback, null, opened);
}

module.exports = { findDirectory, openLater };
