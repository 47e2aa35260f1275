'use strict';

// The few functions of `fs` that do not go through the functions of its binding (see fs_patch.cjs): those that open
// directories, blobs, watchers, and what newer Nodes do as a job of several system calls.

const fs = require('node:fs');
const { binding } = require('./bindings.cjs');

/**
 * @param {import('./tree.cjs').Tree} tree
 * @param {Record<string, unknown>} calls the binding
 * @param {() => ReturnType<typeof import('./fs_inside.cjs').insideCalls>} load what does calls inside
 * @returns {{undo: () => void, beforeBuiltin: (id: string) => void}}
 */
function patchAboveBinding(tree, calls, load) {
  const undos = [];

  function replace(owner, name, replacementOf) {
    const original = owner[name];
    // Not every Node has all.
    if (original === undefined) return;
    owner[name] = dressedAs(original, replacementOf(original));
    undos.push(() => {
      owner[name] = original;
    });
  }

  /** Node loads some functions only when somebody asks for them; so does this. */
  function replaceWhenUsed(owner, name, replacementOf) {
    const property = Object.getOwnPropertyDescriptor(owner, name);
    if (property.get === undefined) {
      replace(owner, name, replacementOf);
      return;
    }
    undos.push(() => Object.defineProperty(owner, name, property));
    Object.defineProperty(owner, name, {
      ...property,
      get() {
        Object.defineProperty(owner, name, property);
        replace(owner, name, replacementOf);
        return owner[name];
      },
    });
  }

  replaceWhenUsed(fs, 'opendirSync', (original) => (given, options) => {
    const directory = require('./directory_handle.cjs').findDirectory(tree, load, given);
    return directory === null ? original(given, options) : directory.open(options);
  });
  replaceWhenUsed(fs, 'opendir', (original) => (given, options, callback) => {
    const { findDirectory, openLater } = require('./directory_handle.cjs');
    const directory = findDirectory(tree, load, given);
    const done = typeof options === 'function' ? options : callback;
    if (directory === null || typeof done !== 'function') return original(given, options, callback);
    return openLater(directory, options === done ? undefined : options, done);
  });
  for (const name of ['openAsBlob', 'openAsBlobSync']) {
    replace(
      fs,
      name,
      (original) => (given, options) =>
        require('./fs_blob.cjs').openAsBlob(tree, load, original, given, options),
    );
  }

  const watchers = [
    [binding('fs_event_wrap').FSEvent.prototype, 'startInside'],
    [calls.StatWatcher.prototype, 'startPollingInside'],
  ];
  for (const [prototype, name] of watchers) {
    const original = prototype.start;
    prototype.start = function start(given, ...rest) {
      return require('./fs_watchers.cjs')[name](tree, this, original, given, rest);
    };
    undos.push(() => {
      prototype.start = original;
    });
  }

  if (calls.ReadFileJob !== undefined) {
    undos.push(require('./fs_jobs.cjs').patchJobs(tree, calls, replace, load));
  }

  const promises = lazyPromises(replace);
  // What copies trees takes its functions from `fs.promises`, once.
  for (const name of ['cp', 'cpSync']) {
    replace(fs, name, (original) => (...args) => {
      promises.patch();
      return original(...args);
    });
  }
  undos.push(promises.undo);
  return {
    beforeBuiltin(id) {
      if (id === 'fs/promises' || id === 'node:fs/promises') promises.patch();
    },
    undo() {
      for (const undo of undos) undo();
    },
  };
}

/** A function that looks like another one. */
function dressedAs(original, replacement) {
  return Object.defineProperties(replacement, Object.getOwnPropertyDescriptors(original));
}

/** `fs.promises` takes longer to load than this whole loader, so it is patched when it is first used. */
function lazyPromises(replace) {
  const property = Object.getOwnPropertyDescriptor(fs, 'promises');
  let isPatched = false;
  function patch() {
    if (isPatched) return;
    isPatched = true;
    require('./fs_promises.cjs').patchPromises(property.get.call(fs), replace);
  }
  Object.defineProperty(fs, 'promises', {
    ...property,
    get() {
      patch();
      return property.get.call(fs);
    },
  });
  return { patch, undo: () => Object.defineProperty(fs, 'promises', property) };
}

module.exports = { patchAboveBinding };
