'use strict';

// Lists directories as functions of Node's file system binding do; see fs_reading.cjs for the form of the functions.

const path = require('node:path');
const { constants, statSync } = require('node:fs');
const { direntType } = require('./file_stats.cjs');
const { encode } = require('./fs_reading.cjs');
const { lookup, notFound } = require('./fs_places.cjs');
const { ROOT, SEPARATOR } = require('./mount.cjs');
const { exteriorOf, mountsIn } = require('./fs_mounts.cjs');
const { systemError } = require('./system_errors.cjs');

const { UV_DIRENT_DIR, UV_DIRENT_LINK } = constants;
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
    return entry === undefined ? UV_DIRENT_DIR : direntType(this.tree.payload, entry);
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
    types[index] = UV_DIRENT_DIR;
    return withTypes ? [names, types] : names;
  }

  /** Everything below, by directory: names, types, the number of names in each directory, the directories. */
  readdirRecursive(place, given, encoding, withTypes) {
    const result = { names: [], types: [], counts: [], directories: [] };
    for (const { relative, names, types } of this.below(place, given, true)) {
      const shown = withTypes ? names : names.map((name) => joined(relative, name));
      result.names.push(...shown.map((name) => encode(name, encoding)));
      result.types.push(...types);
      result.counts.push(names.length);
      result.directories.push(encode(relative, encoding));
    }
    if (!withTypes) return result.names;
    const { names, types, counts, directories } = result;
    return [names, Uint8Array.from(types), Uint32Array.from(counts), directories];
  }

  /** Each directory at or below a place: its path from there, names and types. */
  *below(place, given, followLinks) {
    const top = this.findDirectory(place, given, 'scandir');
    // With the path that each is reached by: links on the way count, so that those that lead back come to an end.
    const pending = [{ directory: top, exterior: null, at: place.path, relative: '' }];
    for (const { directory, exterior, at, relative } of pending) {
      const [names, types] = this.#list(directory, exterior);
      yield { relative, names, types };
      for (const [index, name] of names.entries()) {
        const type = types[index];
        if (type !== UV_DIRENT_DIR && !(type === UV_DIRENT_LINK && followLinks)) continue;
        const child = this.#child(at, exterior, name);
        if (child !== null) pending.push({ ...child, relative: joined(relative, name) });
      }
    }
  }

  /** Names and types of a directory inside, or of one of the real disk. */
  #list(directory, exterior) {
    if (exterior !== null) return this.originals.readdir(exterior, 'utf8', true);
    const names = this.#names(directory);
    return [names, names.map((name) => this.#type(directory, name))];
  }

  /** A directory, or a link to one; null for everything else. */
  #child(above, exteriorAbove, name) {
    const at = above + SEPARATOR + name;
    const exterior = exteriorAbove === null ? exteriorOf(at) : path.join(exteriorAbove, name);
    if (exterior !== null) {
      const isDirectory = statSync(exterior, { throwIfNoEntry: false })?.isDirectory() === true;
      return isDirectory ? { directory: null, exterior, at } : null;
    }
    const directory = this.tree.directoryAt(at);
    return typeof directory === 'number' ? null : { directory, exterior, at };
  }
}

function joined(relative, name) {
  return relative === '' ? name : relative + SEPARATOR + name;
}

module.exports = { ListingCalls };
