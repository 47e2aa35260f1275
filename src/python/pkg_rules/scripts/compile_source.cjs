'use strict';

// Compiles one source to V8 cached data, as the loader will take it (prelude/src/compile.cjs, esm_compile.cjs).

const vm = require('node:vm');

// Not public in any other way: the class of module records, Node's test for ES module syntax, and the lexer by which
// Node knows what a CommonJS module exports before it runs.
const helpers = require('internal/modules/helpers');
const { internalBinding } = require('internal/test/binding');

const ModuleWrap = helpers
  .loadBuiltinModule('internal/modules/helpers')
  .getESMFacade().constructor;
const { containsModuleSyntax } = internalBinding('contextify');

// Must be the wrapper of prelude/src/compile.cjs: V8 compares the length of the source, and columns depend on it. Bytecode
// that takes the place of the source needs none, as nothing of it is shown.
const WRAPPER_START = '(function (exports, require, module, __filename, __dirname) {\n';
const WRAPPER_END = '\n})';

// Where it is in cached data.
const FLAG_HASH_OFFSET = 12;

const PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];

/**
 * @param {string} source
 * @param {'commonjs'|'module'|undefined} declared what its name and package.json say; nothing lets the syntax decide
 * @param {boolean} bytecode whether the source stays out of the executable
 * @returns {{format: 'commonjs'|'module'|'invalid', script: object|null, announce?: () => void, problem?: string}}
 *   `script` has a method `createCachedData`; `announce` is for FunctionCompiler, if the source is there
 */
function compileSource(source, declared, bytecode) {
  try {
    if (declared === 'module') {
      const script = compileModule(source);
      return { format: 'module', script, announce: () => linkToNothing(script) };
    }
    if (bytecode) return { format: 'commonjs', script: compileFunction(source) };
    const script = compileWrapped(source);
    // Gives the function around the file, and does not call it.
    return { format: 'commonjs', script, announce: () => script.runInThisContext() };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    if (declared === undefined && containsModuleSyntax(source, '')) {
      return compileSource(source, 'module', bytecode);
    }
    return { format: 'invalid', script: null, problem: `${error.name}: ${error.message}${lineOf(error)}` };
  }
}

/** V8 writes the place before the error. */
function lineOf({ stack }) {
  const line = /^:(\d+)\n/.exec(stack)?.[1];
  return line === undefined ? '' : ` (line ${line})`;
}

function compileModule(source) {
  return new ModuleWrap('', undefined, source, 0, 0);
}

/** V8 makes the function of a module when it links it; that the imports are not there makes it give up only after that. */
function linkToNothing(script) {
  nothing ??= linked(compileModule(''), []);
  try {
    linked(script, script.getModuleRequests().map(() => nothing));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
}

let nothing;

function linked(script, imported) {
  script.link(imported);
  script.instantiate();
  return script;
}

/** The form that Node compiles. */
function compileFunction(source) {
  const { cachedData } = vm.compileFunction(source, PARAMETERS, {
    filename: '',
    produceCachedData: true,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  return { createCachedData: () => cachedData };
}

function compileWrapped(source) {
  // Only what parses in Node's form is CommonJS, whatever the wrapper below would make of it.
  vm.compileFunction(source, PARAMETERS, { filename: '' });
  const body = source.startsWith('#!') ? `//${source.slice(2)}` : source;
  return new vm.Script(WRAPPER_START + body + WRAPPER_END, {
    // V8 writes the name into the cached data, and at run time takes the one it is given then.
    filename: '',
    lineOffset: -1,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
}

/** The hash of the options of V8 that cached data of this process has from now on. */
function flagHash() {
  return new vm.Script('0', { filename: '' }).createCachedData().readUInt32LE(FLAG_HASH_OFFSET);
}

module.exports = { compileSource, flagHash };
