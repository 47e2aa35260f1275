'use strict';

// Runs a file as `node <file>` does, wherever it is.

const Module = require('node:module');
const path = require('node:path');
const { FORMAT_MODULE } = require('./format.cjs');
const { runModuleEntryPoint } = require('./esm_hooks.cjs');
const { isInside } = require('./mount.cjs');

/**
 * @param {import('./tree.cjs').Tree} tree
 * @param {string} file an absolute path, as the user gave it
 */
function runProgram(tree, file) {
  const moduleFile = isInside(file) ? moduleAt(tree, file) : null;
  if (moduleFile !== null) runModuleEntryPoint(moduleFile);
  else Module.runMain(file);
}

/** The real path of an ES module; null if it is something else, or missing. */
function moduleAt(tree, file) {
  const found = Module._findPath(path.resolve(file), null, true);
  const entry = found ? tree.fileEntry(found) : -1;
  return entry >= 0 && tree.payload.moduleFormat(entry) === FORMAT_MODULE ? found : null;
}

module.exports = { runProgram };
