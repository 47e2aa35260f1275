'use strict';

// Code that is in no file and has types.

const Module = require('node:module');

const PROBLEMS = new Set(['ERR_INVALID_TYPESCRIPT_SYNTAX', 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX']);

/**
 * Code without its types, at the same positions.
 * @param {string} code
 * @param {(problem: Error) => Error} explain what to throw if it is not TypeScript either
 */
function stripTypes(code, explain) {
  try {
    return withoutWarning(() => Module.stripTypeScriptTypes(code));
  } catch (problem) {
    throw PROBLEMS.has(problem.code) ? explain(problem) : problem;
  }
}

/** The function is experimental, what Node does with such code by itself is not. */
function withoutWarning(run) {
  const { emitWarning } = process;
  process.emitWarning = (warning, ...rest) => {
    if (!`${warning}`.startsWith('stripTypeScriptTypes '))
      emitWarning.call(process, warning, ...rest);
  };
  try {
    return run();
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** The error of V8, with the other message after the source line that it shows. */
function withTypeScriptMessage(error, problem) {
  const lines = error.stack.split('\n');
  lines.splice(3, 0, problem.message);
  error.stack = lines.join('\n');
  return error;
}

/** The same for an ES module. */
function withTypeScriptMessageFirst(error, problem) {
  error.stack = `${problem.message}\n\n${error.stack}`;
  return error;
}

module.exports = { stripTypes, withTypeScriptMessage, withTypeScriptMessageFirst };
