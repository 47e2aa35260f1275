'use strict';

// Options of V8 while a program runs: V8 compares a hash of them with that of all cached data before it takes it.
//
// V8 throws away the bytecode of functions that have not run for a while, and compiles them again from their source when
// they are called. Where there is no source that must not happen, and V8 has an option against it. But Node's built-in
// modules have cached data, too: if the option were baked into the executable, Node would compile all of them from their
// source (5 ms of a start, and far more with `http`). So it is set when the first script without a source is loaded, and
// reset while a built-in module is loaded. In those moments V8 may find functions unused, but throws them away only if
// they are found unused many times in a row.

const { Script } = require('node:vm');
const { builtinModuleClass, requireInternal } = require('./internals.cjs');

// Where it is in cached data.
const FLAG_HASH_OFFSET = 12;
const KEEP = '--no-flush-bytecode';
const DISCARD = '--flush-bytecode';

let hash = null;
let setOptions = null;
// Options belong to the process. Another thread could load scripts while this one has reset the option.
let hasThreads = false;
let isPatched = false;

/** Writes the hash of the options of now into cached data, so that V8 takes it. */
function acceptWithOptions(cachedData) {
  hash ??= new Script('0', { filename: '' }).createCachedData().readUInt32LE(FLAG_HASH_OFFSET);
  cachedData.writeUInt32LE(hash, FLAG_HASH_OFFSET);
}

function keepBytecode() {
  if (setOptions !== null) return;
  setOptions = findSetOptions();
  setOptions(KEEP);
  hash = null;
  if (builtinModuleClass() !== null) resetWhileBuiltinsLoad(builtinModuleClass().prototype);
}

function isBytecodeKept() {
  return setOptions !== null;
}

/** To be called in each thread but the first, and in the first before there is another one. */
function keepBytecodeForThreads() {
  hasThreads = true;
}

function resetWhileBuiltinsLoad(prototype) {
  const { compileForInternalLoader } = prototype;
  let isReset = false;
  prototype.compileForInternalLoader = function () {
    if (this.loaded || this.loading || isReset || hasThreads) return compileForInternalLoader.call(this);
    isReset = true;
    setOptions(DISCARD);
    try {
      return compileForInternalLoader.call(this);
    } finally {
      setOptions(KEEP);
      isReset = false;
    }
  };
}

/** Programs may set options of V8 at any time. */
function patchV8() {
  if (isPatched) return;
  isPatched = true;
  const v8 = require('node:v8');
  const { setFlagsFromString: original } = v8;
  v8.setFlagsFromString = function setFlagsFromString(flags) {
    original(flags);
    if (setOptions !== null) setOptions(KEEP);
    hash = null;
  };
}

/** `v8.setFlagsFromString`, without the rest of `v8`, which takes longer to load than the whole loader. */
function findSetOptions() {
  if (builtinModuleClass() === null) return require('node:v8').setFlagsFromString;
  const { emitWarning } = process;
  try {
    // It says that it is for tests only.
    process.emitWarning = () => {};
    return requireInternal('internal/test/binding').internalBinding('v8').setFlagsFromString;
  } finally {
    process.emitWarning = emitWarning;
  }
}

module.exports = {
  acceptWithOptions,
  isBytecodeKept,
  keepBytecode,
  keepBytecodeForThreads,
  patchV8,
};
