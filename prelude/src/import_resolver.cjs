'use strict';

// How `import` resolves specifiers to files of the payload.

const path = require('node:path');
const { fileURLToPath } = require('node:url');
const errors = require('./node_errors.cjs');
const format = require('./format.cjs');
const { SEPARATOR, isInside, resolve } = require('./mount.cjs');
const { resolveImports } = require('./package_targets.cjs');
const { packageOf } = require('./resolver.cjs');
const { insidePath, toUrl } = require('./urls.cjs');

// `./a/b.js` without parts that mean something else in a URL or a path.
const SIMPLE_RELATIVE =
  /^(?:\.\.?\/)+(?:[A-Za-z0-9_\-@+~][A-Za-z0-9_\-.@+~]*\/)*[A-Za-z0-9_\-@+~][A-Za-z0-9_\-.@+~]*$/;
const PATH_SPECIFIER = /^(?:\/|\.\.?(?:\/|$))/;
const DOT = 46;
const SLASH = 47;
const ENCODED_SEPARATOR = /%2f|%5c/i;

const FORMATS = {
  [format.FORMAT_COMMONJS]: 'commonjs',
  [format.FORMAT_DETECTED_COMMONJS]: 'commonjs',
  [format.FORMAT_MODULE]: 'module',
  [format.FORMAT_DETECTED_MODULE]: 'module',
  [format.FORMAT_JSON]: 'json',
  [format.FORMAT_WASM]: 'wasm',
};

class ImportResolver {
  /**
   * @param {import('./tree.cjs').Tree} tree
   * @param {import('./resolver.cjs').PackageResolver} packages
   */
  constructor(tree, packages) {
    this.tree = tree;
    this.packages = packages;
  }

  /**
   * `{url, format, entry}` of what a module imports, where a built-in module has no entry; or null if neither the module nor what it imports is inside.
   * @param {string} specifier
   * @param {string|undefined} parentUrl
   * @param {Set<string>} conditions
   */
  resolve(specifier, parentUrl, conditions) {
    const parent = parentUrl === undefined ? null : insidePath(parentUrl);
    if (parent !== null && SIMPLE_RELATIVE.test(specifier)) {
      const target = joinSimple(parent, specifier);
      return isInside(target) ? this.#finish(target, '', parent, specifier) : null;
    }
    if (PATH_SPECIFIER.test(specifier) || URL.canParse(specifier)) {
      // What has no importer, like `--import`, is imported from the working directory; that never is inside.
      const url = URL.parse(specifier, parentUrl ?? (specifier[0] === '/' ? 'file:///' : undefined));
      return url === null || url.protocol !== 'file:'
        ? null
        : this.#finishUrl(url, parent ?? parentUrl, specifier);
    }
    if (parent === null) return null;
    let target;
    if (specifier[0] === '#') {
      target = resolveImports(
        packageOf(this.tree, parent),
        specifier,
        conditions,
        parent,
        this.packages.resolvePackage,
      );
    } else {
      target = this.packages.resolveBare(specifier, parent, conditions);
      // Node looks in the folders above the mount point, and otherwise reports the missing package.
      if (target === null) return null;
    }
    if (target.startsWith('node:')) return { url: target, format: 'builtin' };
    return this.#finish(target, '', parent, specifier);
  }

  /** The format of a file inside, as far as it is known without its content. */
  formatOf(entry, file) {
    const known = FORMATS[this.tree.payload.moduleFormat(entry)];
    if (known !== undefined) return known;
    const extension = path.extname(file);
    if (extension === '.mts' || extension === '.cts' || extension === '.ts')
      return this.#typescriptFormat(file, extension);
    if (extension === '') return packageOf(this.tree, file)?.config?.type;
    return undefined;
  }

  #typescriptFormat(file, extension) {
    if (!process.features.typescript) return undefined;
    if (extension !== '.ts')
      return extension === '.mts' ? 'module-typescript' : 'commonjs-typescript';
    const type = packageOf(this.tree, file)?.config.type;
    return type === undefined ? undefined : `${type}-typescript`;
  }

  #finishUrl(url, base, specifier) {
    let file;
    try {
      file = fileURLToPath(url);
    } catch {
      // Node says what is wrong with it.
      return null;
    }
    const resolved = resolve(file);
    if (!isInside(resolved)) return null;
    if (ENCODED_SEPARATOR.test(url.pathname)) {
      throw errors.invalidSpecifier(
        url.pathname,
        'must not include encoded "/" or "\\" characters',
        base,
      );
    }
    return this.#finish(file.endsWith(SEPARATOR) ? resolved + SEPARATOR : resolved, url.search + url.hash, base, specifier);
  }

  #finish(file, suffix, base, specifier) {
    const found = this.tree.lookup(file.endsWith(SEPARATOR) ? path.resolve(file) : file);
    if (typeof found === 'number' || (found.directory === null && file.endsWith(SEPARATOR))) {
      const error = errors.moduleNotFound(file, base, toUrl(file) + suffix);
      throw this.#withHint(this.#notPackaged(error, file, base), specifier, base);
    }
    if (found.directory !== null) {
      throw this.#withHint(
        errors.directoryImport(file, base, toUrl(file) + suffix),
        specifier,
        base,
      );
    }
    return {
      url: toUrl(found.path) + suffix,
      format: this.formatOf(found.entry, found.path),
      entry: found.entry,
    };
  }

  #notPackaged(error, file, base) {
    if (base !== undefined && isInside(base))
      errors.addLine(error, require('./missing_modules.cjs').hintForPath(this.tree, file));
    return error;
  }

  /** Names what `require` would have found, as Node does: relative paths count from the working directory, by mistake. */
  #withHint(error, specifier, base) {
    if (base === undefined || !isInside(base)) return error;
    const request = specifier.startsWith('file://') ? fileURLToPath(specifier) : specifier;
    const found = findLikeRequire(request, base);
    if (found === null) return error;
    let hint = found;
    if (PATH_SPECIFIER.test(request) && request[0] === '.') {
      const relative = path.relative(path.dirname(base), found).replaceAll(SEPARATOR, '/');
      hint = relative.startsWith('../') ? relative : `./${relative}`;
    } else if (request[0] !== '/') {
      const name = request.split('/')[0];
      const needle = `${SEPARATOR}node_modules${SEPARATOR}${name}${SEPARATOR}`;
      const index = found.lastIndexOf(needle);
      hint =
        index === -1
          ? toUrl(found)
          : `${name}/${found
              .slice(index + needle.length)
              .split(SEPARATOR)
              .map(encodeURIComponent)
              .join('/')}`;
    }
    if (hint === specifier) return error;
    const line = `Did you mean to import ${JSON.stringify(hint)}?`;
    const end = error.stack.indexOf('\n');
    error.stack = `${error.stack.slice(0, end)}\n${line}${error.stack.slice(end)}`;
    error.message += `\n${line}`;
    return error;
  }
}

/** The path that a simple relative specifier in a file leads to; `path.join` takes several times as long. */
function joinSimple(file, specifier) {
  let end = file.lastIndexOf(SEPARATOR);
  let start = 0;
  while (specifier.charCodeAt(start) === DOT) {
    if (specifier.charCodeAt(start + 1) === SLASH) {
      start += 2;
    } else {
      const above = file.lastIndexOf(SEPARATOR, end - 1);
      if (above !== -1) end = above;
      start += 3;
    }
  }
  const rest = specifier.slice(start);
  return file.slice(0, end + 1) + (SEPARATOR === '/' ? rest : rest.replaceAll('/', SEPARATOR));
}

function findLikeRequire(request, base) {
  const Module = require('node:module');
  const importer = new Module(base, null);
  importer.paths = Module._nodeModulePaths(base);
  try {
    return Module._resolveFilename(request, importer, false);
  } catch {
    // A hint only: the error that matters is already made.
    return null;
  }
}

module.exports = { ImportResolver };
