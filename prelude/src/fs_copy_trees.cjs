'use strict';

// What Node does of `cp` and `cpSync` in its binding, with a path inside. The rest of them is JavaScript that gets by with
// the other functions. Places may be null, for the real disk.

const fs = require('node:fs');
const path = require('node:path');
const { lookup, notFound, parentFailure } = require('./fs_places.cjs');
const { nodeError } = require('./node_errors.cjs');
const { systemError } = require('./system_errors.cjs');

// Before, links to follow were copied as links if they were not at the top.
const FOLLOWS_LINKS_BELOW = Number.parseInt(process.versions.node, 10) >= 26;

class CopyTreeCalls {
  /**
   * @param {import('./copy_out.cjs').CopyCalls} copying
   * @param {import('./fs_listing.cjs').ListingCalls} listing
   */
  constructor(copying, listing) {
    this.copying = copying;
    this.listing = listing;
    this.tree = copying.tree;
  }

  /**
   * What `cpSync` looks at before it begins. Like Node, it follows links if it should not, and the other way round; a link
   * that it does not follow counts as a directory.
   */
  cpSyncCheckPaths(place, destination, given, givenDestination, dereference, recursive) {
    const source = this.#look(place, given, dereference ? 'lstat' : 'stat');
    if (source === null) {
      const syscall = dereference ? 'stat' : 'lstat';
      if (place === null) throw systemError('ENOENT', syscall, given);
      throw notFound(lookup(this.tree, place), place, syscall, given);
    }
    const target = this.#look(destination, givenDestination, dereference ? 'lstat' : 'stat');
    const isDirectory = source.directory;
    if (target !== null) checkKinds(source, target, given, givenDestination);
    const prefix = `${given}${path.sep}`;
    if (`${givenDestination}`.startsWith(prefix)) {
      throw cpError(
        'ERR_FS_CP_EINVAL',
        `Cannot copy ${prefix} to a subdirectory of self ${givenDestination}`,
      );
    }
    if (isDirectory && !recursive) {
      throw cpError(
        'ERR_FS_EISDIR',
        `Recursive option not enabled, cannot copy a directory: ${prefix}`,
      );
    }
    if (target === null && destination === null) {
      fs.mkdirSync(path.dirname(String(givenDestination)), { recursive: true });
    }
  }

  /** @returns {{directory: boolean, identity: string} | null} */
  #look(place, given, syscall) {
    if (place === null) {
      const found = fs[`${syscall}Sync`](given, { bigint: true, throwIfNoEntry: false });
      if (found === undefined) return null;
      const directory = found.isDirectory() || found.isSymbolicLink();
      return { directory, identity: `${found.dev}:${found.ino}` };
    }
    const found = lookup(this.tree, place, syscall === 'stat');
    if (typeof found === 'number') return null;
    const directory = found.directory !== null || this.copying.reading.isLink(found);
    return { directory, identity: found.path };
  }

  cpSyncOverrideFile(place, destination, given, givenDestination, mode, preserveTimestamps) {
    if (destination !== null) throw systemError('EROFS', 'unlink', givenDestination);
    removeOne(givenDestination);
    this.copying.copyFile(place, null, given, givenDestination, mode);
    if (preserveTimestamps) this.#copyTimes(given, givenDestination);
  }

  #copyTimes(given, givenDestination) {
    const { atime, mtime } = fs.statSync(given);
    fs.utimesSync(givenDestination, atime, mtime);
  }

  cpSyncCopyDir(
    place,
    destination,
    given,
    givenDestination,
    force,
    dereference,
    errorOnExist,
    verbatimSymlinks,
    preserveTimestamps,
  ) {
    if (destination !== null) {
      const failure = parentFailure(this.tree, destination);
      if (failure !== 0) throw notFound(failure, destination, 'cp', givenDestination);
      throw systemError('EROFS', 'cp', givenDestination);
    }
    const options = { force, dereference, errorOnExist, verbatimSymlinks, preserveTimestamps };
    this.#copyDirectory(String(given), String(givenDestination), options);
  }

  #copyDirectory(source, target, options) {
    fs.mkdirSync(target, { recursive: true });
    for (const entry of fs.readdirSync(source, { withFileTypes: true })) {
      const from = path.join(source, entry.name);
      const to = path.join(target, entry.name);
      const follows = entry.isSymbolicLink() && options.dereference && FOLLOWS_LINKS_BELOW;
      const kind = follows ? fs.statSync(from) : entry;
      if (kind.isDirectory()) this.#copyDirectory(from, to, options);
      else if (kind.isSymbolicLink()) this.#copyLink(source, from, to, options);
      else this.#copyFile(from, to, options);
    }
    if (options.preserveTimestamps) this.#copyTimes(source, target);
  }

  #copyLink(directory, from, to, { verbatimSymlinks, ...options }) {
    const target = fs.readlinkSync(from);
    if (!makeRoom(to, options)) return;
    fs.symlinkSync(verbatimSymlinks ? target : path.resolve(directory, target), to);
  }

  #copyFile(from, to, options) {
    if (!makeRoom(to, options)) return;
    fs.copyFileSync(from, to);
    if (options.preserveTimestamps) this.#copyTimes(from, to);
  }
}

/** Removes a file or an empty directory. */
function removeOne(target) {
  try {
    if (fs.lstatSync(target).isDirectory()) fs.rmdirSync(target);
    else fs.unlinkSync(target);
  } catch (error) {
    throw systemError(error.code, 'unlink', target);
  }
}

/** Whether something may be written to a path, which is free then. */
function makeRoom(to, { force, errorOnExist }) {
  if (fs.lstatSync(to, { throwIfNoEntry: false }) === undefined) return true;
  if (force) {
    fs.unlinkSync(to);
    return true;
  }
  if (!errorOnExist) return false;
  throw cpError(
    'ERR_FS_CP_EEXIST',
    `[ERR_FS_CP_EEXIST]: Target already exists: cp returned EEXIST (${to} already exists)`,
  );
}

function checkKinds(source, target, given, givenDestination) {
  if (source.identity === target.identity) {
    throw cpError('ERR_FS_CP_EINVAL', `src and dest cannot be the same ${givenDestination}`);
  }
  if (source.directory && !target.directory) {
    throw cpError(
      'ERR_FS_CP_DIR_TO_NON_DIR',
      `Cannot overwrite non-directory ${givenDestination} with directory ${given}`,
    );
  }
  if (!source.directory && target.directory) {
    throw cpError(
      'ERR_FS_CP_NON_DIR_TO_DIR',
      `Cannot overwrite directory ${givenDestination} with non-directory ${given}`,
    );
  }
}

function cpError(code, message) {
  return nodeError(Error, code, message);
}

module.exports = { CopyTreeCalls };
