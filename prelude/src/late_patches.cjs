'use strict';

// What is patched when the app asks for it, and not before: most apps never do.

/**
 * @param {import('./tree.cjs').Tree} tree
 * @param {string} defaultEntryPoint
 * @param {(id: string) => void} beforeBuiltin what else is done before a built-in module is given out
 * @returns {(id: string) => void} both
 */
function patchLater(tree, defaultEntryPoint, beforeBuiltin) {
  function before(id) {
    switch (id) {
      case 'child_process':
      case 'node:child_process':
      case 'cluster':
      case 'node:cluster':
      // Runs files of tests in processes of their own.
      case 'node:test':
        require('./child_process_patch.cjs').patchChildProcess();
        break;
      case 'worker_threads':
      case 'node:worker_threads':
        require('./worker_patch.cjs').patchWorkers(tree, defaultEntryPoint);
        break;
      case 'v8':
      case 'node:v8':
        require('./v8_options.cjs').patchV8();
        break;
      default:
        beforeBuiltin(id);
    }
  }
  const original = process.getBuiltinModule;
  process.getBuiltinModule = function getBuiltinModule(id) {
    before(id);
    return original.call(process, id);
  };
  return before;
}

module.exports = { patchLater };
