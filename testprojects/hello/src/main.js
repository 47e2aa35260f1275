#!/usr/bin/env node
'use strict';

const { parseArguments, UsageError } = require('./arguments');
const { greet } = require('./greet.js');
const greetings = require('./greetings.json');
const { version } = require('../package.json');

const USAGE = `usage: hello [--language CODE] [NAME ...]
       hello --version | --languages | --where | --stdin | --exit CODE | --fail KIND`;

function run(argv) {
  const options = parseArguments(argv);
  switch (options.command) {
    case 'version':
      console.log(version);
      return 0;
    case 'languages':
      for (const [code, { greeting }] of Object.entries(greetings)) {
        console.log('%s\t%s', code, greeting);
      }
      return 0;
    case 'where':
      return require('./commands/where').where();
    case 'stdin':
      return require('./commands/stdin').countStandardInput();
    case 'fail':
      return require('./commands/fail').fail(options.kind);
    case 'exit':
      return options.code;
    default:
      console.log(greet(options.names, options.language));
      return 0;
  }
}

if (require.main === module) {
  try {
    process.exitCode = run(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`hello: ${error.message}\n${USAGE}`);
    process.exitCode = 2;
  }
}

module.exports = { run };
