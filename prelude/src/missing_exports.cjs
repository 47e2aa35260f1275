'use strict';

// Lets Node 22 explain that a CommonJS module may not have a name that is imported from it. For that Node 22 resolves
// and loads the module once more, and fails to when there are hooks that load modules; so for that one load there are
// none. Later versions know without loading.

const hooksOfUser = require('./hooks_of_user.cjs');

class MissingExportExplanation {
  /**
   * @param {object} hooks
   * @param {() => void} hooks.pause
   * @param {() => void} hooks.resume
   */
  constructor({ pause, resume }) {
    this.pause = pause;
    this.resume = resume;
    this.seen = new Set();
  }

  /** Called for each CommonJS module that is imported; only what is resolved again can be on behalf of an error. */
  resolved(specifier, parentUrl) {
    const key = `${parentUrl} ${specifier}`;
    if (!this.seen.has(key)) {
      this.seen.add(key);
      return;
    }
    if (hooksOfUser.userHooksActive || !isLinking()) return;
    this.pause();
    // Node loads in the step after this one.
    queueMicrotask(() => queueMicrotask(this.resume));
  }
}

/** Whether Node resolves because linking failed, and not for an import. */
function isLinking() {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 20;
  const holder = {};
  Error.captureStackTrace(holder);
  const stack = `${holder.stack}`;
  Error.stackTraceLimit = stackTraceLimit;
  return stack.includes('ModuleJob._instantiate');
}

module.exports = { MissingExportExplanation };
