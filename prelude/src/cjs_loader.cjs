'use strict';

// Makes Node's CommonJS loader work on the payload, at the places where programs patch it too: Module._load,
// Module._resolveFilename, Module._findPath, Module._extensions and Module.prototype._compile. What has nothing to do
// with files of the payload goes to Node's own functions unchanged.

const Module = require('node:module');
const path = require('node:path');
const { isProxy } = require('node:util').types;
const executing = require('./executing.cjs');
const format = require('./format.cjs');
const hooksOfUser = require('./hooks_of_user.cjs');
const { compileStripped, compileWrapper } = require('./compile.cjs');
const { ROOT, SEPARATOR, isInside, resolve } = require('./mount.cjs');
const { makeRequire } = require('./require_function.cjs');
const { packageOf } = require('./resolver.cjs');
const { toUrl } = require('./urls.cjs');

const { isBuiltin } = Module;
const { getBuiltinModule } = process;
// Taken before programs replace it, and called like Node does: its name is in traces.
const { parse } = JSON;

const INSIDE_PREFIX = ROOT + SEPARATOR;
const DOT = 46;

/** The names that are replaced, for tests and for whoever wonders. */
const PATCHED = ['_load', '_resolveFilename', '_findPath'];
const PATCHED_EXTENSIONS = ['.js', '.json'];

/**
 * @param {object} runtime
 * @param {import('./tree.cjs').Tree} runtime.tree
 * @param {import('./require_resolver.cjs').RequireResolver} runtime.requireResolver
 * @param {import('./esm_compile.cjs').ModuleCompiler} runtime.moduleCompiler
 * @param {(id: string) => void} runtime.beforeBuiltin called before a built-in module is given out
 * @returns {() => void} undo
 */
function patchCommonJs({ tree, requireResolver, moduleCompiler, beforeBuiltin }) {
  const { payload } = tree;
  const originals = {
    ...Object.fromEntries(PATCHED.map((name) => [name, Module[name]])),
    extensions: { ...Module._extensions },
    compile: Module.prototype._compile,
    nodeModulePaths: Module._nodeModulePaths,
    resolveLookupPaths: Module._resolveLookupPaths,
    wrap: Module.wrap,
    wrapper: [...Module.wrapper],
  };

  // What requests from a folder resolved to. As in Node, it is used only while the module is in Module._cache.
  const resolvedFrom = new Map();
  const searchPathsOf = new Map();
  // All that are in these: Node makes normalized paths from one.
  const normalized = new Set();
  // Modules that were required by what they require themselves.
  const circular = new Set();
  // The script that the extension handler gives to _compile.
  let pending = null;

  Module._load = function _load(request, parent, isMain, options) {
    if (
      isMain ||
      options !== undefined ||
      typeof parent?.filename !== 'string' ||
      !parent.filename.startsWith(INSIDE_PREFIX) ||
      hooksOfUser.userHooksActive
    ) {
      if (isBuiltin(request)) beforeBuiltin(request);
      return originals._load.call(this, request, parent, isMain, options);
    }
    let resolved = resolvedFrom.get(parent.path);
    if (resolved === undefined) resolvedFrom.set(parent.path, (resolved = new Map()));
    let filename = resolved.get(request);
    let cached = filename === undefined ? undefined : Module._cache[filename];
    if (cached === undefined) {
      if (request.charCodeAt(0) !== DOT && (isBuiltin(request) || request.startsWith('node:'))) {
        return loadBuiltin(this, request, parent);
      }
      filename = findRelative(request, parent) || Module._resolveFilename(request, parent, false);
      if (!filename.startsWith(INSIDE_PREFIX))
        return originals._load.call(this, request, parent, isMain, options);
      resolved.set(request, filename);
      cached = Module._cache[filename];
    }
    if (cached !== undefined) {
      if (!cached.loaded) {
        // Node gives out unfinished exports, with a warning for names that they do not have yet.
        circular.add(filename);
        return originals._load.call(this, request, parent, isMain, options);
      }
      const { children } = parent;
      if (children && !children.includes(cached)) children.push(cached);
      return cached.exports;
    }
    // No function of its own: traces have a limited number of frames, and should lose no more of them than in Node.
    const module = new Module(filename, parent);
    Module._cache[filename] = module;
    if (Module._nodeModulePaths === originals.nodeModulePaths)
      module.paths = searchPaths(module.path);
    let finished = false;
    try {
      module.load(filename);
      finished = true;
    } finally {
      if (!finished) forget(module, parent);
    }
    if (circular.size > 0 && circular.delete(filename)) stopWarning(module.exports);
    return module.exports;
  };

  function loadBuiltin(receiver, request, parent) {
    beforeBuiltin(request);
    // Programs put replacements of built-in modules into the cache, where Node looks first too.
    if (Module._cache[request] !== undefined)
      return originals._load.call(receiver, request, parent, false);
    return getBuiltinModule(request) ?? originals._load.call(receiver, request, parent, false);
  }

  /** What Module._resolveFilename would find, unless the app has its own. */
  function findRelative(request, parent) {
    return (
      request.charCodeAt(0) === DOT &&
      Module._resolveFilename === resolveFilename &&
      Module._findPath === findPath &&
      requireResolver.findRelative(parent.path, request)
    );
  }

  /** The `paths` of the modules of a folder: computed once, but each module may change its own. */
  function searchPaths(folder) {
    let paths = searchPathsOf.get(folder);
    if (paths === undefined) {
      searchPathsOf.set(folder, (paths = Module._nodeModulePaths(folder)));
      for (const searched of paths) normalized.add(searched);
    }
    return paths.slice();
  }

  const resolveFilename = function _resolveFilename(request, parent, isMain, options) {
    const from = parent?.filename;
    const fromInside = typeof from === 'string' && isInside(from);
    if (
      (!fromInside &&
        !(
          typeof request === 'string' &&
          path.isAbsolute(request) &&
          isInside(resolve(request))
        )) ||
      isBuiltin(request)
    ) {
      return originals._resolveFilename.call(this, request, parent, isMain, options);
    }
    const conditions = options?.conditions;
    if (
      options?.paths === undefined &&
      request.charCodeAt(0) === DOT &&
      fromInside &&
      Module._resolveLookupPaths === originals.resolveLookupPaths
    ) {
      const found = Module._findPath(request, [path.dirname(from)], isMain, conditions);
      if (found) return found;
    } else {
      if (fromInside) {
        const own =
          request[0] === '#'
            ? requireResolver.resolveImports(request, from, conditions)
            : requireResolver.resolveSelf(request, from, conditions);
        if (own !== undefined) return own;
      }
      if (options?.paths !== undefined) {
        return originals._resolveFilename.call(this, request, parent, isMain, options);
      }
      const found = Module._findPath(
        request,
        Module._resolveLookupPaths(request, parent),
        isMain,
        conditions,
      );
      if (found) return found;
    }
    try {
      // With nowhere to look, Node's function does nothing but throw its error, with the chain of requiring modules.
      return originals._resolveFilename.call(this, request, parent, isMain, { paths: [] });
    } catch (error) {
      // Its stack is not made yet, and will have the whole message.
      if (fromInside && error.code === 'MODULE_NOT_FOUND')
        error.message += require('./missing_modules.cjs').hintForRequest(tree, request, parent);
      throw error;
    }
  };

  Module._resolveFilename = resolveFilename;

  const findPath = function _findPath(request, paths, isMain, conditions) {
    if (path.isAbsolute(request)) {
      return isInside(resolve(request))
        ? requireResolver.findIn('', request, conditions)
        : originals._findPath.call(this, request, paths, isMain, conditions);
    }
    if (!paths || paths.length === 0) return false;
    for (const folder of paths) {
      const resolvedFolder =
        typeof folder !== 'string' || normalized.has(folder) ? folder : path.resolve(folder);
      const found =
        typeof folder === 'string' && isInside(resolvedFolder)
          ? requireResolver.findIn(resolvedFolder, request, conditions) ||
            findOutside(resolvedFolder, request, isMain)
          : originals._findPath.call(this, request, [folder], isMain, conditions);
      if (found) return found;
    }
    return false;
  };

  Module._findPath = findPath;

  /** A relative request may lead out of the mount point, to the real disk. */
  function findOutside(folder, request, isMain) {
    if (!request.startsWith('..')) return false;
    const target = path.resolve(folder, request);
    return isInside(target) ? false : originals._findPath.call(Module, target, null, isMain);
  }

  Module._extensions['.js'] = function js(module, filename) {
    const entry =
      filename.startsWith(INSIDE_PREFIX) && !hooksOfUser.userHooksActive
        ? tree.fileEntry(filename)
        : -1;
    if (entry < 0) {
      executing.markRunning(originals.compile);
      return originals.extensions['.js'].call(this, module, filename);
    }
    if (payload.isModuleCode(entry)) {
      executing.markRunning(originals.compile);
      const source = payload.source(entry);
      if (process.features.require_module === false) {
        const declared = nodeFormat(tree, entry, filename);
        if (declared?.startsWith('module')) throw refuse(module, filename);
        // What only its syntax shows to be an ES module does not parse then.
        return originals.compile.call(module, mapped(source, filename), filename, declared);
      }
      moduleCompiler.expect(entry, toUrl(filename), source);
      const isMapped = process.sourceMapsEnabled && !payload.isStripped(entry);
      return module._compile(isMapped ? mapped(source, filename) : source, filename, 'module');
    }
    const { source, wrapped, cachedData } = payload.script(entry);
    if (cachedData === undefined && module._compile === compileScript) {
      executing.markRunning(originals.compile);
      const formatOfFile = nodeFormat(tree, entry, filename);
      if (formatOfFile?.startsWith('module') && process.features.require_module === false)
        throw refuse(module, filename);
      return originals.compile.call(module, mapped(source, filename), filename, formatOfFile);
    }
    pending = { source, filename, wrapped, cachedData, isStripped: payload.isStripped(entry) };
    return module._compile(source, filename, nodeFormat(tree, entry, filename));
  };

  /** The error for an ES module that `require` may not load. */
  function refuse(module, filename) {
    const { requireOfModule } = require('./node_errors.cjs');
    const pkg = filename.endsWith('.js') ? packageOf(tree, filename) : null;
    return requireOfModule(filename, module.parent?.filename, pkg?.path);
  }

  Module._extensions['.json'] = function json(module, filename) {
    const entry =
      filename.startsWith(INSIDE_PREFIX) && !hooksOfUser.userHooksActive
        ? tree.fileEntry(filename)
        : -1;
    if (entry < 0) return originals.extensions['.json'].call(this, module, filename);
    const text = payload.text(entry);
    try {
      module.exports = parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
    } catch (error) {
      error.message = `${filename}: ${error.message}`;
      throw error;
    }
  };

  const compileScript = (Module.prototype._compile = function _compile(
    content,
    filename,
    formatOfContent,
  ) {
    const script = pending ?? strippedScript(filename);
    pending = null;
    if (
      script === null ||
      script.cachedData === undefined ||
      script.filename !== filename ||
      // Where the source is for this thread to load (hooks_thread.cjs), Node has none.
      (script.source !== content && !(script.isStripped && content == null)) ||
      ((process.sourceMapsEnabled || !hasNodeWrapper()) && !script.isStripped)
    ) {
      return originals.compile.call(this, mapped(content, filename), filename, formatOfContent);
    }
    const compile = script.isStripped ? compileStripped : compileWrapper;
    const wrapper = compile(script.wrapped, filename, script.cachedData);
    const { exports } = this;
    const depth = executing.enter(this);
    const result = wrapper.call(
      exports,
      exports,
      makeRequire(this),
      this,
      filename,
      path.dirname(filename),
    );
    executing.leave(this, depth);
    return result;
  });

  /** With the source map in it, if they are enabled. */
  function mapped(content, filename) {
    return process.sourceMapsEnabled &&
      typeof content === 'string' &&
      filename.startsWith(INSIDE_PREFIX)
      ? require('./source_maps.cjs').inlineSourceMap(tree, content, filename)
      : content;
  }

  /** A script without source, which hooks of the app bring here on their own way. */
  function strippedScript(filename) {
    const entry =
      typeof filename === 'string' && filename.startsWith(INSIDE_PREFIX)
        ? tree.fileEntry(filename)
        : -1;
    return entry >= 0 && payload.isStripped(entry) && !payload.isModuleCode(entry)
      ? { filename, isStripped: true, ...payload.script(entry) }
      : null;
  }

  /** Programs may put something into the wrapper; cached data is of the original. */
  function hasNodeWrapper() {
    const { wrap, wrapper } = Module;
    return (
      wrap === originals.wrap &&
      wrapper[0] === originals.wrapper[0] &&
      wrapper[1] === originals.wrapper[1]
    );
  }

  return function undo() {
    for (const name of PATCHED) Module[name] = originals[name];
    for (const extension of PATCHED_EXTENSIONS)
      Module._extensions[extension] = originals.extensions[extension];
    Module.prototype._compile = originals.compile;
  };
}

/** What Node's own handler of extensions would find out from the disk; undefined lets it look at the syntax. */
function nodeFormat(tree, entry, filename) {
  switch (tree.payload.moduleFormat(entry)) {
    case format.FORMAT_COMMONJS:
    case format.FORMAT_DETECTED_COMMONJS:
      return 'commonjs';
    case format.FORMAT_MODULE:
      return 'module';
    case format.FORMAT_NONE:
      return process.features.typescript ? typescriptFormat(tree, filename) : undefined;
    default:
      return undefined;
  }
}

function typescriptFormat(tree, filename) {
  if (filename.endsWith('.mts')) return 'module-typescript';
  if (filename.endsWith('.cts')) return 'commonjs-typescript';
  if (!filename.endsWith('.ts')) return undefined;
  const type = packageOf(tree, filename)?.config.type;
  return type === undefined ? 'typescript' : `${type}-typescript`;
}

/** What Node does with a module that threw. */
function forget(module, parent) {
  delete Module._cache[module.filename];
  const { children } = parent;
  const index = Array.isArray(children) ? children.indexOf(module) : -1;
  if (index !== -1) children.splice(index, 1);
}

/** While a module is loaded in a cycle, Node gives its exports a prototype that warns; this takes it away. */
function stopWarning(exports) {
  if (typeof exports !== 'object' || exports === null || isProxy(exports)) return;
  if (isProxy(Object.getPrototypeOf(exports))) Object.setPrototypeOf(exports, Object.prototype);
}

module.exports = { PATCHED, PATCHED_EXTENSIONS, patchCommonJs };
