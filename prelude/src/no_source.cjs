'use strict';

// Files whose source is not in the executable: nobody can read what is there in its place.

const { systemError } = require('./system_errors.cjs');

const HINT =
  'The executable has the bytecode of this script and not its source; to have both, name it in `public` or ' +
  '`public_packages` of the `node_executable` in the BUILD file';

/**
 * @param {import('./payload.cjs').Payload} payload
 * @param {{entry: number, directory: number|null}} found
 * @throws an error of a system call
 */
function checkSource(payload, found, syscall, given, destination) {
  if (found.directory !== null || !payload.isStripped(found.entry)) return;
  throw systemError('EACCES', syscall, given, destination, `\n${HINT}`);
}

module.exports = { checkSource };
