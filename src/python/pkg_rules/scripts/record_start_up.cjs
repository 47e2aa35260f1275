'use strict';

// Runs a program as plain Node does, and writes down which functions of its files ran:
//
//     node record_start_up.cjs plan.json out/start_up.json
//
//     {"version": 1, "directory": "__project", "working_directory": "__project/app", "node_options": [],
//      "entry_point": "app/src/main.js", "arguments": ["--version"], "environment": {"PORT": "0"},
//      "seconds": 60}
//
// All paths are relative to the working directory, the entry point to `directory`. The output has, for each file below
// `directory`, where its functions start, in UTF-16 units of its source: `{"app/src/main.js": [120, 310]}`. Nothing
// is in it that ran in child processes and in workers.
//
// A program that waits, as a server does, is ended by the recorder once it has nothing to do. One that fails, or is busy
// for longer than `seconds`, is an error.

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { fileURLToPath } = require('node:url');

const RECORDER = path.join(__dirname, 'start_up_recorder.cjs');
const KEPT_OUTPUT = 8 << 10;

// Exit codes that util_rules/start_up.py knows.
const FAILED = 3;

async function main([planPath, output]) {
  const plan = JSON.parse(fs.readFileSync(planPath, 'utf8'));
  const root = fs.realpathSync(plan.directory);
  const recorded = path.resolve('__recorded.json');
  const home = path.resolve('__home');
  fs.mkdirSync(home, { recursive: true });
  fs.mkdirSync(plan.working_directory, { recursive: true });
  const { problem, said } = await run(
    [
      ...plan.node_options,
      '--require',
      RECORDER,
      path.join(root, plan.entry_point),
      ...plan.arguments,
    ],
    {
      cwd: plan.working_directory,
      env: {
        ...process.env,
        HOME: home,
        TMPDIR: home,
        ...plan.environment,
        PKG_RULES_RECORD_TO: recorded,
      },
      seconds: plan.seconds,
    },
  );
  if (problem === null && fs.existsSync(recorded)) {
    fs.mkdirSync(path.dirname(output), { recursive: true });
    fs.writeFileSync(output, asText(byFile(JSON.parse(fs.readFileSync(recorded, 'utf8')), root)));
    return;
  }
  const what = problem ?? 'it ended in a way that runs no `exit` handlers';
  process.stderr.write(`${what}${said === '' ? '' : `. Its output:\n\n${said}`}\n`);
  process.exitCode = FAILED;
}

/** Runs Node.js until it ends; `problem` is null if it succeeded, `said` the end of what it wrote. */
function run(parameters, { cwd, env, seconds }) {
  // In a process group of its own, to end what it started, too.
  const child = spawn(process.execPath, parameters, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (said = (said + text).slice(-KEPT_OUTPUT)));
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    endGroup(child.pid);
  }, seconds * 1000);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', () => endGroup(child.pid));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const problem = isLate
        ? `it was still busy after ${seconds} s`
        : signal !== null
          ? `it was ended by ${signal}`
          : code !== 0
            ? `it failed with exit code ${code}`
            : null;
      resolve({ problem, said: said.trim() });
    });
  });
}

function endGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** `[url, positions]` of scripts, as positions by path; a file may have been compiled several times. */
function byFile(scripts, root) {
  const found = new Map();
  for (const [url, positions] of scripts) {
    const relative = path.relative(root, fileURLToPath(url)).replaceAll(path.sep, '/');
    if (relative.startsWith('../')) continue;
    found.set(relative, [...(found.get(relative) ?? []), ...positions]);
  }
  return found;
}

/** One line for each file, in the order of the code units of their paths. */
function asText(positionsByFile) {
  const lines = [...positionsByFile]
    .filter(([, positions]) => positions.length > 0)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([file, positions]) => {
      const sorted = [...new Set(positions)].sort((one, other) => one - other);
      return `${JSON.stringify(file)}: ${JSON.stringify(sorted)}`;
    });
  return `{\n${lines.join(',\n')}\n}\n`;
}

main(process.argv.slice(2));
