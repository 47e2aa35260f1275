'use strict';

// Makes V8 cached data for the scripts and ES modules of a directory, in a sandbox, run by the very Node that will
// consume it:
//
//     node <baked V8 options> --expose-internals --no-warnings --hash-seed=1 --min-semi-space-size=64
//         --max-semi-space-size=64 compile_code_cache.cjs plan.json out/code_cache
//
//     {"version": 1, "directory": "__files", "bytecode": false}
//
// All paths are relative to the working directory. Every `.js`, `.cjs` and `.mjs` file, and every file without an
// extension that starts with `#!`, is compiled as the loader compiles it; with `"typescript": true` also what Node makes of
// TypeScript that is not below `node_modules` (strip_types.cjs).
//
// Without `bytecode`, the cached data goes beside the source, and has what V8 compiles at once. A file that does not
// parse gets none and is listed as `invalid`, so that it fails, or works, at run time exactly as under plain Node. With
// `"functions": {"lib/a.js": [120, 310]}` it also has the functions that start there (in UTF-16 units of the source).
//
// With `bytecode`, it goes in the place of the source: it has all functions (so Node has to be called with `--no-lazy`
// too), and an outline says how long the lines of the source are. A file that cannot be compiled so is an error of the
// whole directory, unless `"fallback_to_source": true`; then it is listed without an outline.
//
// The output depends on nothing but the contents and relative paths of the files, this Node and its V8 options:
// - V8's hash seed is fixed, no file name is compiled in, files are taken in the order of their paths.
// - V8 does not clear the padding of some objects that it serialises. In memory that nobody has used before it is
//   zero, after a garbage collection it is garbage, different in each run. So files are compiled in batches, each in a
//   process of its own whose young generation is large enough that there is no collection; if there was one
//   nevertheless, the batch is halved. (Measured: with collections, 1 in 1,000 files differs from run to run.)
//
// The form of the output is in docs/formats/payload.md, "Code cache".

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const v8 = require('node:v8');
const zlib = require('node:zlib');

const MAGIC = 'PKGCACHE';
const VERSION = 2;
const HEADER_SIZE = 16;
const ALIGNMENT = 8;
const FLAG_HASH_OFFSET = 12;

// What the options above give to the young generation is enough for three times as much (measured with Node 22 to 26).
const BATCH_SOURCE_BYTES = 8 << 20;
const EXPOSE = '--expose-internals';
const NEEDED_OPTIONS = [
  /^--hash[-_]seed=[1-9]/,
  /^--min[-_]semi[-_]space[-_]size=64$/,
  /^--max[-_]semi[-_]space[-_]size=64$/,
];
// The same with any value: they may also be baked into the executable.
const ANY_VALUE = [
  /^--?hash[-_]seed=/,
  /^--?min[-_]semi[-_]space[-_]size=/,
  /^--?max[-_]semi[-_]space[-_]size=/,
];
const EAGER = '--no-lazy';
// The exit code for files that cannot be compiled; util_rules/code_cache.py knows it.
const UNCOMPILABLE = 92;

const TYPESCRIPT = /(?<!\.d)\.[cm]?ts$/;

// Failures that are named one by one.
const NAMED = 10;

function main(argv) {
  if (argv.length !== 2) {
    throw new Error('usage: node <options> compile_code_cache.cjs plan.json out/code_cache');
  }
  for (const [index, option] of NEEDED_OPTIONS.entries()) {
    const last = process.execArgv.findLast((given) => ANY_VALUE[index].test(given)) ?? '';
    if (!option.test(last)) {
      throw new Error(
        `compile_code_cache.cjs has to be run with an option ${option}, else every run gives other bytes.`,
      );
    }
  }
  if (!process.execArgv.includes(EXPOSE)) {
    throw new Error(`compile_code_cache.cjs has to be run with the option ${EXPOSE}.`);
  }
  const [planPath, output] = argv;
  const plan = JSON.parse(fs.readFileSync(planPath, 'utf8'));
  if (plan.version !== 1 || typeof plan.directory !== 'string') {
    throw new Error(`\`${planPath}\` is not a plan of version 1 with a \`directory\`.`);
  }
  if (Boolean(plan.bytecode) !== process.execArgv.includes(EAGER)) {
    throw new Error(`compile_code_cache.cjs takes \`bytecode\` and the option ${EAGER} together only.`);
  }
  fs.mkdirSync(path.dirname(output), { recursive: true });
  const stripped = `${output}.stripped`;
  const batches = inBatches(plan.directory, plan.files ?? stripTypes(plan, scripts(plan), stripped));
  let parts = batches.length === 1 ? [compileBatch(plan, batches[0])] : [null];
  if (parts[0] === null) {
    const smaller = batches.length === 1 ? halves(batches[0]) : batches;
    parts = smaller.map((batch, number) => inOwnProcess(plan, batch, `${output}.${number}`));
  }
  const files = parts.flat();
  if (plan.files === undefined) fs.rmSync(stripped, { recursive: true, force: true });
  if (plan.bytecode && plan.files === undefined && !plan.fallback_to_source) checkAll(files);
  const size = write(output, files);
  console.log(
    `${files.filter((file) => file.cachedData !== null).length} of ${files.length} scripts compiled, ${size} bytes of cached data`,
  );
}

/** Bytecode in place of a source cannot be missing. */
function checkAll(files) {
  const failed = files.filter(({ cachedData }) => cachedData === null);
  if (failed.length === 0) return;
  const lines = failed.slice(0, NAMED).map(({ path: file, problem }) => `- \`${file}\`: ${problem}`);
  if (failed.length > NAMED) lines.push(`- and ${failed.length - NAMED} more`);
  throw new UncompilableFiles(lines.join('\n'));
}

/** What the user sees of it is the message alone. */
class UncompilableFiles extends Error {}

function inBatches(directory, files) {
  const batches = [[]];
  let bytes = 0;
  for (const batchFile of files) {
    const { size } = fs.statSync(path.join(directory, batchFile.path));
    if (bytes + size > BATCH_SOURCE_BYTES && bytes > 0) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1).push(batchFile);
    bytes += size;
  }
  return batches;
}

/** Compiles files in this process; null if V8 collected garbage meanwhile and one process was too much for them. */
function compileBatch({ directory, bytecode, functions = {} }, batch) {
  const { compileSource, flagHash } = require('./compile_source.cjs');
  // These options have done their work when the isolate started. They would go into the flag hash of the cached data,
  // which the run time, where they are not set or have the values that are baked in, would then reject.
  for (const option of ANY_VALUE) {
    const [needed, baked] = process.execArgv.filter((given) => option.test(given)).reverse();
    v8.setFlagsFromString(baked ?? needed.replace(/=.*/, '=0'));
  }
  const profiler = new v8.GCProfiler();
  profiler.start();
  let functionCompiler = null;
  const results = batch.map((file) => {
    const content = fs.readFileSync(path.join(directory, file.path));
    const source = file.problem === undefined ? textOf(directory, file, content) : null;
    const { format, script, announce, problem } =
      source !== null
        ? compileSource(source, file.declared, Boolean(bytecode))
        : { format: 'invalid', script: null, problem: file.problem };
    if (script !== null && functions[file.path] !== undefined) {
      functionCompiler ??= new (require('./compile_functions.cjs').FunctionCompiler)();
      functionCompiler.compile(source, announce, functions[file.path]);
    }
    return {
      path: file.path,
      format,
      source_size: content.length,
      source_crc32: zlib.crc32(content),
      problem,
      cachedData: script?.createCachedData() ?? null,
      outline: null,
    };
  });
  const collected = profiler.stop().statistics.length > 0;
  if (bytecode) {
    // Needed until everything is compiled, and as little a part of the hash at run time.
    const { makeOutline } = require('./outline.cjs');
    const { UnmarkableSource } = require('./marks.cjs');
    v8.setFlagsFromString('--lazy');
    const hash = flagHash();
    for (const [index, result] of results.entries()) {
      if (result.cachedData === null) continue;
      result.cachedData.writeUInt32LE(hash, FLAG_HASH_OFFSET);
      try {
        result.outline = makeOutline(textOf(directory, batch[index]), result.format);
      } catch (error) {
        if (!(error instanceof UnmarkableSource)) throw error;
        result.cachedData = null;
        result.problem = error.message;
      }
    }
  }
  if (!collected) return results;
  if (batch.length > 1) return null;
  // Without cached data a very large file starts slower, and that reproducibly.
  const problem = 'it is too large to be compiled to the same bytes each time';
  return [{ ...results[0], cachedData: null, outline: null, problem }];
}

/** What is compiled: the file, or what is left of it without its types. */
function textOf(directory, { path: relative, stripped }, content) {
  if (stripped !== undefined) return fs.readFileSync(stripped, 'utf8');
  return (content ?? fs.readFileSync(path.join(directory, relative))).toString('utf8');
}

/** Adds to TypeScript among the files where it is without types, or why it cannot be. */
function stripTypes({ directory }, files, output) {
  const found = files.filter((file) => TYPESCRIPT.test(file.path));
  if (found.length === 0) return files;
  const list = `${output}.json`;
  fs.writeFileSync(list, JSON.stringify({ directory, files: found.map((file) => file.path), output }));
  const problems = JSON.parse(runNode(['--no-warnings', path.join(__dirname, 'strip_types.cjs'), list]));
  fs.rmSync(list);
  found.forEach((file, number) => {
    if (Object.hasOwn(problems, file.path)) file.problem = problems[file.path];
    else file.stripped = path.join(output, `${number}`);
  });
  return files;
}

function halves(batch) {
  const middle = Math.ceil(batch.length / 2);
  return [batch.slice(0, middle), batch.slice(middle)];
}

function inOwnProcess(plan, batch, output) {
  const partPlan = `${output}.json`;
  fs.writeFileSync(partPlan, JSON.stringify({ ...plan, files: batch }));
  runNode([...process.execArgv, __filename, partPlan, output]);
  fs.rmSync(partPlan);
  const part = read(output);
  fs.rmSync(output);
  return part;
}

/** What this Node writes to stdout. */
function runNode(args) {
  const { status, signal, error, stdout, stderr } = spawnSync(
    // Under an emulator the system cannot run this executable itself.
    process.env.PKG_RULES_NODE ?? process.execPath,
    args,
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: Infinity },
  );
  if (error) throw error;
  if (status !== 0) throw new Error(`\`node ${args.join(' ')}\` failed (${signal ?? status}):\n${stderr}`);
  return stdout;
}

/**
 * The files to compile, in the order of the code units of their paths: `path`, relative with `/` between its parts, and
 * `declared`, the format that its name and package.json say, if any.
 */
function scripts({ directory: root, typescript }) {
  const found = [];
  const isCompiled = (file, relative, name) =>
    isScript(file, name) || (typescript && isTypeScript(relative));
  const visit = (relative, inherited) => {
    const directory = path.join(root, relative);
    const names = fs.readdirSync(directory, { withFileTypes: true });
    const type = declaredType(directory, names, path.basename(relative), inherited);
    for (const entry of names) {
      const child = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) {
        visit(child, type);
      } else if (entry.isFile() && isCompiled(path.join(directory, entry.name), child, entry.name)) {
        found.push({ path: child, declared: BY_EXTENSION[path.extname(entry.name)] ?? type });
      }
    }
  };
  visit('', undefined);
  return found.sort((one, other) => (one.path < other.path ? -1 : 1));
}

const BY_EXTENSION = { '.cjs': 'commonjs', '.mjs': 'module', '.cts': 'commonjs', '.mts': 'module' };

function declaredType(directory, entries, name, inherited) {
  if (name === 'node_modules') return undefined;
  if (!entries.some((entry) => entry.name === 'package.json' && entry.isFile())) return inherited;
  try {
    const type = JSON.parse(fs.readFileSync(path.join(directory, 'package.json'), 'utf8'))?.type;
    return type === 'module' || type === 'commonjs' ? type : undefined;
  } catch (error) {
    // Node reports a package.json that is not JSON when something resolves through it.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isScript(file, name) {
  switch (path.extname(name)) {
    case '.cjs':
    case '.js':
    case '.mjs':
      return true;
    case '':
      return startsWithHashBang(file);
    default:
      return false;
  }
}

/** Declarations hold no code, and below `node_modules` Node refuses to take types out. */
function isTypeScript(relative) {
  return TYPESCRIPT.test(relative) && !`/${relative}`.includes('/node_modules/');
}

function startsWithHashBang(file) {
  const start = Buffer.alloc(2);
  const descriptor = fs.openSync(file, 'r');
  try {
    fs.readSync(descriptor, start, 0, 2, 0);
  } finally {
    fs.closeSync(descriptor);
  }
  return start.toString('latin1') === '#!';
}

/** How many bytes of data there are. */
function write(output, results) {
  const files = [];
  const data = [];
  let size = 0;
  const place = (buffer) => {
    if (buffer === null) return [0, 0];
    const padding = Buffer.alloc(aligned(buffer.length) - buffer.length);
    data.push(buffer, padding);
    const offset = size;
    size += buffer.length + padding.length;
    return [offset, buffer.length];
  };
  for (const { cachedData, outline, ...file } of results) {
    const [offset, dataSize] = place(cachedData);
    const [outlineOffset, outlineSize] = place(outline);
    files.push({
      ...file,
      offset,
      size: dataSize,
      outline_offset: outlineOffset,
      outline_size: outlineSize,
    });
  }
  const table = Buffer.from(JSON.stringify({ node: process.version, arch: process.arch, files }));
  const header = Buffer.alloc(HEADER_SIZE);
  header.write(MAGIC, 0, 'latin1');
  header.writeUInt16LE(VERSION, 8);
  header.writeUInt32LE(table.length, 12);
  const padding = Buffer.alloc(aligned(HEADER_SIZE + table.length) - HEADER_SIZE - table.length);
  const descriptor = fs.openSync(output, 'wx');
  try {
    for (const buffer of [header, table, padding, ...data]) fs.writeFileSync(descriptor, buffer);
  } finally {
    fs.closeSync(descriptor);
  }
  return size;
}

/** The files of an output that `write` made, as compileBatch gives them. */
function read(output) {
  const bytes = fs.readFileSync(output);
  const tableSize = bytes.readUInt32LE(12);
  const start = aligned(HEADER_SIZE + tableSize);
  const part = (offset, size) =>
    size === 0 ? null : bytes.subarray(start + offset, start + offset + size);
  return JSON.parse(bytes.subarray(HEADER_SIZE, HEADER_SIZE + tableSize)).files.map(
    ({ offset, size, outline_offset: outlineOffset, outline_size: outlineSize, ...file }) => ({
      ...file,
      cachedData: part(offset, size),
      outline: part(outlineOffset, outlineSize),
    }),
  );
}

function aligned(offset) {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}

try {
  main(process.argv.slice(2));
} catch (error) {
  const isForUser = error instanceof UncompilableFiles;
  process.stderr.write(`${isForUser ? error.message : error.stack}\n`);
  process.exitCode = isForUser ? UNCOMPILABLE : 1;
}
