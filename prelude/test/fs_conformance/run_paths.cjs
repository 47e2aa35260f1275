'use strict';

// Calls each function of one path, or two, with the product of paths and arguments.

const fs = require('node:fs');
const path = require('node:path');
const { call, formsOf } = require('./call.cjs');
const { ABOVE, FEW_NAMES, NAMES, NO_PATHS, ROOT, SHAPES } = require('./paths.cjs');
const { PATH_FUNCTIONS } = require('./path_functions.cjs');
const { describe } = require('./describe.cjs');

/** Every pair of a path and a list of options: the first list with all paths, the others with a few. */
function* casesOf({ options }) {
  for (const [shape, make] of Object.entries(SHAPES)) {
    for (const name of shape === 'string' ? NAMES : FEW_NAMES) {
      yield [`${shape} ${name}`, () => make(name), options[0]];
    }
  }
  for (const given of ABOVE) yield [`above ${given}`, () => given, options[0]];
  for (const list of options.slice(1)) {
    for (const name of NAMES) yield [`string ${name}`, () => SHAPES.string(name), list];
  }
  for (const given of NO_PATHS) yield [`no path ${describe(given)}`, () => given, options[0]];
}

async function runPathFunctions(report) {
  for (const [name, spec] of Object.entries(PATH_FUNCTIONS)) {
    for (const form of formsOf(name)) {
      for (const [label, make, list] of casesOf(spec)) {
        // Nothing here may change what the next call finds outside.
        if (label.startsWith('above') && CHANGING.has(name)) continue;
        const args = [make(), ...list];
        report(
          `${name} ${form} (${label}; ${show(list)})`,
          await call(form, name, args, spec.show),
        );
      }
    }
  }
}

const CHANGING = new Set([
  'appendFile',
  'mkdir',
  'mkdtemp',
  'mkdtempDisposable',
  'rm',
  'rmdir',
  'truncate',
  'writeFile',
  'chmod',
  'chown',
  'lchown',
  'utimes',
  'lutimes',
  'unlink',
]);

const SOURCES = [
  'file.txt',
  'empty',
  'run.sh',
  'folder',
  'link.txt',
  'link-to-folder',
  'missing',
  'missing/x',
  'file.txt/x',
  'file.txt/',
  'broken-link',
  'loop',
  'big.bin',
];
const TARGETS = [
  'new',
  'file.txt',
  'folder',
  'missing/new',
  'file.txt/new',
  'link.txt',
  'broken-link',
  'new/',
  'file.txt/',
];
const { COPYFILE_EXCL, COPYFILE_FICLONE } = fs.constants;

const TWO_PATH_FUNCTIONS = {
  copyFile: { options: [[], [COPYFILE_EXCL], [COPYFILE_FICLONE], ['nonsense'], [99]] },
  cp: {
    options: [
      [],
      [{ recursive: true }],
      [{ recursive: true, dereference: true }],
      [{ recursive: true, verbatimSymlinks: true }],
      [{ recursive: true, force: false }],
      [{ recursive: true, force: false, errorOnExist: true }],
      [{ recursive: true, filter: (source) => !source.endsWith('inner.json') }],
      [{ recursive: true, preserveTimestamps: true }],
      [{ recursive: 1 }],
      [{ mode: COPYFILE_EXCL }],
    ],
  },
  link: { options: [[]] },
  rename: { options: [[]] },
  symlink: { options: [[], ['dir'], ['nonsense']] },
};

/** Makes the real side anew: what a target or a source on the disk can be. */
function freshDisk() {
  fs.rmSync('disk', { recursive: true, force: true });
  fs.mkdirSync('disk/folder/below', { recursive: true });
  fs.writeFileSync('disk/file.txt', 'of the disk');
  fs.writeFileSync('disk/folder/inner.json', 'of the disk');
}

function contents(file) {
  const stats = fs.lstatSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return 'nothing';
  if (stats.isSymbolicLink()) return `-> ${fs.readlinkSync(file)}`;
  if (!stats.isDirectory())
    return `${(stats.mode & 0o777).toString(8)} ${fs.readFileSync(file, 'utf8').slice(0, 30)}`;
  return Object.fromEntries(
    fs
      .readdirSync(file)
      .sort()
      .map((name) => [name, contents(path.join(file, name))]),
  );
}

const DISK = {
  new: 'disk/new',
  file: 'disk/file.txt',
  folder: 'disk/folder',
  inNothing: 'disk/none/new',
};

function* pairs() {
  for (const source of SOURCES) {
    for (const [label, target] of Object.entries(DISK))
      yield [`out ${source} ${label}`, `${ROOT}/${source}`, target];
    for (const target of ['new', 'file.txt', 'missing/new'])
      yield [`within ${source} ${target}`, `${ROOT}/${source}`, `${ROOT}/${target}`];
  }
  for (const target of TARGETS) {
    for (const [label, source] of Object.entries(DISK))
      yield [`in ${label} ${target}`, source, `${ROOT}/${target}`];
  }
  yield ['buffer', SHAPES.buffer('file.txt'), Buffer.from('disk/new')];
  yield ['url', SHAPES.url('file.txt'), 'disk/new'];
  yield ['roundabout', SHAPES.roundabout('link-to-folder/inner.json'), 'disk/new'];
}

// Enough to see that options are understood.
const FEW_PAIRS =
  /^out (file.txt|run.sh|folder|link.txt|link-to-folder|missing|broken-link) |^within (file.txt|folder) |^in (file|folder) (new|file.txt|folder)$/;
// Where plain Node ends with an exception of C++ that nothing catches.
const ABORTS =
  /^in .* (folder|link.txt|broken-link|file.txt.*|missing.*)$|^within folder|^out broken-link (file|folder)/;

// Both are looked up at a time, and the error is that of the one that is quicker.
const BOTH_WRONG = /^in (new|inNothing) file.txt\//;

async function runTwoPathFunctions(report) {
  for (const [name, { options }] of Object.entries(TWO_PATH_FUNCTIONS)) {
    for (const form of formsOf(name)) {
      for (const list of options) {
        for (const [label, source, target] of pairs()) {
          if (list !== options[0] && !FEW_PAIRS.test(label)) continue;
          if (name === 'cp' && form === 'sync' && ABORTS.test(label)) continue;
          if (name === 'cp' && BOTH_WRONG.test(label)) continue;
          freshDisk();
          const outcome = await call(form, name, [source, target, ...list]);
          report(`${name} ${form} (${label}; ${show(list)})`, {
            ...outcome,
            disk: contents('disk'),
          });
        }
      }
    }
  }
}

function show(list) {
  return JSON.stringify(list.map(describe));
}

module.exports = { TWO_PATH_FUNCTIONS, runPathFunctions, runTwoPathFunctions };
