'use strict';

// `module.findPackageJSON` for what is packaged.

const Module = require('node:module');
const path = require('node:path');
const { fileURLToPath, pathToFileURL } = require('node:url');
const conditions = require('./conditions.cjs');
const errors = require('./node_errors.cjs');
const { packageConfig } = require('./package_config.cjs');
const { SEPARATOR, isInside } = require('./mount.cjs');
const { packageOf, parsePackageSpecifier } = require('./resolver.cjs');
const { NODE_MAJOR } = require('./versions.cjs');
const { insidePath } = require('./urls.cjs');

/**
 * @param {import('./import_resolver.cjs').ImportResolver} importResolver
 * @returns {() => void} undo
 */
function patchFindPackageJSON(importResolver) {
  const original = Module.findPackageJSON;
  Module.findPackageJSON = function findPackageJSON(specifier, base = 'data:') {
    const request = requestOf(specifier, base);
    const found = request === null ? null : find(importResolver, request);
    return found === null ? original.apply(this, arguments) : found.path;
  };
  return () => (Module.findPackageJSON = original);
}

/** The arguments as strings; null for those that Node refuses, so that it does. */
function requestOf(specifier, base) {
  if (typeof specifier !== 'string' && !(specifier instanceof URL)) return null;
  if (typeof base !== 'string' && !(base instanceof URL)) return null;
  const isPath = typeof base === 'string' && path.isAbsolute(base);
  if (!isPath && !URL.canParse(base)) return null;
  return { specifier: `${specifier}`, parentUrl: `${isPath ? pathToFileURL(base) : base}` };
}

/** `{path}` of the package.json; null if neither what is looked for nor from where is inside. */
function find(importResolver, { specifier, parentUrl }) {
  const parent = insidePath(parentUrl);
  if (specifier !== '' && !/^[./]/.test(specifier) && !URL.canParse(specifier))
    return parent === null ? null : findPackage(importResolver, specifier, parent);
  const target = resolve(importResolver, specifier, parentUrl);
  return target === null || !target.startsWith('file:')
    ? null
    : findNearest(importResolver, fileURLToPath(target));
}

function resolve(importResolver, specifier, parentUrl) {
  try {
    const found = importResolver.resolve(specifier, parentUrl, conditions.importConditions);
    return found === null ? null : found.url;
  } catch (error) {
    if (error.code === 'ERR_UNSUPPORTED_DIR_IMPORT') return error.url;
    throw error;
  }
}

function findPackage({ packages, tree }, specifier, parent) {
  const { name } = parsePackageSpecifier(specifier, parent);
  const own = packageOf(tree, parent);
  if (own !== null && own.config.exports !== undefined && own.config.name === name)
    return { path: path.join(own.path, 'package.json') };
  const found = packages.findPackage(name, parent);
  if (found === null) throw errors.moduleNotFound(name, parent);
  return { path: path.join(found.path, 'package.json') };
}

/** From the folder of a file, or a folder itself if its path ends with a separator. */
function findNearest({ tree }, file) {
  let at = file.endsWith(SEPARATOR) ? file.slice(0, -1) : path.dirname(file);
  for (; isInside(at); at = path.dirname(at)) {
    const directory = tree.directoryAt(at);
    if (typeof directory !== 'number' && packageConfig(tree, directory) !== null)
      return { path: path.join(at, 'package.json') };
  }
  // What Node answers when there is none.
  return { path: NODE_MAJOR < 24 ? undefined : file };
}

module.exports = { patchFindPackageJSON };
