'use strict';

// Functions of `fs` on files inside an executable, against plain Node on the same files.

const { after, before, describe, it } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { runProgram } = require('./support/bounded.cjs');
const { assertSame, nodes, prepare, runBoth } = require('./support/oracle.cjs');

const TREE = {
  'tree/file.txt': 'first line\nsecond line ☃\n',
  'tree/empty': '',
  'tree/folder/inner.json': '{"inner": true}',
  'tree/folder/deep/deeper/x': 'x',
  'tree/link.txt': { link: 'file.txt' },
  'tree/link-to-folder': { link: 'folder' },
  'tree/broken-link': { link: 'nothing' },
  'tree/loop': { link: 'loop' },
  'tree/ünï.txt': 'ünï',
  'tree/run.sh': { executable: '#!/bin/sh\n' },
  'tree/big.bin': Buffer.from(
    Array.from({ length: 1_000_000 }, (_, index) => (index * 7 + (index >> 8)) & 0xff),
  ),
};

const READING = {
  name: 'reading',
  files: {
    ...TREE,
    'main.js': fs.readFileSync(path.join(__dirname, 'cases/fs_program.cjs'), 'utf8'),
  },
};

const IMPORTED = {
  name: 'imported',
  entry: 'main.mjs',
  files: {
    ...TREE,
    'main.mjs': `
import fs, { readFileSync, promises } from 'node:fs';
import { readFile, stat } from 'fs/promises';
import promisesModule from 'node:fs/promises';
const file = new URL('./tree/file.txt', import.meta.url);
console.log(readFileSync(file, 'utf8'), await readFile(file, 'utf8'), (await stat(file)).size);
console.log(promises === promisesModule, fs.promises === promises, readFile === promises.readFile);
`,
  },
};

// Plain Node changes files here; an executable refuses, and nothing on the disk changes.
const REFUSED = {
  name: 'refused',
  files: {
    ...TREE,
    'main.js': `
const fs = require('fs');
const file = __dirname + '/tree/file.txt';
const calls = {
  writeFile: [file, 'x'], appendFile: [file, 'x'], unlink: [file], rmdir: [__dirname + '/tree/folder'], rm: [file], mkdir: [__dirname + '/new'],
  rename: [file, file + '2'], chmod: [file, 0o700], utimes: [file, 1, 1], truncate: [file], symlink: ['x', file + '3'], link: [file, file + '4'],
  copyFile: [process.execPath, file], mkdtemp: [file], cp: [process.cwd(), __dirname + '/copy', { recursive: true }],
};
(async () => {
  const codes = {};
  for (const [name, args] of Object.entries(calls)) {
    codes[name] = [];
    try { fs[name + 'Sync'](...args); codes[name].push('done'); } catch (error) { codes[name].push(error.code); }
    codes[name].push(await new Promise((resolve) => fs[name](...args, (error) => resolve(error ? error.code : 'done'))));
    codes[name].push(await fs.promises[name](...args).then(() => 'done', (error) => error.code));
  }
  try { fs.openSync(file, 'w'); } catch (error) { codes.open = [error.code, error.syscall, error.path === file]; }
  try { fs.mkdirSync(__dirname); } catch (error) { codes.existing = [error.code]; }
  fs.mkdirSync(__dirname, { recursive: true });
  try { fs.accessSync(file, fs.constants.W_OK); } catch (error) { codes.access = [error.code]; }
  const stream = fs.createWriteStream(file);
  stream.on('error', (error) => { codes.stream = [error.code]; console.log(JSON.stringify(codes)); });
})();
`,
  },
};

// What plain Node cannot be asked: there is no mount point on the disk, nor `process.pkg`.
const ALONE = {
  name: 'alone',
  files: {
    ...TREE,
    'main.js': fs.readFileSync(path.join(__dirname, 'cases/fs_alone.cjs'), 'utf8'),
  },
};

for (const [version, node] of nodes()) {
  describe(`fs in an executable of Node ${version}`, () => {
    let folder;
    before(() => {
      folder = prepare(node, [READING, IMPORTED, REFUSED, ALONE]);
    });
    after(() => fs.rmSync(folder, { recursive: true, force: true }));

    it('reads like plain Node', () => assertSame(node, folder, READING));
    it('is patched for importers too', () => assertSame(node, folder, IMPORTED));
    it('shows the mount point, mounts, watches and forgets', () => {
      const cwd = path.join(folder, ALONE.name, 'work');
      fs.mkdirSync(cwd);
      const program = path.join(folder, ALONE.name, 'program');
      const ran = runProgram(program, [], { cwd });
      assert.strictEqual(ran.stderr, '');
      assert.strictEqual(ran.stdout, 'fine\n');
      assert.strictEqual(ran.status, 0);
    });
    it('refuses to write', () => {
      const { packaged } = runBoth(node, folder, REFUSED);
      assert.strictEqual(packaged.stderr, '');
      const codes = JSON.parse(packaged.stdout);
      for (const [name, found] of Object.entries(codes)) {
        const expected =
          name === 'existing'
            ? ['EEXIST']
            : name === 'open'
              ? ['EROFS', 'open', true]
              : found.map(() => 'EROFS');
        assert.deepStrictEqual(found, expected, name);
      }
    });
  });
}
