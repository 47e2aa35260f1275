'use strict';

// `process.pkg.mount`: paths inside that stand for paths on the real disk.

const path = require('node:path');
const { SEPARATOR, isInside } = require('./mount.cjs');
const { nodeError } = require('./node_errors.cjs');

/** @type {{interior: string | RegExp, exterior: string | ((path: string) => string)}[]} */
const mounts = [];

/**
 * Serves paths inside from the real disk. A string stands for itself and all below; a regular expression is replaced
 * in the path as by `String.prototype.replace`.
 * @param {string | RegExp} interior
 * @param {string | ((path: string) => string)} exterior
 */
function mountExterior(interior, exterior) {
  const isPattern = interior instanceof RegExp;
  if (!isPattern && (typeof interior !== 'string' || !isInside(path.resolve(interior)))) {
    throw wrong('interior', 'a path below the snapshot root or a regular expression', interior);
  }
  if (typeof exterior !== 'string' && typeof exterior !== 'function') {
    throw wrong('exterior', 'a path or a function that makes one', exterior);
  }
  mounts.push({ interior: isPattern ? interior : path.resolve(interior), exterior });
}

function wrong(name, expected, given) {
  return nodeError(
    TypeError,
    'ERR_INVALID_ARG_VALUE',
    `The argument '${name}' of process.pkg.mount must be ${expected}. Received ${require('node:util').inspect(given)}`,
  );
}

/**
 * The path on the real disk that a normalized path inside stands for; null if it stands for itself.
 * The last mount that fits counts, so that a later one can refine an earlier one.
 */
function exteriorOf(normalized) {
  for (let index = mounts.length - 1; index >= 0; index--) {
    const { interior, exterior } = mounts[index];
    const found =
      typeof interior === 'string'
        ? belowString(normalized, interior, exterior)
        : belowPattern(normalized, interior, exterior);
    if (found !== null) return path.resolve(found);
  }
  return null;
}

function belowString(normalized, interior, exterior) {
  if (normalized !== interior && !normalized.startsWith(interior + SEPARATOR)) return null;
  return typeof exterior === 'function'
    ? exterior(normalized)
    : exterior + normalized.slice(interior.length);
}

function belowPattern(normalized, interior, exterior) {
  // `search` starts at the beginning, whatever was matched before.
  return normalized.search(interior) === -1 ? null : normalized.replace(interior, exterior);
}

/** The names of mounts in a directory, which listings show beside its own. */
function mountsIn(directory) {
  return mounts.length === 0
    ? []
    : mounts
        .filter(
          ({ interior }) => typeof interior === 'string' && path.dirname(interior) === directory,
        )
        .map(({ interior }) => path.basename(interior));
}

module.exports = { exteriorOf, mountExterior, mountsIn };
