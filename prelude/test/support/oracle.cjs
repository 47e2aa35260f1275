'use strict';

// Runs small programs under plain Node and as executables, and compares what comes out.

const { execFileSync } = require('node:child_process');
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { runProgram } = require('./bounded.cjs');

const REPOSITORY = path.join(__dirname, '../../..');
const PYTHON = path.join(REPOSITORY, '.venv/pants/bin/python');
const MOUNT = '/snapshot';
// The line that only executables add to errors about missing files.
const NOT_PACKAGED =
  /\n(?:It|The package `[^`]+`) was not packaged into this executable;.*? in the BUILD file(?:: [^\s'"]+)?/g;
// For running all suites on compressed payloads.
const COMPRESS = process.env.PKG_RULES_TEST_COMPRESS ?? 'none';
// For all executables of a suite.
const PREPARE_TIMEOUT = 300_000;
const MAKE_EXECUTABLE = path.join(REPOSITORY, 'prelude/dev/make_executable.py');

/**
 * The Nodes to test with, as [version, path]: all `<folder>/<version>/bin/node` of PKG_RULES_TEST_NODES if that is
 * set, otherwise the one that runs the tests.
 */
function nodes() {
  const folder = process.env.PKG_RULES_TEST_NODES;
  if (!folder) return [[process.versions.node, process.execPath]];
  const versions = fs
    .readdirSync(folder)
    .filter((name) => fs.existsSync(path.join(folder, name, 'bin/node')))
    .sort();
  assert.notStrictEqual(versions.length, 0, `PKG_RULES_TEST_NODES (\`${folder}\`) has no Node.`);
  return versions.map((version) => [version, path.join(folder, version, 'bin/node')]);
}

/** Writes a tree: a string is a file, `{link}` a symlink, `{executable}` an executable file. */
function writeTree(folder, files) {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    if (typeof content === 'string' || Buffer.isBuffer(content)) fs.writeFileSync(file, content);
    else if (content.link !== undefined) fs.symlinkSync(content.link, file);
    else fs.writeFileSync(file, content.executable, { mode: 0o755 });
  }
}

/**
 * Makes an executable of each case and runs both forms of it.
 * @param {object[]} cases `{name, files, entry, args, env, input, codeCache, compress, debug, fallback, outside}`;
 *   `outside` are files in the working directory, on the real disk.
 * @param {{execArgv?: string[], ignoreNodeOptions?: boolean, mode?: 'sea'|'standard'}} settings of the executables
 */
function prepare(node, cases, { execArgv = [], ignoreNodeOptions = false, mode = 'sea' } = {}) {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'pkg_rules-oracle-')));
  const jobs = cases.map((testCase) => {
    const { name, files, entry = 'main.js', codeCache = true } = testCase;
    const directory = path.join(folder, name, 'app');
    writeTree(directory, files);
    return {
      directory,
      entry,
      prefix: 'app',
      output: path.join(folder, name, 'program'),
      code_cache: codeCache,
      compress: testCase.compress ?? COMPRESS,
      debug: testCase.debug === true,
      mode,
      fallback_to_source: testCase.fallback === true,
    };
  });
  fs.writeFileSync(path.join(folder, 'jobs.json'), JSON.stringify(jobs));
  const options = execArgv.map((option) => `--exec-argv=${option}`);
  if (ignoreNodeOptions) options.push('--ignore-node-options');
  execFileSync(
    PYTHON,
    [MAKE_EXECUTABLE, '--node', node, '--batch', path.join(folder, 'jobs.json'), ...options],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: PREPARE_TIMEOUT,
    },
  );
  return folder;
}

/**
 * A fresh folder whose path is as long as that of the mount point: what programs print, and where they break lines,
 * depends on the length of paths.
 */
function folderOfMountLength() {
  for (;;) {
    const name = `/tmp/${Math.random().toString(36).slice(2, 6)}`;
    if (name.length !== MOUNT.length) continue;
    try {
      fs.mkdirSync(name);
      return name;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
  }
}

/** With `execArgv`, plain Node gets the options that are baked into the executable. */
function runBoth(
  node,
  folder,
  { name, entry = 'main.js', execArgv = [], args = [], env = {}, input = '', outside = {} },
  nodeOptions = [],
) {
  const cwd = path.join(folder, name, 'work');
  const app = path.join(folder, name, 'app');
  fs.mkdirSync(cwd, { recursive: true });
  writeTree(cwd, outside);
  const settings = {
    cwd,
    input,
    env: {
      // Children of plain Node have to be the same Node.
      PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}`,
      HOME: cwd,
      NODE_DISABLE_COMPILE_CACHE: '1',
      ...env,
    },
  };
  const short = folderOfMountLength();
  fs.renameSync(app, path.join(short, 'app'));
  const plain = runProgram(
    node,
    [...nodeOptions, ...execArgv, path.join(short, 'app', entry), ...args],
    settings,
  );
  // The sources have to be out of reach.
  fs.rmSync(short, { recursive: true });
  const packaged = runProgram(path.join(folder, name, 'program'), args, settings);
  const mask = (text, isError) => maskText(text, short, isError);
  return {
    plain: {
      stdout: mask(plain.stdout),
      stderr: mask(plain.stderr, true),
      status: plain.status,
      signal: plain.signal,
    },
    packaged: {
      stdout: mask(packaged.stdout.replace(NOT_PACKAGED, '')),
      stderr: mask(packaged.stderr.replace(NOT_PACKAGED, ''), true),
      status: packaged.status,
      signal: packaged.signal,
    },
  };
}

/** Makes paths equal, and in traces leaves out what is inside Node or the loader. */
function maskText(text, short, isError = false) {
  const masked = text
    .replaceAll(short, MOUNT)
    // Node names itself by the name of its file.
    .replace(/^\(Use `\w+ --trace/gm, '(Use `node --trace')
    .replace(/\(node:\d+\)/g, '(node:PID)')
    // As many as there are inside Node or the loader, or none.
    .replace(/\n *\.\.\. \d+ lines matching cause stack trace \.\.\./g, '');
  if (!isError) return masked;
  return masked
    .split('\n')
    .filter((line) => !/^\s+at .*\(?node:(internal|pkg_rules|diagnostics_channel|vm|fs)/.test(line))
    .map((line) => (/^node:(internal|pkg_rules)/.test(line) ? '<internal>' : line))
    .join('\n')
    .replace(/<internal>\n.*\n\s*\^\n/g, '<internal>\n');
}

/**
 * How plain Node is called to be like an executable: one without sources names functions without a name as Node does when
 * it has compiled all of them at once.
 */
function optionsOfPlainNode(mode) {
  return mode === 'sea' ? [] : ['--no-lazy'];
}

/** Errors without the line of source that Node shows above its `^`. */
function withoutSourceLines({ stderr, ...result }) {
  return { ...result, stderr: stderr.replace(/^.*\n(?=[ \t]*\^+$)/gm, '<source>\n') };
}

/** Asserts that the executable behaves like plain Node; one without sources has none to show. */
function assertSame(node, folder, testCase, mode = 'sea') {
  const { plain, packaged } = runBoth(node, folder, testCase, optionsOfPlainNode(mode));
  if (testCase.status !== undefined)
    assert.strictEqual(plain.status, testCase.status, plain.stderr);
  if (testCase.prints !== undefined) assert.match(plain.stdout, testCase.prints);
  if (testCase.complains !== undefined) assert.match(plain.stderr, testCase.complains);
  if (mode === 'sea') assert.deepStrictEqual(packaged, plain);
  else assert.deepStrictEqual(withoutSourceLines(packaged), withoutSourceLines(plain));
}

/** The problems that the inspection tool finds in an executable, without running it. */
function verify(file) {
  const { stdout, stderr, status } = runProgram(
    PYTHON,
    ['-m', 'pkg_rules.inspect', 'verify', '--node', process.execPath, file],
    { env: { PYTHONPATH: path.join(REPOSITORY, 'src/python') } },
  );
  assert.strictEqual(stderr, '');
  const lines = stdout.trimEnd().split('\n');
  assert.strictEqual(status, /: sound, /.test(lines[0]) ? 0 : 1);
  return status === 0 ? [] : lines;
}

module.exports = {
  MAKE_EXECUTABLE,
  MOUNT,
  NOT_PACKAGED,
  PYTHON,
  assertSame,
  folderOfMountLength,
  maskText,
  nodes,
  optionsOfPlainNode,
  prepare,
  runBoth,
  verify,
  withoutSourceLines,
  writeTree,
};
