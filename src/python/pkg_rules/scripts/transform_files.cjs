'use strict';
// Gives each file of a program to a `transform` hook and writes those that it changes: `transform_files.cjs PLAN OUTPUT`.
//
// PLAN is a JSON file: `prefix`, `directory` (where it runs), `file` and `member` (the function), `program` (where the
// files of the program are), `files` (relative to that). Changed files are written below OUTPUT. The function is told
// paths below `prefix`, beside its own file, as if the program were still where it was checked in. One file after the
// other, as pkg does.

const { isUtf8 } = require('node:buffer');
const fs = require('node:fs');
const path = require('node:path');

const { exitAfter, loadHook } = require('./load_config.cjs');

const TEXT = /\.(?:js|cjs|mjs|json)$/;

async function main(plan, output) {
  const root = process.cwd();
  const target = path.resolve(root, output);
  fs.mkdirSync(target, { recursive: true });
  process.chdir(path.resolve(root, plan.prefix, plan.directory));
  const transform = await loadHook(root, plan);
  for (const file of plan.files) {
    const source = path.resolve(root, plan.program, file);
    const content = fs.readFileSync(source);
    const changed = await changedBy(transform, path.resolve(root, plan.prefix, file), file, content);
    if (changed === undefined || content.equals(Buffer.from(changed))) continue;
    const written = path.join(target, file);
    fs.mkdirSync(path.dirname(written), { recursive: true });
    fs.writeFileSync(written, changed, { mode: fs.statSync(source).mode });
  }
}

async function changedBy(transform, full, file, content) {
  let changed;
  try {
    changed = await transform(full, TEXT.test(file) && isUtf8(content) ? content.toString() : content);
  } catch (error) {
    throw new Error(`It threw for \`${file}\`: ${error?.stack ?? error}`);
  }
  if (changed !== undefined && typeof changed !== 'string' && !Buffer.isBuffer(changed)) {
    throw new Error(
      `It returned ${changed === null ? 'null' : `a value of type ${typeof changed}`} for \`${file}\`; it has to be a ` +
        'string, a Buffer, or undefined to leave the file as it is.',
    );
  }
  return changed;
}

exitAfter(main(JSON.parse(fs.readFileSync(process.argv[2], 'utf8')), process.argv[3]));
