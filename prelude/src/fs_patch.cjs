'use strict';

// Makes `fs` see the inside. All of `fs` goes through one object, Node's file system binding: one function of it for
// each system call. Those are replaced by ones that look at the path, or the descriptor, first; everything that is not
// inside goes to the original, arguments and all. So what Node does above system calls, it does inside too: checks of
// arguments, encodings, streams, handles, promises. docs/concepts/virtual-file-system.md says more.

const { binding } = require('./bindings.cjs');
const { Descriptors } = require('./descriptors.cjs');
const { isAboveRoot } = require('./mount.cjs');
const { patchAboveBinding } = require('./fs_patch_above.cjs');
const { placeOf } = require('./fs_places.cjs');

// Functions of one path, and those that fail on all of them.
const READING = [
  'access',
  'existsSync',
  'internalModuleStat',
  'lstat',
  'open',
  'openFileHandle',
  'readdirRecursive',
  'readlink',
  'realpath',
  'stat',
  'statfs',
];
const REFUSED = [
  'chmod',
  'chown',
  'lchown',
  'lutimes',
  'mkdir',
  'rmSync',
  'rmdir',
  'unlink',
  'utimes',
];
// Functions of two paths.
const COPYING = ['copyFile', 'cpSyncCheckPaths', 'cpSyncCopyDir', 'cpSyncOverrideFile'];
const REFUSED_OF_TWO_PATHS = ['link', 'rename', 'symlink'];
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
  'readBuffers',
  'writeBuffer',
  'writeBuffers',
  'writeString',
];
// Functions of a path or a descriptor.
const EITHER = ['readFileUtf8', 'writeFileUtf8'];
// Replaced elsewhere in the loader, or not to be: classes, constants, and what only module loaders call.
const OTHERS = [
  'getFormatOfExtensionlessFile',
  'legacyMainResolve',
  'CpDirJob',
  'FSReqCallback',
  'FileHandle',
  'ReadFileJob',
  'StatWatcher',
  'WriteFileJob',
  'bigintStatFsValues',
  'bigintStatValues',
  'kFsStatsFieldsNumber',
  'kUsePromises',
  'statFsValues',
  'statValues',
];

/** All that is replaced in Node's binding. */
const REPLACED = [
  ...READING,
  ...REFUSED,
  ...COPYING,
  ...REFUSED_OF_TWO_PATHS,
  ...DESCRIPTORS,
  ...EITHER,
  'mkdtemp',
  'readdir',
];

/**
 * @param {import('./tree.cjs').Tree} tree
 * @returns {{undo: () => void, beforeBuiltin: (id: string) => void}}
 */
function patchFs(tree) {
  const calls = binding('fs');
  const originals = Object.create(null);
  for (const name of REPLACED) if (calls[name] !== undefined) originals[name] = calls[name];
  const descriptors = new Descriptors(tree.payload);

  // Most apps that look at their files at all only read them: the rest is loaded when it is called.
  let inside = null;
  const load = () => {
    inside ??= require('./fs_inside.cjs').insideCalls(tree, descriptors, originals);
    return inside;
  };

  function replace(name, replacement) {
    // Not every Node has all.
    if (originals[name] !== undefined) calls[name] = replacement;
  }

  for (const name of [...READING, ...REFUSED]) {
    const original = originals[name];
    replace(name, (given, ...rest) => {
      const place = placeOf(tree, given);
      if (place === null) return original(given, ...rest);
      if (place.elsewhere !== null) return original(place.elsewhere, ...rest);
      return load().ofPath(name, place, given, rest);
    });
  }
  for (const name of DESCRIPTORS) {
    const original = originals[name];
    replace(name, (descriptor, ...rest) => {
      const file = descriptors.get(descriptor);
      if (file === undefined) return original(descriptor, ...rest);
      return load().ofDescriptor(name, file, descriptor, rest);
    });
  }
  for (const name of EITHER) {
    const original = originals[name];
    replace(name, (given, ...rest) => {
      if (typeof given === 'number') {
        const file = descriptors.get(given);
        if (file === undefined) return original(given, ...rest);
        return load().ofDescriptor(name, file, given, rest);
      }
      const place = placeOf(tree, given);
      if (place === null) return original(given, ...rest);
      if (place.elsewhere !== null) return original(place.elsewhere, ...rest);
      return load().ofPath(name, place, given, rest);
    });
  }
  for (const name of [...COPYING, ...REFUSED_OF_TWO_PATHS]) {
    const original = originals[name];
    replace(name, (given, givenDestination, ...rest) => {
      // The target of a link is only text.
      const place = name === 'symlink' ? null : placeOf(tree, given);
      const destination = placeOf(tree, givenDestination);
      if (place === null && destination === null) return original(given, givenDestination, ...rest);
      return load().ofTwoPaths(name, [place, destination], [given, givenDestination], rest);
    });
  }
  replace('readdir', (given, ...rest) => {
    const place = placeOf(tree, given);
    if (place !== null && place.elsewhere === null) {
      return load().ofPath('readdir', place, given, rest);
    }
    const real = place === null ? given : place.elsewhere;
    return isAboveRoot(real)
      ? load().ofDirectoryAboveRoot(real, rest)
      : originals.readdir(real, ...rest);
  });
  replace('mkdtemp', (prefix, ...rest) => {
    const place = placeOf(tree, withSixMore(prefix));
    if (place === null) return originals.mkdtemp(prefix, ...rest);
    if (place.elsewhere !== null) return originals.mkdtemp(place.elsewhere.slice(0, -6), ...rest);
    return load().ofPath('mkdtemp', place, withSixMore(prefix), rest);
  });

  const above = patchAboveBinding(tree, calls, load);
  return {
    beforeBuiltin: above.beforeBuiltin,
    undo() {
      above.undo();
      Object.assign(calls, originals);
    },
  };
}

/** The path of a directory that `mkdtemp` would make. */
function withSixMore(prefix) {
  return typeof prefix === 'string'
    ? `${prefix}XXXXXX`
    : Buffer.concat([prefix, Buffer.from('XXXXXX')]);
}

module.exports = { OTHERS, REPLACED, patchFs };
