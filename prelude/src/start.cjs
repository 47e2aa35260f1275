'use strict';

// From an open payload to the running app.

const Module = require('node:module');
const { FORMAT_MODULE } = require('./format.cjs');
const { DamagedExecutable } = require('./executable.cjs');
const { ROOT, SEPARATOR } = require('./mount.cjs');
const { silenceOwnWarning } = require('./compile.cjs');
const { patchCommonJs } = require('./cjs_loader.cjs');
const { patchEsm, runModuleEntryPoint } = require('./esm_hooks.cjs');
const { patchFs } = require('./fs_patch.cjs');
const { PackageResolver } = require('./resolver.cjs');
const { RequireResolver } = require('./require_resolver.cjs');
const { ImportResolver } = require('./import_resolver.cjs');
const { Tree } = require('./tree.cjs');
const { watchHooks } = require('./hooks_of_user.cjs');
const { setUpProcess } = require('./process_facts.cjs');

/** @param {import('./payload.cjs').Payload} payload */
function start(payload) {
  const tree = new Tree(payload);
  const entryPoint = pathOfEntry(payload, payload.entryPoint);
  const { beforeBuiltin } = patchFs(tree);
  const packages = new PackageResolver(tree);
  const requireResolver = new RequireResolver(tree, packages);
  const importResolver = new ImportResolver(tree, packages);
  patchEsm({ tree, importResolver, beforeBuiltin });
  patchCommonJs({ tree, requireResolver, beforeBuiltin });
  watchHooks();
  silenceOwnWarning();
  setUpProcess(entryPoint);
  if (payload.moduleFormat(payload.entryPoint) === FORMAT_MODULE) runModuleEntryPoint(entryPoint);
  else Module.runMain(entryPoint);
}

/** The path of an entry, from its place among those of all directories. */
function pathOfEntry(payload, entry) {
  if (entry >= payload.entryCount) throw new DamagedExecutable('its payload has no entry point');
  const parts = [];
  let number = directoryOf(payload, entry);
  let child = entry;
  while (number !== 0) {
    parts.push(payload.names(number)[child - payload.firstEntry(number)]);
    child = payload.ownEntry(number);
    number = payload.parent(number);
  }
  parts.push(payload.names(0)[child - payload.firstEntry(0)]);
  return [ROOT, ...parts.reverse()].join(SEPARATOR);
}

/** Directories are numbered in the order of their entries, so the right one can be found by halving. */
function directoryOf(payload, entry) {
  let low = 0;
  let high = payload.directoryCount - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (payload.firstEntry(middle) <= entry) low = middle;
    else high = middle - 1;
  }
  // Empty directories begin where the next one does.
  return low;
}

module.exports = { start };
