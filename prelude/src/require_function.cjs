'use strict';

// The `require` that modules get which are compiled from cached data; Node makes all others.

const Module = require('node:module');
const hooksOfUser = require('./hooks_of_user.cjs');

const { isBuiltin } = Module;

/** The `require` of a module. */
function makeRequire(module) {
  function require(id) {
    return module.require(id);
  }
  require.resolve = function resolve(request, options) {
    if (typeof request !== 'string' || hooksOfUser.userHooksActive)
      return resolveLikeNode(module, request, options);
    if (request.startsWith('node:') && isBuiltin(request)) return request;
    return Module._resolveFilename(request, module, false, options);
  };
  require.resolve.paths = function paths(request) {
    if (typeof request !== 'string')
      return Module.createRequire(module.filename).resolve.paths(request);
    return Module._resolveLookupPaths(request, module);
  };
  // Not `=`: a setter that somebody put on Function.prototype must not be called.
  Object.defineProperty(require, 'main', {
    value: process.mainModule,
    writable: true,
    enumerable: true,
    configurable: true,
  });
  require.extensions = Module._extensions;
  require.cache = Module._cache;
  return require;
}

/** Through the hooks of the app, and for arguments that Node refuses. */
function resolveLikeNode(module, request, options) {
  return Module.createRequire(module.filename).resolve(request, options);
}

module.exports = { makeRequire };
