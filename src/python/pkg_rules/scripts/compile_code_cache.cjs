'use strict';

// Makes V8 cached data for the CommonJS files of a directory, in a sandbox, run by the very Node that will consume it:
//
//     node <baked V8 options> --hash-seed=1 --min-semi-space-size=64 --max-semi-space-size=64
//         compile_code_cache.cjs plan.json out/code_cache
//
//     {"version": 1, "directory": "__files"}
//
// All paths are relative to the working directory. Every `.js` and `.cjs` file, and every file without an extension
// that starts with `#!`, is compiled as the loader compiles it, except in packages of `"type": "module"`: those files
// are imported, and imports go through Node's own loader, which takes no cached data. A file that does not parse gets
// no data and is listed as `module` or `invalid`, so that it fails, or works, at run time exactly as under plain Node.
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
const vm = require('node:vm');
const zlib = require('node:zlib');

const MAGIC = 'PKGCACHE';
const VERSION = 1;
const HEADER_SIZE = 16;
const ALIGNMENT = 8;

// Must be the wrapper of prelude/src/compile.cjs: V8 compares the length of the source, and columns depend on it.
const WRAPPER_START = '(function (exports, require, module, __filename, __dirname) {\n';
const WRAPPER_END = '\n})';

// The messages by which Node itself recognises ES module syntax without a doubt.
const MODULE_SYNTAX_MESSAGES = new Set([
  'Cannot use import statement outside a module',
  "Unexpected token 'export'",
  "Cannot use 'import.meta' outside a module",
]);

// What the options above give to the young generation is enough for three times as much (measured with Node 22 to 26).
const BATCH_SOURCE_BYTES = 8 << 20;
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
  const [planPath, output] = argv;
  const plan = JSON.parse(fs.readFileSync(planPath, 'utf8'));
  if (plan.version !== 1 || typeof plan.directory !== 'string') {
    throw new Error(`\`${planPath}\` is not a plan of version 1 with a \`directory\`.`);
  }
  fs.mkdirSync(path.dirname(output), { recursive: true });
  const batches = inBatches(plan.directory, plan.files ?? scripts(plan.directory));
  let parts = batches.length === 1 ? [compileBatch(plan.directory, batches[0])] : [null];
  if (parts[0] === null) {
    const smaller = batches.length === 1 ? halves(batches[0]) : batches;
    parts = smaller.map((batch, number) =>
      inOwnProcess(plan.directory, batch, `${output}.${number}`),
    );
  }
  const { files, size } = write(output, parts);
  console.log(
    `${files.filter((file) => file.size > 0).length} of ${files.length} scripts compiled, ${size} bytes of cached data`,
  );
}

function inBatches(directory, files) {
  const batches = [[]];
  let bytes = 0;
  for (const file of files) {
    const { size } = fs.statSync(path.join(directory, file));
    if (bytes + size > BATCH_SOURCE_BYTES && bytes > 0) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1).push(file);
    bytes += size;
  }
  return batches;
}

/** Compiles files in this process; null if V8 collected garbage meanwhile and one process was too much for them. */
function compileBatch(directory, batch) {
  // These options have done their work when the isolate started. They would go into the flag hash of the cached data,
  // which the run time, where they are not set or have the values that are baked in, would then reject.
  for (const option of ANY_VALUE) {
    const [needed, baked] = process.execArgv.filter((given) => option.test(given)).reverse();
    v8.setFlagsFromString(baked ?? needed.replace(/=.*/, '=0'));
  }
  const profiler = new v8.GCProfiler();
  profiler.start();
  const results = batch.map((relative) => {
    const content = fs.readFileSync(path.join(directory, relative));
    const { format, cachedData } = compile(content.toString('utf8'));
    return {
      path: relative,
      format,
      source_size: content.length,
      source_crc32: zlib.crc32(content),
      cachedData,
    };
  });
  if (profiler.stop().statistics.length === 0) return results;
  // A single file that needs a collection is very large. Without cached data it starts slower, and that reproducibly.
  return batch.length > 1 ? null : [{ ...results[0], cachedData: null }];
}

function halves(batch) {
  const middle = Math.ceil(batch.length / 2);
  return [batch.slice(0, middle), batch.slice(middle)];
}

function inOwnProcess(directory, batch, output) {
  const partPlan = `${output}.json`;
  fs.writeFileSync(partPlan, JSON.stringify({ version: 1, directory, files: batch }));
  const { status, signal, error, stderr } = spawnSync(
    // Under an emulator the system cannot run this executable itself.
    process.env.PKG_RULES_NODE ?? process.execPath,
    [...process.execArgv, __filename, partPlan, output],
    { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] },
  );
  fs.rmSync(partPlan);
  if (error) throw error;
  if (status !== 0)
    throw new Error(`Compiling ${batch.length} files failed (${signal ?? status}):\n${stderr}`);
  const part = read(output);
  fs.rmSync(output);
  return part;
}

/** The relative paths of the files to compile, with `/` between their parts, sorted by code units. */
function scripts(root) {
  const found = [];
  const visit = (relative, packageIsModule) => {
    const directory = path.join(root, relative);
    const names = fs.readdirSync(directory, { withFileTypes: true });
    const isModule = declaredModule(directory, names, path.basename(relative), packageIsModule);
    for (const entry of names) {
      const child = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) {
        visit(child, isModule);
      } else if (
        entry.isFile() &&
        isScript(path.join(directory, entry.name), entry.name, isModule)
      ) {
        found.push(child);
      }
    }
  };
  visit('', false);
  return found.sort((one, other) => (one < other ? -1 : 1));
}

function declaredModule(directory, entries, name, inherited) {
  if (name === 'node_modules') return false;
  if (!entries.some((entry) => entry.name === 'package.json' && entry.isFile())) return inherited;
  try {
    return (
      JSON.parse(fs.readFileSync(path.join(directory, 'package.json'), 'utf8'))?.type === 'module'
    );
  } catch (error) {
    // Node reports a package.json that is not JSON when something resolves through it; no file is less CommonJS for it.
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function isScript(file, name, packageIsModule) {
  switch (path.extname(name)) {
    case '.cjs':
      return true;
    case '.js':
      return !packageIsModule;
    case '':
      return !packageIsModule && startsWithHashBang(file);
    default:
      return false;
  }
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

function compile(source) {
  try {
    // The form that Node compiles: only what parses so is CommonJS, whatever the wrapper below would make of it.
    vm.compileFunction(source, ['exports', 'require', 'module', '__filename', '__dirname'], {
      filename: '',
    });
    const body = source.startsWith('#!') ? `//${source.slice(2)}` : source;
    const script = new vm.Script(WRAPPER_START + body + WRAPPER_END, {
      // V8 writes the name into the cached data, and at run time takes the one it is given then.
      filename: '',
      lineOffset: -1,
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    return { format: 'commonjs', cachedData: script.createCachedData() };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return {
      format: MODULE_SYNTAX_MESSAGES.has(error.message) ? 'module' : 'invalid',
      cachedData: null,
    };
  }
}

function write(output, parts) {
  const files = [];
  const data = [];
  let size = 0;
  for (const { cachedData, ...file } of parts.flat()) {
    files.push({
      ...file,
      offset: cachedData === null ? 0 : size,
      size: cachedData === null ? 0 : cachedData.length,
    });
    if (cachedData !== null) {
      const padding = Buffer.alloc(aligned(cachedData.length) - cachedData.length);
      data.push(cachedData, padding);
      size += cachedData.length + padding.length;
    }
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
  return { files, size };
}

/** The files of an output that `write` made, as compileBatch gives them. */
function read(output) {
  const bytes = fs.readFileSync(output);
  const tableSize = bytes.readUInt32LE(12);
  const start = aligned(HEADER_SIZE + tableSize);
  return JSON.parse(bytes.subarray(HEADER_SIZE, HEADER_SIZE + tableSize)).files.map(
    ({ offset, size, ...file }) => ({
      ...file,
      cachedData: size === 0 ? null : bytes.subarray(start + offset, start + offset + size),
    }),
  );
}

function aligned(offset) {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}

try {
  main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
}
