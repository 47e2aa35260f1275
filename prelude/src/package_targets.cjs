'use strict';

// The `exports` and `imports` of package.json: from a subpath or an internal specifier to a path.
//
// A package is given as `{path, config}`. `path` is the way on which the package was found, not its real path: that is
// what Node's messages show, and symlinks are followed when the result is known.

const path = require('node:path');
const errors = require('./node_errors.cjs');
const { toUrl } = require('./urls.cjs');
const { NODE_MAJOR } = require('./versions.cjs');

const NEEDS_URL = /[%?#\\\t\n\r]/;
const ENCODED_SEPARATOR = /%2f|%5c/i;

/**
 * The file of a subpath (`.`, `./sub`) of a package that has `exports`. Throws if it exports nothing by that name.
 * @param {Set<string>} conditions
 * @param {string} [base] the importing file, for messages
 */
function resolveExports(pkg, subpath, conditions, base, resolvePackage) {
  const map = isSugar(pkg, base) ? { '.': pkg.config.exports } : pkg.config.exports;
  const context = { pkg, conditions, base, internal: false, resolvePackage };
  const found =
    Object.hasOwn(map, subpath) && !subpath.includes('*') && !subpath.endsWith('/')
      ? resolveTarget(context, map[subpath], '', subpath, false)
      : resolvePattern(context, map, subpath);
  if (found === undefined || found === null) throw errors.pathNotExported(pkg.path, subpath, base);
  return found;
}

/**
 * What an internal specifier (`#name`) stands for: a path, or `node:name`.
 * @param {object|null} pkg the package of the importing file, if it has one
 */
function resolveImports(pkg, specifier, conditions, base, resolvePackage) {
  if (
    specifier === '#' ||
    specifier.endsWith('/') ||
    (NODE_MAJOR < 24 && specifier.startsWith('#/'))
  ) {
    throw errors.invalidSpecifier(
      specifier,
      'is not a valid internal imports specifier name',
      base,
    );
  }
  const map = pkg?.config.imports;
  if (map !== undefined) {
    const context = { pkg, conditions, base, internal: true, resolvePackage };
    const found =
      Object.hasOwn(map, specifier) && !specifier.includes('*')
        ? resolveTarget(context, map[specifier], '', specifier, false)
        : resolvePattern(context, map, specifier);
    if (found !== undefined && found !== null) return found;
  }
  throw errors.importNotDefined(specifier, pkg?.path, base);
}

/** Whether `exports` is the target of the main entry itself, not a map of subpaths. */
function isSugar({ config, path: packagePath }, base) {
  const { exports } = config;
  if (typeof exports === 'string' || Array.isArray(exports)) return true;
  const keys = Object.keys(exports);
  const conditions = keys.filter((key) => key[0] !== '.');
  if (conditions.length > 0 && conditions.length < keys.length) {
    throw errors.invalidConfig(
      `${packagePath}${path.sep}package.json`,
      base && toUrl(base),
      '"exports" cannot contain some keys starting with \'.\' and some not. The exports object must either be an' +
        ' object of package subpath keys or an object of main entry condition name keys only.',
    );
  }
  return conditions.length > 0;
}

function resolvePattern(context, map, name) {
  let best = '';
  let bestMatch = '';
  for (const key of Object.keys(map)) {
    const star = key.indexOf('*');
    if (star === -1 || key.lastIndexOf('*') !== star || !name.startsWith(key.slice(0, star)))
      continue;
    if (!context.internal && name.endsWith('/'))
      require('./deprecations.cjs').trailingSlash(context.pkg.path, name, context.base);
    const trailer = key.slice(star + 1);
    if (name.length >= key.length && name.endsWith(trailer) && comesBefore(key, best)) {
      best = key;
      bestMatch = name.slice(star, name.length - trailer.length);
    }
  }
  if (best === '') return undefined;
  // Node says nothing more of a subpath that it has warned of.
  const found = !context.internal && name.endsWith('/') ? { ...context, isSilent: true } : context;
  return resolveTarget(found, map[best], bestMatch, best, true);
}

/** Whether one pattern is more specific than another: by what is before the star, then by its whole length. */
function comesBefore(key, other) {
  if (other === '') return true;
  const start = key.indexOf('*');
  const otherStart = other.indexOf('*');
  return start === otherStart ? key.length > other.length : start > otherStart;
}

/** A path, `node:name`, null (explicitly nothing), or undefined (no condition matches). */
function resolveTarget(context, target, match, key, isPattern) {
  if (typeof target === 'string') return resolveString(context, target, match, key, isPattern);
  if (Array.isArray(target)) return resolveAlternatives(context, target, match, key, isPattern);
  if (typeof target === 'object' && target !== null) {
    for (const condition of Object.keys(target)) {
      if (isArrayIndex(condition)) {
        throw errors.invalidConfig(
          `${context.pkg.path}${path.sep}package.json`,
          context.base && toUrl(context.base),
          '"exports" cannot contain numeric property keys.',
        );
      }
    }
    for (const condition of Object.keys(target)) {
      if (condition !== 'default' && !context.conditions.has(condition)) continue;
      const found = resolveTarget(context, target[condition], match, key, isPattern);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (target === null) return null;
  throw errors.invalidTarget(context.pkg.path, key, target, context.internal, context.base);
}

/** The first alternative that is valid, whether or not its file exists. */
function resolveAlternatives(context, targets, match, key, isPattern) {
  if (targets.length === 0) return null;
  let last;
  for (const target of targets) {
    let found;
    try {
      found = resolveTarget(context, target, match, key, isPattern);
    } catch (error) {
      if (error.code !== 'ERR_INVALID_PACKAGE_TARGET') throw error;
      last = error;
      continue;
    }
    if (found === null) last = null;
    else if (found !== undefined) return found;
  }
  if (last === undefined || last === null) return last;
  throw last;
}

function resolveString(context, target, match, key, isPattern) {
  const { pkg, base, internal } = context;
  if (!target.startsWith('./')) {
    if (!internal || target[0] === '/' || target.startsWith('../') || URL.canParse(target)) {
      throw errors.invalidTarget(pkg.path, key, target, internal, base);
    }
    const specifier = isPattern ? target.replaceAll('*', () => match) : target;
    return context.resolvePackage(specifier, pkg.path, context.conditions);
  }
  if (hasInvalidSegment(target.slice(2)))
    throw errors.invalidTarget(pkg.path, key, target, internal, base);
  if (match !== '' && hasInvalidSegment(match)) {
    const request = key.replace('*', () => match);
    throw errors.invalidSpecifier(
      request,
      `request is not a valid match in pattern "${key}" for the "${internal ? 'imports' : 'exports'}" resolution of ` +
        `${pkg.path}${path.sep}package.json`,
      base,
    );
  }
  const relative = isPattern ? target.replaceAll('*', () => match) : target;
  if (hasEmptySegment(target.slice(2)) || (match !== '' && hasEmptySegment(match)))
    warnOfEmptySegment(context, target, relative, match, key);
  return inPackage(pkg.path, relative, base, context.conditions);
}

function warnOfEmptySegment(context, target, relative, match, key) {
  if (context.isSilent) return;
  const { emptySegment } = require('./deprecations.cjs');
  const found = {
    target: relative,
    request: match === '' ? key : key.replace('*', () => match),
    key,
  };
  if (hasEmptySegment(target.slice(2))) emptySegment(context, found, relative);
  if (match !== '' && hasEmptySegment(match)) emptySegment(context, found, found.request);
}

/** The path of `./relative` below a package; Node takes it for a URL, which only some characters show. */
function inPackage(packagePath, relative, base, conditions) {
  if (!NEEDS_URL.test(relative)) return path.join(packagePath, relative);
  const { fileURLToPath, pathToFileURL } = require('node:url');
  const url = new URL(relative, pathToFileURL(packagePath + path.sep));
  if (ENCODED_SEPARATOR.test(url.pathname)) {
    throw errors.invalidSpecifier(
      conditions.has('require') ? url.href : url.pathname,
      'must not include encoded "/" or "\\" characters',
      base,
    );
  }
  return fileURLToPath(url);
}

/** Segments that would lead out of the package, or into another: `.`, `..`, `node_modules`, also percent-encoded. */
function hasInvalidSegment(relative) {
  if (!/[.%n]/i.test(relative)) return false;
  return relative.split(/[/\\]/).some((segment) => {
    const decoded = segment.replace(/%([0-7][0-9a-f])/gi, (_, code) =>
      String.fromCharCode(parseInt(code, 16)),
    );
    return decoded === '.' || decoded === '..' || decoded.toLowerCase() === 'node_modules';
  });
}

function hasEmptySegment(relative) {
  return relative === '' || /^[/\\]|[/\\]{2}|[/\\]$/.test(relative);
}

function isArrayIndex(key) {
  const number = Number(key);
  return String(number) === key && number >= 0 && number < 0xffffffff;
}

module.exports = { resolveExports, resolveImports, inPackage };
