'use strict';

// From an open payload to the running app.

const { endDamaged } = require('./damage.cjs');
const { ROOT, SEPARATOR } = require('./mount.cjs');
const { silenceOwnWarning } = require('./compile.cjs');
const { patchCommonJs } = require('./cjs_loader.cjs');
const { patchEsm } = require('./esm_hooks.cjs');
const { patchFs } = require('./fs_patch.cjs');
const { PackageResolver } = require('./resolver.cjs');
const { RequireResolver } = require('./require_resolver.cjs');
const { ImportResolver } = require('./import_resolver.cjs');
const { ModuleCompiler } = require('./esm_compile.cjs');
const { closeInternals } = require('./internals.cjs');
const { Tree } = require('./tree.cjs');
const { watchHooks } = require('./hooks_of_user.cjs');
const { readDecision } = require('./node_options_variable.cjs');
const { setUpProcess } = require('./process_facts.cjs');
const { runProgram } = require('./program.cjs');
const { patchLater } = require('./late_patches.cjs');
const { patchDlopen } = require('./native_addons.cjs');

/**
 * Makes Node work on a payload.
 * @param {import('./payload.cjs').Payload} payload
 * @param {typeof patchEsm} patchImports
 * @returns {{tree: Tree, defaultEntryPoint: string, importResolver: ImportResolver, moduleCompiler: ModuleCompiler}}
 */
function mount(payload, patchImports = patchEsm) {
  readDecision(payload);
  closeInternals();
  const tree = new Tree(payload);
  const defaultEntryPoint = pathOfEntry(payload, payload.entryPoint);
  const beforeBuiltin = patchLater(tree, defaultEntryPoint, patchFs(tree).beforeBuiltin);
  const packages = new PackageResolver(tree);
  const requireResolver = new RequireResolver(tree, packages);
  const importResolver = new ImportResolver(tree, packages);
  const moduleCompiler = new ModuleCompiler(payload);
  patchImports({ tree, importResolver, moduleCompiler, beforeBuiltin });
  patchCommonJs({ tree, requireResolver, moduleCompiler, beforeBuiltin });
  patchDlopen(tree);
  watchHooks();
  silenceOwnWarning();
  return { tree, defaultEntryPoint, importResolver, moduleCompiler };
}

/** @param {import('./payload.cjs').Payload} payload */
function start(payload) {
  const { tree, defaultEntryPoint } = mount(payload);
  const { DEBUG_PKG } = process.env;
  if (DEBUG_PKG && payload.metadata.debug === 'true') {
    require('./debug_listing.cjs').showPayload(tree, DEBUG_PKG);
  }
  if (process.env.PKG_EXECPATH !== undefined) {
    const { readCommandLine } = require('./child_start.cjs');
    const program = isStandIn() ? readCommandLine() : null;
    if (program !== null) {
      startProgram(tree, program, defaultEntryPoint);
      return;
    }
  }
  // In a SEA, argv[1] repeats the executable, and what the user gave follows.
  process.argv[1] = defaultEntryPoint;
  setUpProcess(defaultEntryPoint, defaultEntryPoint);
  runProgram(tree, defaultEntryPoint);
}

/** Whether a packaged app started this executable to do what `node` would do. */
function isStandIn() {
  const { PKG_EXECPATH } = process.env;
  delete process.env.PKG_EXECPATH;
  return PKG_EXECPATH === process.execPath || PKG_EXECPATH === 'PKG_INVOKE_NODEJS';
}

function startProgram(tree, program, defaultEntryPoint) {
  const { runCode, runWithPreloads } = require('./child_start.cjs');
  setUpProcess(program.script ?? defaultEntryPoint, defaultEntryPoint);
  runWithPreloads(program.preloads, defaultEntryPoint, () =>
    program.script === undefined ? runCode(program) : runProgram(tree, program.script),
  );
}

/** The path of an entry, from its place among those of all directories. */
function pathOfEntry(payload, entry) {
  if (entry >= payload.entryCount) endDamaged('its payload has no entry point');
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

module.exports = { mount, start };
