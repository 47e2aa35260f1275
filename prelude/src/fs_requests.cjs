'use strict';

// How functions of Node's file system binding give their results: they return them, call back a request, or return a
// promise, whatever one of their arguments says.

const { binding } = require('./bindings.cjs');

const { FSReqCallback, kUsePromises } = binding('fs');
// Before an app could replace it by a clock of its own.
const { setImmediate } = globalThis;

/**
 * Gives the result of an operation in the form that the arguments ask for; never before the caller has returned,
 * unless they ask for that.
 * @param {unknown[]} args of the function
 * @param {() => unknown} operation
 */
function complete(args, operation) {
  const request = args.findLast(isRequest);
  if (request === undefined) return operation();
  if (request === kUsePromises) return promised(operation);
  let result;
  try {
    result = operation();
  } catch (error) {
    setImmediate(() => request.oncomplete(error));
    return undefined;
  }
  if (result === undefined) setImmediate(() => request.oncomplete(null));
  else setImmediate(() => request.oncomplete(null, result));
  return undefined;
}

function isRequest(value) {
  return value === kUsePromises || value instanceof FSReqCallback;
}

function promised(operation) {
  return new Promise((resolve, reject) => {
    try {
      setImmediate(resolve, operation());
    } catch (error) {
      setImmediate(reject, error);
    }
  });
}

module.exports = { complete };
