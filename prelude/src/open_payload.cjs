'use strict';

// Opens the payload of the executable that runs.

const fs = require('node:fs');
const sea = require('node:sea');
const { endDamaged } = require('./damage.cjs');
const { openExecutable, partOffset, readLocator } = require('./executable.cjs');
const { Payload } = require('./payload.cjs');

/** Ends the process if the executable is damaged. */
function openPayload() {
  const place = readLocator(sea.getRawAsset('locator'));
  const executable = openExecutable();
  const part = process.platform === 'darwin' ? partOffset(executable, process.arch) : 0;
  const start = part + place.start;
  const { size } = place;
  if (fs.fstatSync(executable).size < start + size) {
    endDamaged('it ends before the end of its payload');
  }
  return new Payload(executable, start, size);
}

module.exports = { openPayload };
