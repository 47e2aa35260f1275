'use strict';

// `openAsBlob` on files inside.

const path = require('node:path');
const { pathOfExecutable } = require('./executable.cjs');
const { checkSource } = require('./no_source.cjs');
const { lookup, notFound, placeOf } = require('./fs_places.cjs');

/**
 * @param {import('./tree.cjs').Tree} tree
 * @param {() => object} load what does calls inside
 * @param {Function} original `openAsBlob`, or its form that waits
 */
function openAsBlob(tree, load, original, given, options) {
  const shown = given instanceof URL && given.protocol === 'file:' ? toPath(given) : given;
  const place = placeOf(tree, shown);
  if (place === null) return original(given, options);
  if (place.elsewhere !== null) return original(place.elsewhere, options);
  const found = lookup(tree, place);
  if (typeof found === 'number') {
    return missing(
      () => original(path.join(pathOfExecutable(), 'missing'), options),
      (syscall) => notFound(found, place, syscall, shown),
    );
  }
  checkSource(tree.payload, found, 'open', shown);
  // Only so that it checks its arguments.
  const blob = original(pathOfExecutable(), options);
  const content = found.directory === null ? load().reading.payload.content(found.entry) : [];
  const ours = new Blob([content], { type: options?.type });
  return blob instanceof Promise ? Promise.resolve(ours) : ours;
}

/** What Node does of a file that is missing, which older ones give as a result; newer ones throw an error of a system call. */
function missing(operation, errorOf) {
  try {
    return operation();
  } catch (error) {
    throw error.syscall === undefined ? error : errorOf(error.syscall);
  }
}

function toPath(url) {
  return require('node:url').fileURLToPath(url);
}

module.exports = { openAsBlob };
