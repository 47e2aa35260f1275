'use strict';

// Node's resolution of module specifiers, over the payload. Paths go in and come out; `require` and `import` differ in
// what they try (require_resolver.cjs, import_resolver.cjs).

const path = require('node:path');
const { isBuiltin } = require('node:module');
const errors = require('./node_errors.cjs');
const { FORMAT_MODULE } = require('./format.cjs');
const { ROOT, SEPARATOR } = require('./mount.cjs');
const { packageConfig } = require('./package_config.cjs');
const { resolveExports } = require('./package_targets.cjs');

const NODE_MODULES = `${SEPARATOR}node_modules`;

/** The package that a file belongs to, as `{path, config}`, or null. */
function packageOf(tree, file) {
  const directory = tree.directoryAt(path.dirname(file));
  const scope = typeof directory === 'number' ? null : tree.packageScope(directory);
  return scope === null ? null : { path: scope.path, config: packageConfig(tree, scope) };
}

/** `name/sub/path` as `{name, subpath: './sub/path'}`; throws if it is not the name of a package. */
function parsePackageSpecifier(specifier, base) {
  let slash = specifier.indexOf('/');
  let valid = true;
  if (specifier[0] === '@') {
    valid = slash !== -1;
    slash = specifier.indexOf('/', slash + 1);
  }
  const name = slash === -1 ? specifier : specifier.slice(0, slash);
  if (!valid || /^\.|%|\\/.test(name))
    throw errors.invalidSpecifier(specifier, 'is not a valid package name', base);
  return { name, subpath: slash === -1 ? '.' : `.${specifier.slice(slash)}` };
}

class PackageResolver {
  constructor(tree) {
    this.tree = tree;
    this.resolvePackage = this.resolvePackage.bind(this);
  }

  /**
   * Where a bare specifier leads that is imported from a file, or null if no package of that name is inside. The
   * result need not exist, and symlinks in it are not followed.
   */
  resolveBare(specifier, base, conditions) {
    if (isBuiltin(specifier))
      return specifier.startsWith('node:') ? specifier : `node:${specifier}`;
    const { name, subpath } = parsePackageSpecifier(specifier, base);
    const own = packageOf(this.tree, base);
    if (own !== null && own.config.exports !== undefined && own.config.name === name) {
      return resolveExports(own, subpath, conditions, base, this.resolvePackage);
    }
    const found = this.findPackage(name, base);
    return found === null
      ? null
      : this.#inPackage(found.path, found.directory, specifier, subpath, base, conditions);
  }

  /** The package of a name for a file, as `{path, directory}`, where `path` is the way to it; or null. */
  findPackage(name, base) {
    let relative = SEPARATOR === '/' ? name : name.replace('/', SEPARATOR);
    // Names that Node takes for a folder: `` and `@scope/`.
    if (relative === '' || relative.endsWith(SEPARATOR)) relative = relative.slice(0, -1);
    for (
      let at = path.dirname(base);
      at.length >= ROOT.length;
      at = at.slice(0, at.lastIndexOf(SEPARATOR))
    ) {
      const packagePath =
        relative === '' ? at + NODE_MODULES : `${at}${NODE_MODULES}${SEPARATOR}${relative}`;
      const directory = this.tree.directoryAt(packagePath);
      if (typeof directory !== 'number') return { path: packagePath, directory };
    }
    return null;
  }

  /** The same for a target of `imports`, which is imported from the package itself. */
  resolvePackage(specifier, packagePath, conditions) {
    const base = `${packagePath}${SEPARATOR}package.json`;
    const found = this.resolveBare(specifier, base, conditions);
    if (found === null)
      throw errors.moduleNotFound(parsePackageSpecifier(specifier, base).name, base);
    return found;
  }

  #inPackage(packagePath, directory, specifier, subpath, base, conditions) {
    const config = packageConfig(this.tree, directory, `"${specifier}" from ${base}`);
    if (config?.exports !== undefined) {
      return resolveExports(
        { path: packagePath, config },
        subpath,
        conditions,
        base,
        this.resolvePackage,
      );
    }
    return subpath === '.'
      ? this.#legacyMain(packagePath, config, specifier, base)
      : path.join(packagePath, subpath);
  }

  #legacyMain(packagePath, config, specifier, base) {
    const main = config?.main;
    const candidates =
      main === undefined
        ? []
        : ['', '.js', '.json', '.node', '/index.js', '/index.json', '/index.node'].map(
            (end) => main + end,
          );
    for (const candidate of [...candidates, 'index.js', 'index.json', 'index.node']) {
      const file = path.resolve(packagePath, candidate);
      const found = this.tree.lookup(file);
      if (typeof found === 'number' || found.directory !== null) continue;
      if (
        this.tree.payload.moduleFormat(found.entry) === FORMAT_MODULE &&
        found.path.endsWith('js')
      )
        require('./deprecations.cjs').legacyMain(packagePath, main, file, base);
      return file;
    }
    const missing = path.resolve(packagePath, main || 'index.js');
    const error = errors.mainNotFound(missing, base);
    // `` and `@scope/` are no names of packages.
    if (specifier !== '' && !specifier.endsWith('/'))
      errors.addLine(error, require('./missing_modules.cjs').hintForPath(this.tree, missing));
    throw error;
  }
}

module.exports = { PackageResolver, packageOf, parsePackageSpecifier };
