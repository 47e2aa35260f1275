'use strict';

// Lists directories as functions of Node's file system binding do; see fs_reading.cjs for the form of the functions.

const path = require('node:path');
const { constants } = require('node:fs');
const { direntType } = require('./file_stats.cjs');
const { encode } = require('./fs_reading.cjs');
const { lookup, notFound } = require('./fs_places.cjs');
const { ROOT, SEPARATOR } = require('./mount.cjs');
const { mountsIn } = require('./fs_mounts.cjs');
const { systemError } = require('./system_errors.cjs');

const ROOT_NAME = path.basename(ROOT);

class ListingCalls {
  /**
   * @param {import('./tree.cjs').Tree} tree
   * @param {Record<string, Function>} originals of the binding
   */
  constructor(tree, originals) {
    this.tree = tree;
    this.originals = originals;
  }

  readdir(place, given, encoding, withTypes) {
    const directory = this.findDirectory(place, given, 'scandir');
    const names = this.#names(directory);
    const encoded = names.map((name) => encode(name, encoding));
    return withTypes ? [encoded, names.map((name) => this.#type(directory, name))] : encoded;
  }

  findDirectory(place, given, syscall) {
    const found = lookup(this.tree, place);
    if (typeof found === 'number') throw notFound(found, place, syscall, given);
    if (found.directory === null) throw systemError('ENOTDIR', syscall, given);
    return found.directory;
  }

  #names(directory) {
    const own = [...directory.names()];
    return own.concat(mountsIn(directory.path).filter((name) => !own.includes(name)));
  }

  #type(directory, name) {
    const entry = directory.find(name);
    return entry === undefined ? constants.UV_DIRENT_DIR : direntType(this.tree.payload, entry);
  }

  /** The real directory, and the mount point in it, which a real one of that name may hide behind. */
  readdirAboveRoot(given, encoding, withTypes) {
    const listed = this.originals.readdir(given, encoding, withTypes);
    const names = withTypes ? listed[0] : listed;
    const types = withTypes ? listed[1] : [];
    const name = encode(ROOT_NAME, encoding);
    const at = names.findIndex((other) => String(other) === String(name));
    const index = at === -1 ? names.length : at;
    names[index] = name;
    types[index] = constants.UV_DIRENT_DIR;
    return withTypes ? [names, types] : names;
  }

  /** Everything below, by directory: names, types, the number of names in each directory, the directories. */
  readdirRecursive(place, given, encoding, withTypes) {
    const top = this.findDirectory(place, given, 'scandir');
    const result = { names: [], types: [], counts: [], directories: [] };
    const pending = [{ directory: top, relative: '' }];
    for (const { directory, relative } of pending) {
      const names = this.#names(directory);
      result.counts.push(names.length);
      result.directories.push(encode(relative, encoding));
      for (const name of names) {
        const below = relative === '' ? name : relative + SEPARATOR + name;
        const type = this.#type(directory, name);
        result.names.push(encode(withTypes ? name : below, encoding));
        result.types.push(type);
        const child = this.#child(directory, name, type);
        if (child !== null) pending.push({ directory: child, relative: below });
      }
    }
    return recursiveResult(result, withTypes);
  }

  #child(directory, name, type) {
    if (type !== constants.UV_DIRENT_DIR) return null;
    const child = this.tree.directoryAt(directory.path + SEPARATOR + name);
    return typeof child === 'number' ? null : child;
  }
}

function recursiveResult({ names, types, counts, directories }, withTypes) {
  if (!withTypes) return names;
  return [names, Uint8Array.from(types), Uint32Array.from(counts), directories];
}

module.exports = { ListingCalls };
