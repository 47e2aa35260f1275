'use strict';

// Runs code that is in no file: `node -e`, and workers with `eval`.

const Module = require('node:module');
const { Script, constants } = require('node:vm');

// What V8 says of code that parses as an ES module only.
const MODULE_SYNTAX =
  /^(?:Cannot use import statement outside a module|Unexpected token 'export'|Cannot use 'import\.meta' outside a module|await is only valid in async functions and the top level bodies of modules)$/;

// Variables that Node defines for such code, unless it is an ES module.
const GLOBALS = ['module', 'exports', 'require', '__filename', '__dirname'];

let modules = 0;

/** Takes away what was defined for code that is in no file. */
function forgetGlobals() {
  for (const name of GLOBALS) delete globalThis[name];
}

/** Runs code in the global scope; its `import()` counts from the working directory. The result of the last statement. */
function evaluate(name, code) {
  return new Script(code, {
    filename: name,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }).runInThisContext();
}

/** The same, or as an ES module if it has the syntax of one, as Node decides. */
function evaluateEither(name, code) {
  let script;
  try {
    script = new Script(code, {
      filename: name,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
  } catch (error) {
    if (!MODULE_SYNTAX.test(error.message)) throw error;
    forgetGlobals();
    evaluateModule(code);
    return undefined;
  }
  return script.runInThisContext();
}

/** Its URL is the one that Node gives such code; errors are uncaught errors. */
function evaluateModule(code) {
  const { pathToFileURL } = require('node:url');
  const url = `${pathToFileURL(process.cwd()).href}/[eval${++modules}]`;
  const hooks = Module.registerHooks({
    resolve(specifier, context, nextResolve) {
      return specifier === url
        ? { url, format: 'module', shortCircuit: true }
        : nextResolve(specifier, context);
    },
    load(loaded, context, nextLoad) {
      if (loaded !== url) return nextLoad(loaded, context);
      hooks.deregister();
      return { source: code, format: 'module', shortCircuit: true };
    },
  });
  importUrl(url);
}

function importUrl(url) {
  return evaluate('[eval]', '(specifier) => import(specifier)')(url);
}

module.exports = { evaluateEither, forgetGlobals, importUrl };
