'use strict';

// The first program that runs in an executable: mounts the payload, patches Node, runs the app.

const fs = require('node:fs');
const sea = require('node:sea');
const { openExecutable, readLocator } = require('./executable.cjs');
const { start } = require('./start.cjs');

/** One line for the user of a damaged executable; there is nothing that a stack trace could tell them. */
function fail(error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

function openPayload() {
  const { DamagedExecutable } = require('./executable.cjs');
  const { Payload } = require('./payload.cjs');
  try {
    const { start: offset, size } = readLocator(sea.getRawAsset('locator'));
    const executable = openExecutable();
    if (fs.fstatSync(executable).size < offset + size) {
      throw new DamagedExecutable('it ends before the end of its payload');
    }
    return new Payload(executable, offset, size);
  } catch (error) {
    if (error instanceof DamagedExecutable) return fail(error);
    throw error;
  }
}

start(openPayload());
