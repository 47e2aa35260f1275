'use strict';

// The first program that runs in an executable: mounts the payload, patches Node, runs the app.

const { DamagedExecutable } = require('./executable.cjs');
const { openPayload } = require('./open_payload.cjs');
const { start } = require('./start.cjs');

/** One line for the user of a damaged executable; there is nothing that a stack trace could tell them. */
function fail(error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

function open() {
  try {
    return openPayload();
  } catch (error) {
    if (error instanceof DamagedExecutable) return fail(error);
    throw error;
  }
}

start(open());
