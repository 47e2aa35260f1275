'use strict';

// package.json files of the payload, as far as module resolution looks at them.

const { KIND_FILE } = require('./format.cjs');
const { SEPARATOR } = require('./mount.cjs');
const { unreadableConfig } = require('./node_errors.cjs');

/**
 * The config of the package in a directory, or null if it has no package.json.
 * @param {import('./tree.cjs').Tree} tree
 * @param {import('./tree.cjs').Directory} directory
 * @param {string} [importedAs] for the error if the file is not JSON: what is imported, from where
 */
function packageConfig(tree, directory, importedAs) {
  if (directory.packageConfig === undefined)
    directory.packageConfig = read(tree, directory, importedAs);
  return directory.packageConfig;
}

function read(tree, directory, importedAs) {
  let entry = directory.find('package.json');
  if (entry === undefined) return null;
  if (tree.payload.kind(entry) !== KIND_FILE) {
    const found = tree.lookup(`${directory.path}${SEPARATOR}package.json`);
    if (typeof found === 'number' || found.directory !== null) return null;
    entry = found.entry;
  }
  const data = parse(tree.payload.text(entry));
  if (data === undefined)
    throw unreadableConfig(`${directory.path}${SEPARATOR}package.json`, importedAs);
  const { name, main, type, exports, imports } = data;
  return {
    name: typeof name === 'string' ? name : undefined,
    main: typeof main === 'string' ? main : undefined,
    type: type === 'module' || type === 'commonjs' ? type : undefined,
    exports: typeof exports === 'string' || isObject(exports) ? exports : undefined,
    imports: isObject(imports) ? imports : undefined,
  };
}

function parse(text) {
  try {
    const data = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
    return isObject(data) && !Array.isArray(data) ? data : undefined;
  } catch {
    // The error that Node reports in this case says no more than that; see the caller.
    return undefined;
  }
}

function isObject(value) {
  return typeof value === 'object' && value !== null;
}

module.exports = { packageConfig };
