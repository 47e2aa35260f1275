'use strict';

// Parts of Node that no program can require, for the one thing that has no public way: giving V8 cached data of ES
// modules while Node's own loader links and runs them (docs/decisions/0006). Executables are started with
// `--expose-internals`; before anything of the app runs, Node is put back as it is without that option.

const Module = require('node:module');

const EXPOSE = '--expose-internals';
const INTERNAL_PREFIX = 'internal/';

// Loaded in every process, and nothing that an app could import.
const SOME_MODULE = 'internal/modules/helpers';

let BuiltinModule = null;

/** Whether this Node was started so that `requireInternal` works. To be asked after `closeInternals`. */
function haveInternals() {
  return BuiltinModule !== null;
}

/** Keeps the way in for the loader and closes it for everybody else. */
function closeInternals() {
  const helpers = process.getBuiltinModule(SOME_MODULE);
  if (helpers === undefined) return;
  BuiltinModule = helpers.loadBuiltinModule(SOME_MODULE).constructor;
  const allowed = [];
  for (const id of BuiltinModule.map.keys()) {
    if (!id.startsWith(INTERNAL_PREFIX) && BuiltinModule.canBeRequiredByUsers(id)) allowed.push(id);
  }
  BuiltinModule.setRealmAllowRequireByUsers([]);
  for (const id of allowed) BuiltinModule.allowRequireByUsers(id);
  Module.builtinModules = Object.freeze(
    Module.builtinModules.filter((id) => !id.startsWith(INTERNAL_PREFIX)),
  );
  process.execArgv = process.execArgv.filter((option) => option !== EXPOSE);
}

/** Node's class of built-in modules; null without `--expose-internals`. */
function builtinModuleClass() {
  return BuiltinModule;
}

/** The exports of a built-in module by its id, e.g. `internal/modules/esm/loader`. */
function requireInternal(id) {
  return BuiltinModule.map.get(id).compileForInternalLoader();
}

/** The class of all module records that Node links. */
function moduleWrap() {
  return BuiltinModule.map.get(SOME_MODULE).getESMFacade().constructor;
}

module.exports = { EXPOSE, builtinModuleClass, closeInternals, haveInternals, moduleWrap, requireInternal };
