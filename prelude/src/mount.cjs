'use strict';

// Where the payload is mounted, and which paths are below.

const path = require('node:path');

const isWindows = process.platform === 'win32';
const NAME = 'snapshot';
const DRIVE = 'C';
const ROOT = isWindows ? `${DRIVE}:\\${NAME}` : `/${NAME}`;
const ROOT_LENGTH = ROOT.length;
const ABOVE_ROOT = path.dirname(ROOT);
const SEPARATOR = isWindows ? '\\' : '/';
const SEPARATOR_CODE = SEPARATOR.charCodeAt(0);
const LOWER_DRIVE = DRIVE.toLowerCase().charCodeAt(0);
const NAMESPACED = /^\\\\[?.]\\[A-Za-z]:/;

/** Whether a normalized absolute path is the mount point or below it. */
function isInside(normalized) {
  return (
    normalized.startsWith(ROOT) &&
    (normalized.length === ROOT_LENGTH || normalized.charCodeAt(ROOT_LENGTH) === SEPARATOR_CODE)
  );
}

/** Whether a path, as a string or bytes, is that of the real directory that the mount point seems to be in. */
function isAboveRoot(given) {
  const text = typeof given === 'string' ? given : Buffer.from(given).toString();
  // The most frequent case by far.
  if (text.length > ABOVE_ROOT.length && normalIfPlain(text) !== null) return false;
  return path.resolve(text) === ABOVE_ROOT;
}

/**
 * The normalized path of anything that `fs` takes as a path, if it is inside; null for every other value, also for
 * those that `fs` refuses, so that it does.
 */
function locate(value) {
  if (typeof value === 'string') return locateString(value);
  if (typeof value !== 'object' || value === null) return null;
  if (value instanceof Uint8Array) {
    const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString();
    return locateString(text);
  }
  if (value.protocol === 'file:' && typeof value.href === 'string') return locateUrl(value);
  return null;
}

function locateString(value) {
  // Nothing else can lead inside: the working directory never is.
  if (!value.includes(NAME) || value.includes('\0')) return null;
  const normalized = normalIfPlain(value) ?? resolve(value);
  return isInside(normalized) ? normalized : null;
}

/** An absolute path that has nothing to normalize but separators; null for every other. */
function normalIfPlain(value) {
  if (isWindows) return normalIfPlainOnWindows(value);
  return value.charCodeAt(0) === SEPARATOR_CODE &&
    !value.includes('/.') &&
    !value.includes('//') &&
    value.charCodeAt(value.length - 1) !== SEPARATOR_CODE
    ? value
    : null;
}

function normalIfPlainOnWindows(value) {
  return /^[A-Za-z]:[\\/]/.test(value) && !/[\\/](?:[.\\/]|$)/.test(value)
    ? resolve(value)
    : null;
}

/** The absolute path; on Windows without `\\?\`. */
function resolvePlain(value) {
  const resolved = path.resolve(value);
  return isWindows && NAMESPACED.test(resolved) ? resolved.slice(4) : resolved;
}

/** The same, with a drive letter as the mount point has it. */
function resolve(value) {
  const plain = resolvePlain(value);
  return isWindows && plain.charCodeAt(0) === LOWER_DRIVE ? DRIVE + plain.slice(1) : plain;
}

function locateUrl(url) {
  if (!url.pathname.includes(NAME)) return null;
  let value;
  try {
    value = require('node:url').fileURLToPath(url);
  } catch {
    // Not a URL of a path; the original function says so.
    return null;
  }
  return locateString(value);
}

module.exports = {
  ROOT,
  SEPARATOR,
  SEPARATOR_CODE,
  isAboveRoot,
  isInside,
  isWindows,
  locate,
  normalIfPlain,
  resolve,
  resolvePlain,
};
