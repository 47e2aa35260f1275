'use strict';
// Runs a `preBuild` or `postBuild` hook in the sandbox: `run_hook.cjs PLAN`.
//
// PLAN is a JSON file: `command`, or `file` and `member` (a function); `prefix` and `directory` (where it runs);
// `commands` (names of programs to JavaScript files that they start); `outputs` (files and directories that it must
// write, relative to `prefix`, which are moved below `out/`); `executable` (null, or `from` and `to`: the file that the
// hook may change, and where it may put others beside it).

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { exitAfter, loadHook } = require('./load_config.cjs');
const { environment } = require('./sandbox_environment.cjs');

async function main(plan) {
  const root = process.cwd();
  const directory = path.resolve(root, plan.prefix, plan.directory);
  fs.mkdirSync(directory, { recursive: true });
  const env = environment(root, [launchers(root, plan.commands), ...binDirectories(plan)]);
  env.HOME = path.join(root, '__home');
  fs.mkdirSync(env.HOME, { recursive: true });
  if (plan.executable !== null) {
    env.PKG_OUTPUT = path.resolve(root, plan.executable.to);
    fs.mkdirSync(path.dirname(env.PKG_OUTPUT), { recursive: true });
    fs.copyFileSync(path.resolve(root, plan.executable.from), env.PKG_OUTPUT);
    fs.chmodSync(env.PKG_OUTPUT, 0o755);
  }
  const status = plan.command === null ? await call(root, plan, directory, env) : run(plan.command, directory, env);
  if (status !== 0) return status;
  if (plan.executable !== null && !fs.statSync(env.PKG_OUTPUT, { throwIfNoEntry: false })?.isFile()) {
    process.stderr.write('The hook removed or renamed the executable. It may change the file and write others beside it.\n');
    return 1;
  }
  return moveOutputs(root, plan);
}

function run(command, directory, env) {
  const result = spawnSync(command, { shell: true, cwd: directory, env, stdio: 'inherit' });
  if (result.error) throw result.error;
  if (result.signal) process.stderr.write(`ended by ${result.signal}\n`);
  return result.status ?? 1;
}

async function call(root, plan, directory, env) {
  Object.assign(process.env, env);
  process.chdir(directory);
  const hook = await loadHook(root, plan);
  await (plan.executable === null ? hook() : hook(env.PKG_OUTPUT));
  return 0;
}

function moveOutputs(root, plan) {
  fs.mkdirSync(path.join(root, 'out'), { recursive: true });
  const missing = [];
  for (const output of plan.outputs) {
    const written = path.resolve(root, plan.prefix, output);
    if (!fs.existsSync(written)) {
      missing.push(output);
      continue;
    }
    const target = path.resolve(root, 'out', output);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    // An output may lie within another one, which was moved with it.
    if (!fs.existsSync(target)) fs.renameSync(written, target);
  }
  if (missing.length === 0) return 0;
  process.stderr.write(`The hook did not write: ${missing.join(', ')}\n`);
  return 1;
}

/** A directory with one small program for each command, as people have them in their `PATH`. */
function launchers(root, commands) {
  const directory = path.resolve(root, '__bin');
  fs.mkdirSync(directory, { recursive: true });
  for (const [name, script] of Object.entries(commands)) {
    const program = path.resolve(root, script);
    fs.writeFileSync(path.join(directory, name), `#!/bin/sh\nexec node '${program}' "$@"\n`, { mode: 0o755 });
  }
  return directory;
}

/** The commands of installed packages, of the nearest package first, as `npm run` has them. */
function binDirectories(plan) {
  const found = [];
  for (let directory = plan.directory; ; directory = path.dirname(directory)) {
    found.push(path.join(plan.prefix, directory, 'node_modules', '.bin'));
    if (directory === '' || directory === '.') return found;
  }
}

exitAfter(main(JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))));
