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
 * @param {string | Uint8Array} [path] as the caller gave it
 * @param {string | Uint8Array} [dest] for functions of two paths
 * @param {string} [more] what the message says after Node's own
 */
function systemError(code, syscall, path, dest, more = '') {
  const { number, message } = numberOf(code);
  let text = `${code}: ${message}, ${syscall}`;
  if (path !== undefined) text += ` '${shown(path)}'`;
  if (dest !== undefined) text += ` -> '${shown(dest)}'`;
  const error = new Error(text + more);
  error.errno = number;
  error.code = code;
  error.syscall = syscall;
  if (path !== undefined) error.path = shown(path);
  if (dest !== undefined) error.dest = shown(dest);
  return error;
}

/** The number that system calls give for an error, negative. */
function errorNumber(code) {
  return numberOf(code).number;
}

function shown(path) {
  const text = typeof path === 'string' ? path : Buffer.from(path).toString();
  // There Node gives the system absolute paths, and its errors show what the system got.
  return isWindows ? resolvePlain(text) : text;
}

module.exports = { errorNumber, systemError };
