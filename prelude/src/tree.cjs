'use strict';

// Finds paths in the payload. Directories are decoded when something in them is looked up; a directory that is
// reached through symlinks is remembered by the path it was reached by, so links cost once, however many there are.

const path = require('node:path');
const format = require('./format.cjs');
const { ROOT, SEPARATOR } = require('./mount.cjs');

const MISSING = -1;
const NOT_A_DIRECTORY = -2;
const TOO_MANY_LINKS = -3;

const MAXIMUM_LINKS = 40;
// Targets of links that go up from something else than the directory of the link, or end in a separator: what they go
// through has to be looked up. No package manager writes such.
const WINDING = /[^./\\]+[\\/]+(?:\.\.(?:[\\/]|$)|$)/;

class Directory {
  constructor(payload, number, realPath) {
    this.payload = payload;
    this.number = number;
    this.path = realPath;
    this.entry = payload.ownEntry(number);
    this.children = null;
    // What the module resolver knows about the package.json in here.
    this.packageConfig = undefined;
  }

  /** The entry of a name, or undefined. */
  find(name) {
    return (this.children ?? this.#decode()).get(name);
  }

  names() {
    return (this.children ?? this.#decode()).keys();
  }

  #decode() {
    let entry = this.payload.firstEntry(this.number);
    const children = new Map();
    for (const name of this.payload.names(this.number)) children.set(name, entry++);
    this.children = children;
    return children;
  }
}

class Tree {
  /** @param {import('./payload.cjs').Payload} payload */
  constructor(payload) {
    this.payload = payload;
    this.byNumber = new Map();
    this.root = this.#directory(0, ROOT);
    this.byPath = new Map([[ROOT, this.root]]);
    // How many links the paths of `byPath` go through that go through any: what follows may not make it too many.
    this.linksByPath = new Map();
  }

  /**
   * The directory at a normalized inside path, through symlinks; or a negative number that says why there is none.
   * `links` is how many were followed before.
   */
  directoryAt(normalized, links = 0) {
    if (links > 0) return this.#findDirectory(normalized, links);
    return this.byPath.get(normalized) ?? this.#findDirectory(normalized, 0);
  }

  /** How many links the way to a directory goes through, which has been found by that path. */
  linksTo(normalized) {
    return this.linksByPath.get(normalized) ?? 0;
  }

  /**
   * What is at a normalized inside path: `{entry, path, directory, links}`, where `path` is the real path and `directory` is
   * null for a file, or a negative number that says why there is nothing. `links` is how many were followed before.
   */
  lookup(normalized, followLast = true, links = 0) {
    return this.#lookup(normalized, followLast, links);
  }

  /** The entry of a file whose real path this is, or MISSING. The fast way for paths that came from a lookup. */
  fileEntry(realPath) {
    const at = realPath.lastIndexOf(SEPARATOR);
    const parent = this.directoryAt(realPath.slice(0, at));
    if (typeof parent === 'number') return MISSING;
    const entry = parent.find(realPath.slice(at + 1));
    return entry !== undefined && this.payload.kind(entry) === format.KIND_FILE ? entry : MISSING;
  }

  /** The nearest directory with a package.json at or above a directory, or null. */
  packageScope(directory) {
    const number = this.payload.scope(directory.number);
    if (number === format.NOTHING) return null;
    // Scopes are above, so their path is a prefix: cut parts until the number is right.
    let found = directory;
    while (found.number !== number) {
      found = this.directoryAt(found.path.slice(0, found.path.lastIndexOf(SEPARATOR)));
    }
    return found;
  }

  #directory(number, realPath) {
    let directory = this.byNumber.get(number);
    if (directory === undefined) {
      directory = new Directory(this.payload, number, realPath);
      this.byNumber.set(number, directory);
    }
    return directory;
  }

  #findDirectory(normalized, links) {
    const known = this.byPath.get(normalized);
    if (known !== undefined) {
      return links + this.linksTo(normalized) > MAXIMUM_LINKS ? TOO_MANY_LINKS : known;
    }
    const at = normalized.lastIndexOf(SEPARATOR);
    // A link may lead out of the mount point when another link was followed on the way.
    if (at < ROOT.length) return MISSING;
    const above = normalized.slice(0, at);
    const parent = this.#findDirectory(above, links);
    if (typeof parent === 'number') return parent;
    const name = normalized.slice(at + 1);
    const entry = parent.find(name);
    if (entry === undefined) return MISSING;
    const found = this.#enter(parent, name, entry, links + this.linksTo(above));
    if (typeof found === 'number') return found;
    if (found.directory === null) return NOT_A_DIRECTORY;
    this.byPath.set(normalized, found.directory);
    if (found.links > links) this.linksByPath.set(normalized, found.links - links);
    return found.directory;
  }

  #lookup(normalized, followLast, links) {
    const known = this.byPath.get(normalized);
    if (known !== undefined && (followLast || known.path === normalized)) {
      const total = links + this.linksTo(normalized);
      if (total > MAXIMUM_LINKS) return TOO_MANY_LINKS;
      return { entry: known.entry, path: known.path, directory: known, links: total };
    }
    const at = normalized.lastIndexOf(SEPARATOR);
    if (at < ROOT.length) return MISSING;
    const above = normalized.slice(0, at);
    const parent = this.#findDirectory(above, links);
    if (typeof parent === 'number') return parent;
    const name = normalized.slice(at + 1);
    const entry = parent.find(name);
    if (entry === undefined) return MISSING;
    const total = links + this.linksTo(above);
    if (!followLast && this.payload.kind(entry) === format.KIND_SYMLINK) {
      return { entry, path: parent.path + SEPARATOR + name, directory: null, links: total };
    }
    return this.#enter(parent, name, entry, total);
  }

  /** What an entry of a directory is in the end. */
  #enter(parent, name, entry, links) {
    const realPath = parent.path + SEPARATOR + name;
    switch (this.payload.kind(entry)) {
      case format.KIND_DIRECTORY:
        return {
          entry,
          path: realPath,
          directory: this.#directory(this.payload.directoryNumber(entry), realPath),
          links,
        };
      case format.KIND_SYMLINK:
        if (links >= MAXIMUM_LINKS) return TOO_MANY_LINKS;
        return this.#follow(parent, this.payload.target(entry), links + 1);
      default:
        return { entry, path: realPath, directory: null, links };
    }
  }

  /** What the target of a link in a directory is in the end. */
  #follow(parent, target, links) {
    if (!WINDING.test(target)) return this.#lookup(path.join(parent.path, target), true, links);
    let at = parent.path;
    let total = links;
    for (const part of target.split(/[\\/]/)) {
      const directory = this.#findDirectory(at, total);
      if (typeof directory === 'number') return directory;
      if (part === '..') {
        total += this.linksTo(at);
        at = path.dirname(directory.path);
      } else if (part !== '' && part !== '.') {
        at += SEPARATOR + part;
      }
    }
    return this.#lookup(at, true, total);
  }
}

module.exports = { MISSING, NOT_A_DIRECTORY, TOO_MANY_LINKS, Directory, Tree };
