'use strict';

// What errors about modules that are not there say beside Node's own words. Programs probe for optional modules by
// `require` in `try`, so nothing here looks at more than a few names.

const path = require('node:path');
const { ROOT, SEPARATOR, isInside } = require('./mount.cjs');
const { notPackaged, packageNotPackaged } = require('./not_packaged.cjs');

const NODE_MODULES = `${SEPARATOR}node_modules${SEPARATOR}`;
const PACKAGE_NAME = /^(?:@[\w.~-]+[/\\])?[\w~-][\w.~-]*(?=[/\\]|$)/;
// What `require` and bundlers would have added; a file that is there under another name was packaged.
const EXTENSIONS = ['.js', '.cjs', '.mjs', '.json', '.node', '.ts', '.cts', '.mts'];

/**
 * The line about a path that is missing; empty if packaging has nothing to do with it.
 * @param {import('./tree.cjs').Tree} tree
 * @param {string} file absolute
 */
function hintForPath(tree, file) {
  const normalized = path.resolve(file);
  if (!isInside(normalized) || normalized === ROOT) return '';
  const at = normalized.lastIndexOf(NODE_MODULES);
  if (at !== -1) {
    // Packages are packaged as a whole, those of the project itself through links.
    const name = PACKAGE_NAME.exec(normalized.slice(at + NODE_MODULES.length))?.[0];
    if (name === undefined) return '';
    const found = tree.directoryAt(normalized.slice(0, at + NODE_MODULES.length) + name);
    if (typeof found === 'number') return packageNotPackaged(name.replaceAll(SEPARATOR, '/'));
    if (found.path.includes(NODE_MODULES)) return '';
  }
  return existsInSomeWay(tree, normalized) ? '' : notPackaged(normalized);
}

function existsInSomeWay(tree, file) {
  const directory = tree.directoryAt(path.dirname(file));
  if (typeof directory === 'number') return false;
  const name = path.basename(file);
  return (
    directory.find(name) !== undefined ||
    EXTENSIONS.some((extension) => directory.find(name + extension) !== undefined)
  );
}

/**
 * The line about a bare specifier that leads nowhere.
 * @param {string} specifier
 * @param {Iterable<string>} folders the `node_modules` folders that were looked into
 */
function hintForPackage(tree, specifier, folders) {
  const name = PACKAGE_NAME.exec(specifier)?.[0];
  if (name === undefined) return '';
  for (const folder of folders) {
    const at = path.join(folder, name);
    if (!isInside(at) || typeof tree.lookup(at) === 'number') continue;
    return hintForPath(tree, path.join(folder, specifier));
  }
  return packageNotPackaged(name);
}

/**
 * The line about what `require` did not find.
 * @param {string} request
 * @param {object} parent the module that required it, of a file inside
 */
function hintForRequest(tree, request, parent) {
  if (path.isAbsolute(request)) return hintForPath(tree, request);
  if (request[0] === '.')
    return hintForPath(tree, path.join(path.dirname(parent.filename), request));
  return hintForPackage(tree, request, parent.paths ?? []);
}

module.exports = { hintForPackage, hintForPath, hintForRequest };
