'use strict';

// Notices `module.registerHooks` and `module.register` of the app. From then on modules are loaded the way Node loads
// them, hook by hook, also when the hooks are gone: Node remembers what requests resolved to. Without hooks, the loader
// takes shorter ways.

const Module = require('node:module');
const { keepBytecodeForThreads } = require('./v8_options.cjs');

// For the loader itself.
const { registerHooks: registerOwnHooks } = Module;

let active = false;
let asynchronous = false;

/** @returns {() => void} undo */
function watchHooks() {
  const originals = { register: Module.register, registerHooks: Module.registerHooks };
  Module.registerHooks = function registerHooks(hooks) {
    active = true;
    return originals.registerHooks(hooks);
  };
  Module.register = function register(specifier, parentURL, options) {
    keepBytecodeForThreads();
    if (!asynchronous) originals.register(require('./hooks_thread.cjs').urlOfHooks());
    active = asynchronous = true;
    return originals.register(specifier, parentURL, options);
  };
  return () => Object.assign(Module, originals);
}

module.exports = {
  registerOwnHooks,
  watchHooks,
  /** Whether there are hooks in a thread, where the payload is mounted, too (hooks_thread.cjs). */
  get asyncHooksActive() {
    return asynchronous;
  },
  get userHooksActive() {
    return active;
  },
};
