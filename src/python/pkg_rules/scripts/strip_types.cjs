'use strict';

// Takes the types out of TypeScript, as this Node does when it loads such a file:
//
//     node --no-warnings strip_types.cjs list.json
//
//     {"directory": "__files", "files": ["src/a.ts"], "output": "out/stripped"}
//
// What is left of the first file is in `0` in the output folder, and so on; of a file that has more than types to take
// out there is nothing. On stdout is a JSON object that says of each such file why.
//
// A program of its own because it has to run without the options of V8 that are baked into an executable (`--jitless`
// has no WebAssembly, which Node's parser is made of), and because the parser would leave garbage in the memory that
// compile_code_cache.cjs needs fresh.

const fs = require('node:fs');
const { stripTypeScriptTypes } = require('node:module');
const path = require('node:path');

const PROBLEMS = new Set(['ERR_INVALID_TYPESCRIPT_SYNTAX', 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX']);

function main([listPath]) {
  const { directory, files, output } = JSON.parse(fs.readFileSync(listPath, 'utf8'));
  fs.mkdirSync(output);
  const problems = {};
  files.forEach((file, number) => {
    const source = fs.readFileSync(path.join(directory, file), 'utf8');
    const problem = process.features.typescript
      ? strip(source, path.join(output, `${number}`))
      : `Node ${process.version} does not run TypeScript`;
    if (problem !== null) problems[file] = problem;
  });
  process.stdout.write(JSON.stringify(problems));
}

/** Why nothing was written, or null. */
function strip(source, output) {
  let stripped;
  try {
    stripped = stripTypeScriptTypes(source);
  } catch (error) {
    if (!PROBLEMS.has(error.code)) throw error;
    // Node writes the place before the error.
    const line = /^.*:(\d+)\n/.exec(error.stack)?.[1];
    return `${error.name}: ${error.message}${line === undefined ? '' : ` (line ${line})`}`;
  }
  fs.writeFileSync(output, stripped);
  return null;
}

main(process.argv.slice(2));
