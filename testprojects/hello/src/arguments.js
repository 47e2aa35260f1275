'use strict';

const FLAGS = new Set(['version', 'languages', 'where', 'stdin']);

class UsageError extends Error {}

/** Turns the command line into `{ command, ... }`; throws a UsageError for what it does not know. */
function parseArguments(argv) {
  const options = { command: 'greet', language: 'en', names: [] };
  const rest = [...argv];
  const value = (flag) => {
    if (rest.length === 0) throw new UsageError(`option ${flag} needs a value`);
    return rest.shift();
  };
  while (rest.length > 0) {
    const argument = rest.shift();
    if (!argument.startsWith('--')) {
      options.names.push(argument);
    } else if (FLAGS.has(argument.slice(2))) {
      options.command = argument.slice(2);
    } else if (argument === '--language') {
      options.language = value(argument);
    } else if (argument === '--fail') {
      options.command = 'fail';
      options.kind = value(argument);
    } else if (argument === '--exit') {
      options.command = 'exit';
      options.code = Number.parseInt(value(argument), 10);
    } else {
      throw new UsageError(`unknown option ${argument}`);
    }
  }
  return options;
}

module.exports = { parseArguments, UsageError };
