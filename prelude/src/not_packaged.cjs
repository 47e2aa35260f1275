'use strict';

// The line that errors about missing files get beside Node's own wording: what is missing in an executable was not put
// there when it was built, and only a BUILD file or a package.json can mend that.

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

/**
 * The same for a package that no `node_modules` folder has.
 * @param {string} name
 * @returns {string} starts with a line break
 */
function packageNotPackaged(name) {
  return (
    `\nThe package \`${name}\` was not packaged into this executable; list it in \`dependencies\` (not ` +
    '`devDependencies`) of the package.json, and if its name is computed, add its target to the `dependencies` of ' +
    'the `node_executable` in the BUILD file'
  );
}

module.exports = { notPackaged, packageNotPackaged };
