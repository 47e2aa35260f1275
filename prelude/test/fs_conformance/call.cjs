'use strict';

// Calls a function of `fs` in all forms that it has.

const fs = require('node:fs');
const { describe } = require('./describe.cjs');

const FORMS = ['sync', 'callback', 'promise'];

/** Which forms of a function this Node has. */
function formsOf(name) {
  return FORMS.filter((form) => {
    if (form === 'sync') return typeof fs[`${name}Sync`] === 'function';
    return typeof (form === 'callback' ? fs : fs.promises)[name] === 'function';
  });
}

/**
 * @param {string} form
 * @param {string} name without `Sync`
 * @param {unknown[]} args
 * @param {(result: unknown) => unknown} [show] what to compare of a result; may be asynchronous
 */
async function call(form, name, args, show = describe) {
  if (form === 'callback') return callBack(fs, name, args, show);
  let returned;
  try {
    returned = form === 'sync' ? fs[`${name}Sync`](...args) : fs.promises[name](...args);
  } catch (error) {
    return { thrown: describe(error) };
  }
  if (form === 'sync') return { returned: await show(returned) };
  const isPromise = returned instanceof Promise;
  return settled(returned, isPromise, show);
}

/** As `settled`, of a call that may also throw. */
async function settledCall(operation, show = describe) {
  try {
    return await settled(operation(), true, show);
  } catch (error) {
    return { thrown: describe(error) };
  }
}

async function settled(promise, isPromise, show) {
  try {
    return { isPromise, resolved: await show(await promise) };
  } catch (error) {
    return { isPromise, rejected: describe(error) };
  }
}

/** Calls a method with a callback; says whether it throws, and whether it calls back too early. */
function callBack(owner, name, args, show = describe) {
  return new Promise((resolve) => {
    let isEarly = true;
    let returned;
    // Some functions check their arguments after they have returned.
    const uncaught = (error) => resolve({ uncaught: describe(error) });
    process.once('uncaughtException', uncaught);
    const callback = async (...results) => {
      const early = isEarly;
      process.off('uncaughtException', uncaught);
      // Only functions whose callbacks get no error give another value first.
      const [error, ...values] = results;
      const shown =
        error instanceof Error
          ? [describe(error)]
          : [describe(error), ...(await Promise.all(values.map(show)))];
      resolve({ early, calledBack: shown, returned: describe(returned) });
    };
    try {
      returned = owner[name](...args, callback);
    } catch (error) {
      process.off('uncaughtException', uncaught);
      resolve({ thrown: describe(error) });
    }
    isEarly = false;
  });
}

module.exports = { call, callBack, formsOf, settled, settledCall };
