'use strict';

// Watchers of paths inside. Nothing there ever changes, so they watch the executable and say nothing of it; with that,
// they keep the process alive, or do not, as every other watcher.

const path = require('node:path');
const { pathOfExecutable } = require('./executable.cjs');
const { lookup, numberOfFailure, placeOf } = require('./fs_places.cjs');

/** Starts a handle of `fs.watch`. @returns {number} 0, or the number of an error */
function startInside(tree, handle, original, given, rest) {
  const place = placeOf(tree, given);
  if (place === null) return original.call(handle, given, ...rest);
  if (place.elsewhere !== null) return original.call(handle, place.elsewhere, ...rest);
  const found = lookup(tree, place);
  if (typeof found === 'number') return numberOfFailure(found);
  handle.onchange = () => {};
  return original.call(handle, pathOfExecutable(), ...rest);
}

/** Starts a handle of `fs.watchFile`, which says once that a file is missing. */
function startPollingInside(tree, handle, original, given, rest) {
  const place = placeOf(tree, given);
  if (place === null) return original.call(handle, given, ...rest);
  if (place.elsewhere !== null) return original.call(handle, place.elsewhere, ...rest);
  if (typeof lookup(tree, place) === 'number') {
    return original.call(handle, path.join(pathOfExecutable(), 'missing'), ...rest);
  }
  handle.onchange = () => {};
  return original.call(handle, pathOfExecutable(), ...rest);
}

module.exports = { startInside, startPollingInside };
