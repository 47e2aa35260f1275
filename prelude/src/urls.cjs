'use strict';

// Between paths inside and their `file:` URLs. Most need no conversion at all, and those that do go through Node's.

const { fileURLToPath, pathToFileURL } = require('node:url');
const { ROOT, isInside, isWindows } = require('./mount.cjs');

const SCHEME = isWindows ? 'file:///' : 'file://';
const INSIDE_URL = `${SCHEME}${withSlashes(ROOT)}/`;
// Characters that mean themselves in both; what comes before is the mount point.
const PLAIN_PATH = /^[A-Za-z0-9_\-./@+~]*$/;
const PLAIN_WINDOWS_PATH = /^[A-Z]:[A-Za-z0-9_\-.\\@+]*$/;
const PLAIN_WINDOWS_URL = /^[A-Z]:[A-Za-z0-9_\-./@+]*$/;

function toUrl(file) {
  const isPlain = isWindows ? PLAIN_WINDOWS_PATH.test(file) : PLAIN_PATH.test(file);
  return isPlain ? SCHEME + withSlashes(file) : pathToFileURL(file).href;
}

/** The path of a URL that is inside, without query and fragment; null for every other URL. */
function insidePath(url) {
  if (!url.startsWith(INSIDE_URL)) return null;
  const plain = url.slice(SCHEME.length);
  if (!isWindows) {
    if (PLAIN_PATH.test(plain)) return plain;
  } else if (PLAIN_WINDOWS_URL.test(plain)) {
    return plain.replaceAll('/', '\\');
  }
  const file = fileURLToPath(url);
  return isInside(file) ? file : null;
}

function withSlashes(file) {
  return isWindows ? file.replaceAll('\\', '/') : file;
}

module.exports = { INSIDE_URL, PLAIN_PATH, insidePath, toUrl };
