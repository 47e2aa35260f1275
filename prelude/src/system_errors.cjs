'use strict';

// Errors of the operating system, as Node's file system functions throw them.

const util = require('node:util');

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
 * @param {unknown} [path] as the caller gave it
 * @param {unknown} [dest] for functions of two paths
 */
function systemError(code, syscall, path, dest) {
  const { number, message } = numberOf(code);
  let text = `${code}: ${message}, ${syscall}`;
  if (path !== undefined) text += ` '${shown(path)}'`;
  if (dest !== undefined) text += ` -> '${shown(dest)}'`;
  const error = new Error(text);
  error.errno = number;
  error.code = code;
  error.syscall = syscall;
  if (path !== undefined) error.path = shown(path);
  if (dest !== undefined) error.dest = shown(dest);
  return error;
}

function shown(path) {
  if (typeof path === 'string') return path;
  return path instanceof Uint8Array
    ? Buffer.from(path).toString()
    : require('node:url').fileURLToPath(path);
}

module.exports = { systemError };
