'use strict';

// Finds the payload in the executable that runs. The locator is an asset of the SEA blob, patched when the payload
// was appended; so nothing has to be searched for, and a tool that moved bytes is noticed.

const fs = require('node:fs');
const { endDamaged, endUnreadable } = require('./damage.cjs');

// In two parts: the assemble step finds the locator by its magic, which must be in the prepared base only once.
const LOCATOR_MAGIC = ['PKGRULES', 'LOCATOR'].join('-');
const LOCATOR_SIZE = 32;

/** Where the payload is in the executable: `{start, size}`. */
function readLocator(asset) {
  const locator = Buffer.from(asset);
  if (locator.length !== LOCATOR_SIZE || locator.latin1Slice(0, 16) !== LOCATOR_MAGIC) {
    endDamaged('the locator of its payload is not one');
  }
  const start = Number(locator.readBigUInt64LE(16));
  const size = Number(locator.readBigUInt64LE(24));
  if (start === 0 || size === 0) endDamaged('it has no payload');
  return { start, size };
}

/** A path of the running executable. On Linux it works for one that was renamed or deleted since. */
function pathOfExecutable() {
  return process.platform === 'linux' ? '/proc/self/exe' : process.execPath;
}

/** A descriptor of the running executable. */
function openExecutable() {
  try {
    return fs.openSync(pathOfExecutable(), 'r');
  } catch (error) {
    return endUnreadable(error);
  }
}

// Universal executables of macOS begin with a table (big-endian): magic, number of parts, and for each CPU type, CPU
// subtype, offset, size and alignment.
const UNIVERSAL_MAGIC = 0xcafebabe;
const UNIVERSAL_SIZE = 48;
const CPU_TYPES = { x64: 0x01000007, arm64: 0x0100000c };

/** Where the part for this architecture begins, which all its offsets count from: 0 unless the executable is universal. */
function partOffset(executable, arch) {
  const table = Buffer.alloc(UNIVERSAL_SIZE);
  fs.readSync(executable, table, 0, UNIVERSAL_SIZE, 0);
  if (table.readUInt32BE(0) !== UNIVERSAL_MAGIC) return 0;
  for (const at of [8, 28]) {
    if (table.readUInt32BE(at) === CPU_TYPES[arch]) return table.readUInt32BE(at + 8);
  }
  return endDamaged(`it has no part for ${arch}`);
}

module.exports = { openExecutable, partOffset, pathOfExecutable, readLocator };
