'use strict';
// Runs a script of a package.json in the sandbox and leaves what it wrote below `out/`: `run_build_script.cjs PLAN`.
//
// PLAN is a JSON file: `program` and `arguments` (the package manager), `prefix` and `directory` (where the package
// lies), `outputs` (files and directories that the script must write, relative to `prefix`).

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { environment } = require('./sandbox_environment.cjs');

function main(plan) {
  const root = process.cwd();
  const directory = path.resolve(root, plan.prefix, plan.directory);
  const env = environment(root);
  // Tools write into the home directory without being asked; the sandbox has one of its own for them.
  env.HOME = path.join(root, '__home');
  fs.mkdirSync(env.HOME, { recursive: true });
  const program = path.resolve(root, plan.program);
  const result = spawnSync(process.execPath, [program, ...plan.arguments], { cwd: directory, env, stdio: 'inherit' });
  if (result.error) throw result.error;
  if (result.status !== 0) return result.status ?? 1;
  const missing = [];
  for (const output of plan.outputs) {
    const written = path.resolve(root, plan.prefix, output);
    if (!fs.existsSync(written)) {
      missing.push(output);
      continue;
    }
    const target = path.join(root, 'out', output);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    // An output may lie within another one, which was moved with it.
    if (!fs.existsSync(target)) fs.renameSync(written, target);
  }
  if (missing.length === 0) return 0;
  process.stderr.write(`The script did not write: ${missing.join(', ')}\n`);
  return 1;
}

process.exitCode = main(JSON.parse(fs.readFileSync(process.argv[2], 'utf8')));
