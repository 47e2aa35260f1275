'use strict';

// How `require` resolves requests to files of the payload.

const Module = require('node:module');
const path = require('node:path');
const errors = require('./node_errors.cjs');
const conditions = require('./conditions.cjs');
const { KIND_FILE } = require('./format.cjs');
const { ROOT, SEPARATOR, isInside, isWindows, resolve } = require('./mount.cjs');
const { packageConfig } = require('./package_config.cjs');
const { resolveExports, resolveImports } = require('./package_targets.cjs');
const { packageOf } = require('./resolver.cjs');
const { NODE_MAJOR } = require('./versions.cjs');

const PACKAGE_REQUEST = /^((?:@[^/\\%]+\/)?[^./\\%][^/\\%]*)(\/.*)?$/;
// Names below a folder that are a path as they are: no part starts with a dot, none is empty, and there is no drive.
const PLAIN_REQUEST = /^(?:@[^/\\%:]+\/)?[^./\\%:][^/\\%:]*(?:\/[^./\\][^/\\]*)*$/;
// Parts that start with a dot would be something else than a name.
const SIMPLE_RELATIVE = /^(?:\.\/|(?:\.\.\/)+)[^./\\][^/\\]*(?:\/[^./\\][^/\\]*)*$/;
const DOT_CODE = 46;
const SLASH_CODE = 47;
const NODE_MODULES = `${SEPARATOR}node_modules`;
const ENDS_LIKE_DIRECTORY = /(?:^|\/)\.{0,2}$/;

class RequireResolver {
  /**
   * @param {import('./tree.cjs').Tree} tree
   * @param {import('./resolver.cjs').PackageResolver} packages
   */
  constructor(tree, packages) {
    this.tree = tree;
    this.packages = packages;
    this.extensions = null;
    // The `node_modules` folders that were looked into, or for: null is one that is not there.
    this.searchFolders = new Map();
  }

  /** `#name` from a file inside; undefined if its package has no `imports`. */
  resolveImports(request, parent, requested = conditions.requireConditions) {
    const pkg = packageOf(this.tree, parent);
    if (pkg === null || pkg.config.imports === undefined) return undefined;
    try {
      const found = resolveImports(pkg, request, requested, parent, this.packages.resolvePackage);
      return this.#finish(found, `${pkg.path}${SEPARATOR}package.json`);
    } catch (error) {
      if (error.code === 'ERR_MODULE_NOT_FOUND') throw errors.cjsTargetNotFound(request);
      throw error;
    }
  }

  /** A package that names itself; undefined if the request does not, or the package has no `exports`. */
  resolveSelf(request, parent, requested = conditions.requireConditions) {
    const pkg = packageOf(this.tree, parent);
    const name = pkg?.config.name;
    if (name === undefined || pkg.config.exports === undefined) return undefined;
    if (request !== name && !request.startsWith(`${name}/`)) return undefined;
    const subpath = `.${request.slice(name.length)}`;
    // What Node names in its error.
    const packagePath = NODE_MAJOR < 24 ? `${pkg.path}${SEPARATOR}package.json` : pkg.path;
    try {
      const found = resolveExports(pkg, subpath, requested, parent, this.packages.resolvePackage);
      return this.#finish(found, packagePath);
    } catch (error) {
      if (error.code === 'ERR_MODULE_NOT_FOUND')
        throw errors.cjsTargetNotFound(request, packagePath);
      throw error;
    }
  }

  /**
   * What Module._findPath does for one folder of the search path that is inside, or for an absolute request.
   * @param {string} folder normalized
   * @returns {string|false}
   */
  findIn(folder, request, requested = conditions.requireConditions) {
    if (folder !== '') {
      const directory = this.#searchFolder(folder);
      if (directory === null && !request.startsWith('..')) return false;
      if (directory !== null && PLAIN_REQUEST.test(request))
        return this.#findPlain(folder, directory, request, requested);
      const exported = this.#findExported(folder, request, requested);
      if (exported !== undefined) return exported;
    }
    const base = folder === '' ? resolve(request) : path.resolve(folder, request);
    if (!isInside(base)) return false;
    return this.findFile(base, request, ENDS_LIKE_DIRECTORY.test(request));
  }

  #searchFolder(folder) {
    const known = this.searchFolders.get(folder);
    if (known !== undefined) return known;
    const directory = this.tree.directoryAt(folder);
    const found = typeof directory === 'number' ? null : directory;
    if (folder.endsWith(NODE_MODULES)) this.searchFolders.set(folder, found);
    return found;
  }

  /** The same for a request that needs no normalizing. Most folders of a search path have nothing of its name. */
  #findPlain(folder, directory, request, requested) {
    const end = request.indexOf('/');
    if (directory.find(end === -1 ? request : request.slice(0, end)) === undefined)
      return end === -1 && this.#withExtension(directory, request);
    const exported = this.#findExported(folder, request, requested);
    if (exported !== undefined) return exported;
    return this.findFile(folder + SEPARATOR + native(request), request);
  }

  /**
   * The short way for most requests between files: `./a`, `../b/c.js`. False for every other form, and if there is
   * nothing; then the long way decides.
   * @param {string} folder the real path of the requiring file's directory
   */
  findRelative(folder, request) {
    if (!SIMPLE_RELATIVE.test(request)) return false;
    let base = folder;
    let start = request.charCodeAt(1) === SLASH_CODE ? 2 : 0;
    while (request.charCodeAt(start) === DOT_CODE) {
      base = base.slice(0, base.lastIndexOf(SEPARATOR));
      start += 3;
    }
    return isInside(base) && this.findFile(base + SEPARATOR + native(request.slice(start)), request);
  }

  /** The file that a path means, with extensions and as a directory. */
  findFile(base, request, asDirectory = false) {
    if (base === ROOT) return this.#findMain(base, this.tree.root, request);
    const at = base.lastIndexOf(SEPARATOR);
    const parent = this.tree.directoryAt(base.slice(0, at));
    if (typeof parent === 'number') return false;
    const name = base.slice(at + 1);
    const entry = parent.find(name);
    if (!asDirectory) {
      const file = this.#file(parent, name, entry) || this.#withExtension(parent, name);
      if (file) return file;
    }
    if (entry === undefined) return false;
    const directory = this.tree.directoryAt(base);
    return typeof directory === 'number' ? false : this.#findMain(base, directory, request);
  }

  #file(parent, name, entry) {
    if (entry === undefined) return false;
    const realPath = parent.path + SEPARATOR + name;
    if (this.tree.payload.kind(entry) === KIND_FILE) return realPath;
    const found = this.tree.lookup(realPath);
    return typeof found !== 'number' && found.directory === null ? found.path : false;
  }

  #withExtension(parent, name) {
    for (const extension of Object.keys(Module._extensions)) {
      const file = this.#file(parent, name + extension, parent.find(name + extension));
      if (file) return file;
    }
    return false;
  }

  #findMain(base, directory, request) {
    const config = packageConfig(this.tree, directory);
    const main = config?.main;
    if (!main) return this.#withExtension(directory, 'index');
    const target = path.resolve(base, main);
    const found = isInside(target) && (this.#findTarget(target) || this.#index(target));
    if (found) return found;
    const packageJson = `${base}${SEPARATOR}package.json`;
    const fallback = this.#withExtension(directory, 'index');
    if (!fallback)
      throw this.#withHint(errors.cjsMainNotFound(target, packageJson, request), target);
    process.emitWarning(
      `Invalid 'main' field in '${packageJson}' of '${main}'. Please either fix that or report it to the module author`,
      'DeprecationWarning',
      'DEP0128',
    );
    return fallback;
  }

  #findTarget(target) {
    if (target === ROOT) return false;
    const at = target.lastIndexOf(SEPARATOR);
    const parent = this.tree.directoryAt(target.slice(0, at));
    if (typeof parent === 'number') return false;
    const name = target.slice(at + 1);
    return this.#file(parent, name, parent.find(name)) || this.#withExtension(parent, name);
  }

  #index(target) {
    const directory = this.tree.directoryAt(target);
    return typeof directory !== 'number' && this.#withExtension(directory, 'index');
  }

  #findExported(folder, request, requested) {
    const match = PACKAGE_REQUEST.exec(request);
    if (match === null) return undefined;
    const packagePath = folder + SEPARATOR + native(match[1]);
    const directory = this.tree.directoryAt(packagePath);
    if (typeof directory === 'number') return undefined;
    const config = packageConfig(this.tree, directory);
    if (config === null || config.exports === undefined) return undefined;
    try {
      const subpath = `.${match[2] ?? ''}`;
      const found = resolveExports(
        { path: packagePath, config },
        subpath,
        requested,
        undefined,
        this.packages.resolvePackage,
      );
      return this.#finish(found, packagePath);
    } catch (error) {
      if (error.code === 'ERR_MODULE_NOT_FOUND') {
        throw errors.cjsTargetNotFound(request, `${packagePath}${SEPARATOR}package.json`);
      }
      throw error;
    }
  }

  /** The real path of a target of `exports` or `imports`, which has to exist as it is. */
  #finish(target, packageJson) {
    if (target.startsWith('node:')) {
      throw errors.nodeError(TypeError, 'ERR_INVALID_URL_SCHEME', 'The URL must be of scheme file');
    }
    const found = this.tree.lookup(target);
    if (typeof found === 'number' || found.directory !== null)
      throw this.#withHint(errors.cjsTargetNotFound(target, packageJson), target);
    return found.path;
  }

  #withHint(error, file) {
    errors.addLine(error, require('./missing_modules.cjs').hintForPath(this.tree, file));
    return error;
  }
}

function native(relative) {
  return isWindows ? relative.replaceAll('/', SEPARATOR) : relative;
}

module.exports = { RequireResolver };
