'use strict';

// Where the payload is mounted, and which paths are below.

const path = require('node:path');

const isWindows = process.platform === 'win32';
const NAME = 'snapshot';
const DRIVE = 'C';
const ROOT = isWindows ? `${DRIVE}:\\${NAME}` : `/${NAME}`;
const ROOT_LENGTH = ROOT.length;
const SEPARATOR = isWindows ? '\\' : '/';
const SEPARATOR_CODE = SEPARATOR.charCodeAt(0);
const BEFORE_DOT = `${SEPARATOR}.`;
const TWICE = SEPARATOR + SEPARATOR;
const LOWER_DRIVE = DRIVE.toLowerCase().charCodeAt(0);
// Where the separator of the root directory is.
const ROOT_END = isWindows ? 2 : 0;
const NAMESPACED = /^\\\\[?.]\\[A-Za-z]:/;

/** Whether a normalized absolute path is the mount point or below it. */
function isInside(normalized) {
  return (
    normalized.startsWith(ROOT) &&
    (normalized.length === ROOT_LENGTH || normalized.charCodeAt(ROOT_LENGTH) === SEPARATOR_CODE)
  );
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
  const normalized = isNormal(value) ? value : resolve(value);
  return isInside(normalized) ? normalized : null;
}

function isNormal(value) {
  return (
    value.charCodeAt(ROOT_END) === SEPARATOR_CODE &&
    !value.includes(BEFORE_DOT) &&
    !value.includes(TWICE) &&
    value.charCodeAt(value.length - 1) !== SEPARATOR_CODE &&
    (!isWindows || (!value.includes('/') && value.startsWith(DRIVE)))
  );
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

module.exports = { ROOT, SEPARATOR, isInside, isWindows, locate, resolve, resolvePlain };
