'use strict';

// The line that errors about missing files get beside Node's own wording: what is missing in an executable was not put
// there when it was built, and only a BUILD file can mend that.

const { ROOT, SEPARATOR } = require('./mount.cjs');

const HOW =
  'It was not packaged into this executable; to have it, add the target that owns it to the ' +
  '`dependencies` of the `node_executable` in the BUILD file';

/**
 * @param {string} path absolute, below the snapshot root
 * @returns {string} starts with a line break
 */
function notPackaged(path) {
  const own = path.slice(ROOT.length + 1).replaceAll(SEPARATOR, '/');
  return `\n${HOW}: ${own}`;
}

module.exports = { notPackaged };
