'use strict';

// Runs code that is in no file: `node -e`, and workers with `eval`.

const { Script, constants } = require('node:vm');
const { registerOwnHooks } = require('./hooks_of_user.cjs');

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
  return compile(name, code).runInThisContext();
}

/** The same, or as an ES module if it has the syntax of one, and without types if it has those, as Node decides. */
function evaluateEither(name, code) {
  let script;
  try {
    script = compile(name, code);
  } catch (error) {
    if (MODULE_SYNTAX.test(error.message)) return evaluateModule(code);
    if (!process.features.typescript) throw error;
    const { stripTypes, withTypeScriptMessage } = require('./typescript.cjs');
    const stripped = stripTypes(code, (problem) => withTypeScriptMessage(error, problem));
    try {
      script = compile(name, stripped);
    } catch (problem) {
      if (MODULE_SYNTAX.test(problem.message)) return evaluateModule(code);
      throw problem;
    }
  }
  return script.runInThisContext();
}

function compile(name, code) {
  return new Script(code, {
    filename: name,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
}

/** Its URL is the one that Node gives such code; errors are uncaught errors. */
function evaluateModule(code) {
  forgetGlobals();
  const done = importCode(code);
  if (!process.features.typescript) return;
  done.catch((error) => {
    if (!(error instanceof SyntaxError)) throw error;
    const { stripTypes, withTypeScriptMessageFirst } = require('./typescript.cjs');
    const stripped = stripTypes(code, (problem) => withTypeScriptMessageFirst(error, problem));
    // Without types in it, it did parse, and something that it imports did not; it must not run twice.
    if (stripped === code) throw error;
    return importCode(stripped);
  });
}

function importCode(code) {
  modules++;
  const { pathToFileURL } = require('node:url');
  const url = `${pathToFileURL(process.cwd()).href}/[eval${modules}]`;
  const hooks = registerOwnHooks({
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
  return importUrl(url);
}

function importUrl(url) {
  return evaluate('[eval]', '(specifier) => import(specifier)')(url);
}

module.exports = { evaluateEither, forgetGlobals, importUrl };
