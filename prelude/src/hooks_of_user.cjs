'use strict';

// Notices `module.registerHooks` and `module.register` of the app. While there are such hooks, modules are loaded the
// way Node loads them, hook by hook; without, the loader takes shorter ways.

const Module = require('node:module');

let active = 0;

/** @returns {() => void} undo */
function watchHooks() {
  const originals = { register: Module.register, registerHooks: Module.registerHooks };
  Module.registerHooks = function registerHooks(hooks) {
    const handle = originals.registerHooks(hooks);
    active++;
    const deregister = handle.deregister;
    let registered = true;
    // The handle is frozen, so a view of it carries the counting `deregister`.
    return Object.create(handle, {
      deregister: {
        value() {
          if (registered) active--;
          registered = false;
          return deregister.call(handle);
        },
      },
    });
  };
  Module.register = function register(specifier, parentURL, options) {
    const result = originals.register(specifier, parentURL, options);
    active++;
    return result;
  };
  return () => Object.assign(Module, originals);
}

module.exports = {
  watchHooks,
  get userHooksActive() {
    return active > 0;
  },
};
