'use strict';

// Many small programs in one executable, each also run by plain Node on the real folder. One executable for all of
// them, because making one costs more than running it: each program is started as a child of an app would be, with
// the executable in place of `node`.

const { execFileSync, spawn } = require('node:child_process');
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { TIMEOUT, repeated } = require('./bounded.cjs');
const {
  MAKE_EXECUTABLE,
  MOUNT,
  NOT_PACKAGED,
  PYTHON,
  folderOfMountLength,
  maskText,
  optionsOfPlainNode,
  withoutSourceLines,
  writeTree,
} = require('./oracle.cjs');

const ROOT = 'app';
// The programs of one Node that run at a time.
const CONCURRENCY = 2;
/**
 * Makes the executable and runs all cases both ways: first all of them on the real folder, then, when that is gone, in
 * the executable.
 * @param {string} node
 * @param {object[]} cases `{name, files, entry, args, env, outside}`; `outside` are files in the working
 *   directory, on the real disk
 * @param {'sea'|'standard'} mode of the executable
 * @returns {Promise<Map<string, {plain: object, packaged: object}>>} by the name of the case
 */
async function runCases(node, cases, mode) {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'pkg_rules-conformance-')));
  try {
    const sources = path.join(folder, 'sources');
    for (const { name, files } of cases) writeTree(path.join(sources, name), files);
    writeTree(sources, { 'start.js': '' });
    const program = path.join(folder, 'program');
    execFileSync(
      PYTHON,
      [
        MAKE_EXECUTABLE,
        '--node',
        node,
        '--entry',
        'start.js',
        '--prefix',
        ROOT,
        '--mode',
        mode,
        // Some sources are not meant to parse.
        '--fallback-to-source',
        sources,
        program,
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    for (const { name, outside = {} } of cases) {
      fs.mkdirSync(path.join(folder, 'work', name), { recursive: true });
      writeTree(path.join(folder, 'work', name), outside);
    }
    const plain = await runOnDisk(node, folder, sources, cases, optionsOfPlainNode(mode));
    const packaged = await runAll(cases, (testCase) =>
      run(program, scriptOf(MOUNT, testCase), folder, testCase, { PKG_EXECPATH: program }),
    );
    return new Map(
      cases.map(({ name }, number) => [name, { plain: plain[number], packaged: packaged[number] }]),
    );
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function runOnDisk(node, folder, sources, cases, options) {
  const short = folderOfMountLength();
  try {
    fs.renameSync(sources, path.join(short, ROOT));
    return await runAll(cases, async (testCase) => {
      const outcome = await run(node, scriptOf(short, testCase), folder, testCase, {}, options);
      for (const stream of ['stdout', 'stderr'])
        outcome[stream] = outcome[stream].replaceAll(short, MOUNT);
      return outcome;
    });
  } finally {
    fs.rmSync(short, { recursive: true });
  }
}

function scriptOf(root, { name, entry = 'main.js' }) {
  return path.join(root, ROOT, name, entry);
}

/** The results of all cases, in their order. */
async function runAll(cases, runOne) {
  const results = new Array(cases.length);
  let next = 0;
  async function work() {
    const number = next++;
    if (number >= cases.length) return;
    results[number] = await runOne(cases[number]);
    await work();
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return results;
}

async function run(executable, script, folder, testCase, environment, options = []) {
  const attempt = () => runOnce(executable, script, folder, testCase, environment, options);
  const outcome = await attempt();
  if (!outcome.hung) return outcome;
  const again = await attempt();
  repeated([executable, script], TIMEOUT, outcome, again, again.hung);
  return again;
}

function runOnce(
  executable,
  script,
  folder,
  { name, args = [], env = {} },
  environment,
  options,
) {
  const cwd = path.join(folder, 'work', name);
  return new Promise((resolve, reject) => {
    const child = spawn(executable, [...options, script, ...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: cwd,
        NODE_DISABLE_COMPILE_CACHE: '1',
        ...environment,
        ...env,
      },
    });
    const outcome = { stdout: '', stderr: '', status: null, signal: null, hung: false };
    const timer = setTimeout(() => {
      outcome.hung = true;
      child.kill();
    }, TIMEOUT);
    for (const stream of ['stdout', 'stderr']) {
      child[stream].setEncoding('utf8').on('data', (text) => (outcome[stream] += text));
    }
    child.on('error', reject);
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      for (const stream of ['stdout', 'stderr'])
        outcome[stream] = outcome[stream].replaceAll(executable, '<execPath>');
      resolve({ ...outcome, status, signal });
    });
  });
}

/**
 * Asserts that the executable behaved like plain Node; of a case with `differs`, that it did not, so that a difference
 * that is gone does not stay in the list. With `without`, what that matches is all that is missing. `hints` says how many lines about what was not packaged have to be there.
 */
function assertConforms(testCase, { plain, packaged }, mode) {
  const { status = 0, prints, complains, hints = 0, differs, without } = testCase;
  assert.strictEqual(plain.status, status, `plain Node: ${plain.stderr}`);
  if (prints !== undefined) assert.match(plain.stdout, prints);
  if (complains !== undefined) assert.match(plain.stderr, complains);
  const masked = [plain, packaged].map((outcome) => ({
    ...outcome,
    stdout: maskText(outcome.stdout, MOUNT),
    stderr: maskText(outcome.stderr, MOUNT, true),
  })).map(mode === 'sea' ? (outcome) => outcome : withoutSourceLines);
  let found = 0;
  for (const stream of ['stdout', 'stderr']) {
    masked[1][stream] = masked[1][stream].replace(NOT_PACKAGED, () => {
      found++;
      return '';
    });
  }
  if (without !== undefined) {
    const whole = masked[0];
    masked[0] = {
      ...whole,
      stdout: whole.stdout.replace(without, ''),
      stderr: whole.stderr.replace(without, ''),
    };
    assert.notDeepStrictEqual(masked[0], whole, 'plain Node does not say what should be missing');
  }
  if (differs === undefined || without !== undefined) {
    assert.deepStrictEqual(masked[1], masked[0]);
    assert.strictEqual(found, hints, 'lines about what was not packaged');
  } else {
    assert.notDeepStrictEqual(masked[1], masked[0], `No difference any more: ${differs}`);
    assert.match(packaged.stdout + packaged.stderr, testCase.instead);
  }
}

module.exports = { assertConforms, runCases };
