'use strict';
// Loads a `pkg.config.js` or the file of a hook as pkg does: CommonJS or an ES module, its default export if it has one.

const path = require('node:path');
const { pathToFileURL } = require('node:url');

async function loadConfig(root, plan) {
  const file = path.resolve(root, plan.prefix, plan.file);
  const loaded = await import(pathToFileURL(file).href);
  return loaded.default ?? loaded;
}

/** The function of a hook: what the file exports, or the member of that which the plan names. */
async function loadHook(root, plan) {
  let value = await loadConfig(root, plan);
  if (plan.member !== null) {
    // As in a configuration that is read: the keys themselves, or a `pkg` that has them.
    value = (value.pkg ?? value)[plan.member];
  }
  if (typeof value !== 'function') {
    const what = plan.member === null ? 'export a function' : `have a function \`${plan.member}\``;
    throw new Error(`\`${plan.file}\` has to ${what}, but it is ${value === null ? 'null' : typeof value}.`);
  }
  return value;
}

/** Ends this process as the work ends; work that can never end would otherwise look like success. */
function exitAfter(work) {
  process.exitCode = 1;
  const unsettled = () => process.stderr.write('It waits for a promise that nothing can settle any more.\n');
  process.once('beforeExit', unsettled);
  work.then((status) => {
    process.off('beforeExit', unsettled);
    process.exitCode = status ?? 0;
  });
}

exports.exitAfter = exitAfter;
exports.loadConfig = loadConfig;
exports.loadHook = loadHook;
