'use strict';

// Tries options of Node.js and V8, in a sandbox, with the version that an executable with these options will have:
//
//     node check_options.cjs plan.json out/options.json
//
//     {"options": ["--expose-gc", "--no-warnings"]}
//
// The output is `{"rejected": [[option, message], ...], "compile": [option, ...]}`. `compile` are the options that V8
// compares before it accepts a code cache: so code has to be compiled under them. Which these are differs between
// versions, and options of Node.js can set some of V8. So V8 is asked: by what it writes into a code cache.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const FLAG_HASH_OFFSET = 12;
const TIMEOUT_MILLISECONDS = 20_000;

// To a descriptor of its own: V8 has options that print.
const PRINT_FLAG_HASH = `
  const { Script } = require('node:vm');
  const hash = new Script('0').createCachedData().readUInt32LE(${FLAG_HASH_OFFSET});
  require('node:fs').writeSync(3, String(hash));
`;

/** The flag hash of V8 under these options, or why Node.js does not run with them. */
function tryOptions(options) {
  const { status, signal, error, stderr, output } = spawnSync(
    process.execPath,
    [...options, '-e', PRINT_FLAG_HASH],
    { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MILLISECONDS },
  );
  if (status === 0 && output[3] !== '') return { hash: output[3] };
  const [said = ''] = stderr.split('\n');
  return { problem: said.replace(`${process.execPath}: `, '') || describe(status, signal, error) };
}

function describe(status, signal, error) {
  if (error) return error.code === 'ETIMEDOUT' ? 'Node.js did not end' : error.message;
  return signal ? `Node.js was ended by ${signal}` : `Node.js ended with code ${status}`;
}

function main([planFile, outFile]) {
  const { options } = JSON.parse(fs.readFileSync(planFile, 'utf8'));
  const together = tryOptions(options);
  const alone = options.map((option) => [option, tryOptions([option])]);
  let rejected = [];
  if (together.problem !== undefined) {
    // An option may need another one, so what fails alone only counts when the whole fails.
    rejected = alone
      .filter(([, { problem }]) => problem !== undefined)
      .map(([option, { problem }]) => [option, problem]);
    if (rejected.length === 0) rejected = [[options.join(' '), together.problem]];
  }
  const { hash } = tryOptions([]);
  const compile = alone.filter(([, tried]) => tried.hash !== hash).map(([option]) => option);
  fs.mkdirSync(path.dirname(outFile), { recursive: true });
  fs.writeFileSync(outFile, JSON.stringify({ rejected, compile }));
}

main(process.argv.slice(2));
