'use strict';

// Opens the payload of the executable that runs.

const fs = require('node:fs');
const sea = require('node:sea');
const { DamagedExecutable, openExecutable, readLocator } = require('./executable.cjs');
const { Payload } = require('./payload.cjs');

/** @throws {DamagedExecutable} */
function openPayload() {
  const { start, size } = readLocator(sea.getRawAsset('locator'));
  const executable = openExecutable();
  if (fs.fstatSync(executable).size < start + size) {
    throw new DamagedExecutable('it ends before the end of its payload');
  }
  return new Payload(executable, start, size);
}

module.exports = { openPayload };
