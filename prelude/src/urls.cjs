'use strict';

// Between paths inside and their `file:` URLs. Most need no conversion at all, and those that do go through Node's.

const { fileURLToPath, pathToFileURL } = require('node:url');
const { ROOT, isInside, isWindows } = require('./mount.cjs');

const INSIDE_URL = isWindows ? 'file:///C:/snapshot/' : `file://${ROOT}/`;
// Characters that mean themselves in both.
const PLAIN_PATH = /^[A-Za-z0-9_\-./@+~]*$/;

function toUrl(file) {
  return !isWindows && PLAIN_PATH.test(file) ? `file://${file}` : pathToFileURL(file).href;
}

/** The path of a URL that is inside, without query and fragment; null for every other URL. */
function insidePath(url) {
  if (!url.startsWith(INSIDE_URL)) return null;
  if (!isWindows) {
    const file = url.slice(7);
    if (PLAIN_PATH.test(file)) return file;
  }
  const file = fileURLToPath(url);
  return isInside(file) ? file : null;
}

module.exports = { INSIDE_URL, PLAIN_PATH, insidePath, toUrl };
