'use strict';

// Runs a file as `node <file>` does, wherever it is.

const Module = require('node:module');
const path = require('node:path');
const { FORMAT_MODULE } = require('./format.cjs');
const { runModuleEntryPoint } = require('./esm_hooks.cjs');
const { isInside } = require('./mount.cjs');
const { answerRealPathOnce } = require('./real_main_path.cjs');

/**
 * @param {import('./tree.cjs').Tree} tree
 * @param {string} file an absolute path, as the user gave it
 */
function runProgram(tree, file) {
  // The real path, if it is inside and there is one.
  const found = isInside(file) ? Module._findPath(path.resolve(file), null, true) : false;
  if (found && isModule(tree, found)) {
    runModuleEntryPoint(found);
    return;
  }
  if (found) answerRealPathOnce(found);
  Module.runMain(file);
}

function isModule(tree, file) {
  const entry = tree.fileEntry(file);
  return entry >= 0 && tree.payload.moduleFormat(entry) === FORMAT_MODULE;
}

module.exports = { runProgram };
