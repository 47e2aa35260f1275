'use strict';

// Every function of `fs` in an executable, against plain Node on the same tree, mounted read-only at the mount point.
// The tables are in fs_conformance/.

const { after, before, describe, it } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { nodes, prepare, writeTree } = require('./support/oracle.cjs');
const { noNamespaces, runWithSnapshot } = require('./support/namespace.cjs');
const { TREE } = require('./fs_conformance/tree.cjs');
const { expectedOutcome } = require('./fs_conformance/differences.cjs');
const { OTHERS, REPLACED } = require('../src/fs_patch.cjs');

const PROGRAM = path.join(__dirname, 'fs_conformance');
// It does not name the path.
const OF_OPENDIR_SYNC = 'ENOENT: no such file or directory, opendir';
// All of them: set it to Infinity.
const MAXIMUM_SHOWN = Number(process.env.PKG_RULES_TEST_SHOWN ?? 12);

function programFiles() {
  const names = fs.readdirSync(PROGRAM);
  return Object.fromEntries(
    names.map((name) => [`program/${name}`, fs.readFileSync(path.join(PROGRAM, name), 'utf8')]),
  );
}

const CASE = {
  name: 'conformance',
  entry: 'program/main.cjs',
  files: { ...TREE, ...programFiles() },
};

/** A line for each outcome that is not what it has to be. */
function compare(plain, packaged) {
  assert.deepStrictEqual(
    packaged.map(([label]) => label),
    plain.map(([label]) => label),
  );
  const wrong = [];
  for (const [index, [label, outcome]] of plain.entries()) {
    const actual = packaged[index][1];
    const expected = withNotes(expectedOutcome(label, outcome, actual), actual);
    if (JSON.stringify(sortKeys(actual)) !== JSON.stringify(sortKeys(expected))) {
      wrong.push(
        `${label}\n    plain    ${JSON.stringify(expected)}\n    packaged ${JSON.stringify(actual)}`,
      );
    }
  }
  return wrong;
}

/**
 * An error about a missing file inside has to have its line in an executable, and no other error. Of two paths, only the
 * executable knows which one it is.
 */
function withNotes(value, actual) {
  if (Array.isArray(value)) return value.map((inner, index) => withNotes(inner, actual?.[index]));
  if (value === null || typeof value !== 'object') return value;
  const copy = Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withNotes(inner, actual?.[key])]),
  );
  if (copy.error === undefined) return copy;
  const mayHave =
    copy.code === 'ENOENT' &&
    ([copy.path, copy.dest].some(isInside) || copy.message === OF_OPENDIR_SYNC);
  // The number of the error is all that a watcher gets.
  const isClear = copy.dest === undefined && copy.message !== OF_OPENDIR_SYNC;
  const has = isClear ? copy.syscall !== 'watch' : actual?.notPackaged === true;
  return { ...copy, notPackaged: mayHave && has };
}

/** Relative paths count from where the programs run, and lead above the root of the disk. */
function isInside(given) {
  return (
    typeof given === 'string' &&
    [given, path.posix.resolve('/', given)].some((name) => name.startsWith('/snapshot'))
  );
}

function sortKeys(value) {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort()
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
}

for (const [version, node] of nodes()) {
  describe(
    `every function of fs in an executable of Node ${version}`,
    { skip: noNamespaces() },
    () => {
      let folder;
      before(() => {
        folder = prepare(node, [CASE]);
      });
      after(() => fs.rmSync(folder, { recursive: true, force: true }));

      /** Runs a part of the program in both forms; what it reported. */
      function run(part) {
        const base = path.join(folder, CASE.name);
        const cwd = path.join(base, 'work');
        const plain = runIn(cwd, part, node, ['/snapshot/app/program/main.cjs'], {
          snapshot: path.join(base, 'snapshot'),
          readOnly: true,
        });
        // A real directory of that name, with other things in it, and free to write to.
        const decoy = path.join(base, 'decoy');
        writeTree(decoy, { 'app/tree/file.txt': 'decoy', 'app/tree/folder/decoy': '' });
        const earlier = listing(decoy);
        const packaged = runIn(cwd, part, path.join(base, 'program'), [], { snapshot: decoy });
        assert.deepStrictEqual(listing(decoy), earlier, 'a call reached the real disk');
        return { plain, packaged };
      }

      function runIn(cwd, part, command, args, settings) {
        fs.rmSync(cwd, { recursive: true, force: true });
        fs.mkdirSync(cwd);
        const output = path.join(folder, 'outcomes');
        const ran = runWithSnapshot(command, [...args, part, output], {
          ...settings,
          cwd,
          encoding: 'utf8',
          env: { PATH: process.env.PATH, HOME: folder },
          timeout: 120_000,
        });
        assert.strictEqual(ran.status, 0, `${part} of ${command}: ${ran.signal} ${ran.stderr}`);
        return fs
          .readFileSync(output, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line));
      }

      before(() => {
        const base = path.join(folder, CASE.name);
        fs.mkdirSync(path.join(base, 'snapshot'));
        fs.renameSync(path.join(base, 'app'), path.join(base, 'snapshot/app'));
      });

      it('is in the tables', () => {
        const { plain } = run('classification');
        const { unclassified, binding } = Object.fromEntries(plain);
        assert.deepStrictEqual(
          unclassified,
          [],
          `Node ${version} has functions that nobody has looked at: add them, with arguments to call them with, to the tables in prelude/test/fs_conformance/, and make them work inside.`,
        );
        const unknown = binding.filter(
          (name) => !REPLACED.includes(name) && !OTHERS.includes(name),
        );
        assert.deepStrictEqual(
          unknown,
          [],
          `The fs binding of Node ${version} has functions that prelude/src/fs_patch.cjs does not know: calls of them reach the real disk. Replace them there.`,
        );
      });

      for (const part of ['paths', 'two paths', 'descriptors', 'handles', 'streams', 'others']) {
        it(`is the same: ${part}`, () => {
          const { plain, packaged } = run(part);
          const wrong = compare(plain, packaged);
          assert.ok(plain.length > 50, `only ${plain.length} outcomes`);
          assert.ok(
            wrong.length === 0,
            `${wrong.length} of ${plain.length} differ:\n${wrong.slice(0, MAXIMUM_SHOWN).join('\n')}`,
          );
        });
      }
    },
  );
}

/** All that is below a directory, with contents. */
function listing(directory) {
  return fs
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      const { mode } = fs.lstatSync(file);
      return `${file} ${mode} ${entry.isFile() ? fs.readFileSync(file) : ''}`;
    })
    .sort();
}
