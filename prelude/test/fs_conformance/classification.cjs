'use strict';

// Where each function of `fs` is covered. A Node may have functions that are nowhere here: then the suite fails, and says so.

const { DESCRIPTOR_FUNCTIONS, HANDLE_METHODS } = require('./run_descriptors.cjs');
const { PATH_FUNCTIONS } = require('./path_functions.cjs');
const { TWO_PATH_FUNCTIONS } = require('./run_paths.cjs');

// Covered one by one, in run_streams.cjs and run_others.cjs.
const ONE_BY_ONE = [
  ...[
    'createReadStream',
    'createWriteStream',
    'ReadStream',
    'WriteStream',
    'FileReadStream',
    'FileWriteStream',
    'Utf8Stream',
  ],
  ...['exists', 'glob', 'openAsBlob', 'watch', 'watchFile', 'unwatchFile', 'Dir'],
];
// Classes of results and constants: checked in results.
const RESULTS = ['Dirent', 'Stats', 'constants', 'promises', 'F_OK', 'R_OK', 'W_OK', 'X_OK'];
// Nothing of them touches files.
const NO_FILES = ['_toUnixTimestamp'];

const KNOWN = new Set([
  ...Object.keys(PATH_FUNCTIONS),
  ...Object.keys(TWO_PATH_FUNCTIONS),
  ...Object.keys(DESCRIPTOR_FUNCTIONS),
  ...ONE_BY_ONE,
  ...RESULTS,
  ...NO_FILES,
]);

/** Names of functions of this Node that no table has, as `fs.<name>`. */
function unclassified(fs, handlePrototype) {
  const known = (name) => KNOWN.has(name) || KNOWN.has(name.replace(/Sync$/, ''));
  const isMethod = (name) =>
    typeof Object.getOwnPropertyDescriptor(handlePrototype, name).value === 'function';
  return [
    ...Object.keys(fs)
      .filter((name) => !known(name))
      .map((name) => `fs.${name}`),
    ...Object.keys(fs.promises)
      .filter((name) => !known(name))
      .map((name) => `fs.promises.${name}`),
    ...Object.getOwnPropertyNames(handlePrototype)
      .filter((name) => name !== 'constructor' && isMethod(name) && !(name in HANDLE_METHODS))
      .map((name) => `FileHandle.prototype.${name}`),
  ];
}

module.exports = { unclassified };
