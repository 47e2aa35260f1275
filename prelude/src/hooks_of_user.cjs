'use strict';

// Notices `module.registerHooks` and `module.register` of the app. From then on modules are loaded the way Node loads
// them, hook by hook, also when the hooks are gone: Node remembers what requests resolved to. Without hooks, the loader
// takes shorter ways.

const Module = require('node:module');

// For the loader itself.
const { registerHooks: registerOwnHooks } = Module;

let active = false;

/** @returns {() => void} undo */
function watchHooks() {
  const originals = { register: Module.register, registerHooks: Module.registerHooks };
  Module.registerHooks = function registerHooks(hooks) {
    active = true;
    return originals.registerHooks(hooks);
  };
  Module.register = function register(specifier, parentURL, options) {
    refusePackaged(specifier, parentURL?.parentURL ?? parentURL);
    active = true;
    return originals.register(specifier, parentURL, options);
  };
  return () => Object.assign(Module, originals);
}

/** The thread in which Node runs such hooks is one that nothing can be mounted in beforehand. */
function refusePackaged(specifier, parentUrl) {
  const { INSIDE_URL } = require('./urls.cjs');
  const isRelative = /^\.\.?\//.test(specifier);
  const url = isRelative ? URL.parse(`${specifier}`, `${parentUrl}`)?.href : `${specifier}`;
  const isBare = !isRelative && !URL.canParse(url);
  if (!url?.startsWith(INSIDE_URL) && !(isBare && `${parentUrl}`.startsWith(INSIDE_URL))) return;
  throw new Error(
    `\`module.register\` cannot load the packaged \`${specifier}\`: its hooks run in a thread of Node.js that sees ` +
      'only files of the disk. Use `module.registerHooks`, whose hooks run where the app runs, or register hooks ' +
      'that are beside the executable, by their file URL.',
  );
}

module.exports = {
  registerOwnHooks,
  watchHooks,
  get userHooksActive() {
    return active;
  },
};
