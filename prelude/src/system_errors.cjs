'use strict';

// Errors of the operating system, as Node's file system functions throw them.

const util = require('node:util');
const { isWindows, resolvePlain } = require('./mount.cjs');

let numbers = null;

function numberOf(code) {
  if (numbers === null) {
    numbers = new Map();
    for (const [number, [name, message]] of util.getSystemErrorMap())
      numbers.set(name, { number, message });
  }
  return numbers.get(code);
}

/**
 * @param {string} code like ENOENT
 * @param {string} syscall
 * @param {unknown} [given] the path as the caller gave it
 * @param {unknown} [dest] for functions of two paths
 */
function systemError(code, syscall, given, dest) {
  const { number, message } = numberOf(code);
  let text = `${code}: ${message}, ${syscall}`;
  if (given !== undefined) text += ` '${shown(given)}'`;
  if (dest !== undefined) text += ` -> '${shown(dest)}'`;
  const error = new Error(text);
  error.errno = number;
  error.code = code;
  error.syscall = syscall;
  if (given !== undefined) error.path = shown(given);
  if (dest !== undefined) error.dest = shown(dest);
  return error;
}

function shown(given) {
  const text =
    typeof given === 'string'
      ? given
      : given instanceof Uint8Array
        ? Buffer.from(given).toString()
        : require('node:url').fileURLToPath(given);
  // There Node gives the system absolute paths, and its errors show what the system got.
  return isWindows ? resolvePlain(text) : text;
}

module.exports = { systemError };
