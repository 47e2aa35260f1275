'use strict';

// Compiles CommonJS modules from cached data, so that nothing shows it: names, positions and source lines of errors,
// `import()` and `require` are as when Node compiles.

const vm = require('node:vm');
const { acceptWithOptions, isBytecodeKept, keepBytecode } = require('./v8_options.cjs');

const { Script } = vm;
const { USE_MAIN_CONTEXT_DEFAULT_LOADER } = vm.constants;

// The payload has scripts with cached data in this wrapper, and scripts/compile_code_cache.cjs compiles them in it; the
// line break keeps columns as they are in the file.
const WRAPPER_START = '(function (exports, require, module, __filename, __dirname) {\n';
const WRAPPER_END = '\n})';
// Bytecode without its source needs no wrapper, and so is Node's own function in every respect.
const PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];

let optionsDiffer = false;

/**
 * The module function of a script. V8 compiles it anew if it does not accept the cached data.
 * @param {string} wrapped the script in its wrapper
 * @param {string} filename
 * @param {Buffer} cachedData writable
 */
function compileWrapper(wrapped, filename, cachedData) {
  acceptOptions(cachedData, false);
  const script = new Script(withoutHashBang(wrapped), {
    filename,
    lineOffset: -1,
    cachedData,
    importModuleDynamically: USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  if (script.cachedDataRejected) rejected(filename, false);
  return script.runInThisContext();
}

/**
 * The module function of a script whose source is not here.
 * @param {string} text what takes its place
 * @param {string} filename
 * @param {Buffer} cachedData writable
 */
function compileStripped(text, filename, cachedData) {
  acceptOptions(cachedData, true);
  const compiled = vm.compileFunction(text, PARAMETERS, {
    filename,
    cachedData,
    importModuleDynamically: USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  if (compiled.cachedDataRejected) rejected(filename, true);
  return compiled;
}

/**
 * V8 options that were given at run time (NODE_OPTIONS) change the hash of all options, which cached data has to have.
 * None of those that Node lets through changes what bytecode means, so cached data gets the hash that counts: if there is
 * no source at once, because a second try would get what V8 made of the first; otherwise from the second file on.
 * @param {Buffer} cachedData
 * @param {boolean} isStripped
 */
function acceptOptions(cachedData, isStripped) {
  if (isStripped) keepBytecode();
  else if (!optionsDiffer && !isBytecodeKept()) return;
  acceptWithOptions(cachedData);
}

/** What follows when V8 did not take cached data. */
function rejected(file, isStripped) {
  optionsDiffer = true;
  if (!isStripped) return;
  // Builds compare what V8 compares, so this is either damage or a bug.
  throw new Error(
    `V8 ${process.versions.v8} does not accept the bytecode of ${file}, and its source is not in this executable. ` +
      'The executable is damaged or was changed. Get it again from where it was built.',
  );
}

/** A hash bang is no comment inside the wrapper; two slashes are, of the same length. */
function withoutHashBang(wrapped) {
  const at = WRAPPER_START.length;
  return wrapped.charCodeAt(at) === 0x23 && wrapped.charCodeAt(at + 1) === 0x21
    ? `${WRAPPER_START}//${wrapped.slice(at + 2)}`
    : wrapped;
}

/**
 * `import()` in such a script makes Node warn that the constant above is experimental, once. The app does not use it.
 * @returns {() => void} undo
 */
function silenceOwnWarning() {
  const original = process.emitWarning;
  function emitWarning(warning, ...rest) {
    if (
      rest[0] === 'ExperimentalWarning' &&
      typeof warning === 'string' &&
      warning.startsWith('vm.USE_MAIN_CONTEXT_DEFAULT_LOADER ')
    ) {
      undo();
      return;
    }
    // A warning is traced from where `process.emitWarning` is called.
    if (typeof warning !== 'string' || typeof rest[0] === 'object' || rest.length >= 3) {
      original.call(process, warning, ...rest);
    } else {
      original.call(process, warning, rest[0], rest[1], emitWarning);
    }
  }
  function undo() {
    if (process.emitWarning === emitWarning) process.emitWarning = original;
  }
  process.emitWarning = emitWarning;
  return undo;
}

module.exports = {
  WRAPPER_END,
  WRAPPER_START,
  acceptOptions,
  compileStripped,
  compileWrapper,
  rejected,
  silenceOwnWarning,
};
