'use strict';

// The end of a damaged executable: one line, exit code 1, at once. It is no exception, because a program that caught it
// would go on with a part of itself.

const fs = require('node:fs');

// Programs replace these.
const { reallyExit } = process;
const { writeSync } = fs;

// How a thread tells the one that started it; worker_patch.cjs looks for it.
const DAMAGED_THREAD = 0x44414d47;

/** @param {string} problem @returns {never} */
function endDamaged(problem) {
  try {
    writeSync(
      2,
      `This executable is damaged or incomplete: ${problem}. Get it again from where it was built.\n`,
    );
  } finally {
    endProcess();
  }
}

/** @param {Error} error of the system @returns {never} */
function endUnreadable(error) {
  try {
    writeSync(
      2,
      `This executable cannot read itself (${error.message}). Its program is behind its code, so whoever runs it must be ` +
        'allowed to read it, e.g. `chmod a+r`, and on macOS it must not be moved while it runs.\n',
    );
  } finally {
    endProcess();
  }
}

/** @returns {never} */
function endProcess() {
  reallyExit.call(process, require('node:worker_threads').isMainThread ? 1 : DAMAGED_THREAD);
  // A thread only stops when it looks whether it should.
  for (;;);
}

module.exports = { DAMAGED_THREAD, endDamaged, endProcess, endUnreadable };
