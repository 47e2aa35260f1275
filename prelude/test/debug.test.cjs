'use strict';

// DEBUG_PKG shows what is in an executable that was built with `debug`, and does nothing in any other.

const { after, before, describe, it } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { runProgram } = require('./support/bounded.cjs');
const { nodes, prepare } = require('./support/oracle.cjs');

const FILES = {
  'main.js':
    "require('fs').readFileSync(__dirname + '/lib/data.txt'); require('fs').promises.stat(__filename).then(() => console.log('runs'));\n",
  'lib/data.txt': 'x'.repeat(2048),
  link: { link: 'lib' },
  dangling: { link: 'lib/nowhere' },
  'large.bin': Buffer.alloc(6 << 20),
};
const LISTING = `------------------------------- virtual file system, 6.0 MB
/snapshot/ 6.0 MB
  app/ 6.0 MB
    dangling -> lib/nowhere
    large.bin 6.0 MB
    lib/ 2.0 KB
      data.txt 2.0 KB
    link -> lib
    main.js ${FILES['main.js'].length} B
------------------------------- symlinks
/snapshot/app/dangling => (missing)
/snapshot/app/link => /snapshot/app/lib
------------------------------- files over 5.0 MB, directories over 10.0 MB
/snapshot/app/large.bin 6.0 MB
-------------------------------
`;

for (const [version, node] of nodes()) {
  describe(`DEBUG_PKG in an executable of Node ${version}`, () => {
    let folder;
    before(() => {
      folder = prepare(node, [
        { name: 'debug', files: FILES, debug: true },
        { name: 'plain', files: FILES },
      ]);
    });
    after(() => fs.rmSync(folder, { recursive: true, force: true }));

    function run(name, value) {
      const env = value === undefined ? {} : { DEBUG_PKG: value };
      const { stdout, stderr, status } = runProgram(path.join(folder, name, 'program'), [], { env });
      assert.deepStrictEqual([stdout, status], ['runs\n', 0]);
      return stderr;
    }

    it('lists files, links and what is large', () => assert.strictEqual(run('debug', '1'), LISTING));

    it('logs the use of fs, too', () => {
      const shown = run('debug', '2');
      assert.ok(shown.startsWith(LISTING));
      const calls = shown.slice(LISTING.length);
      assert.match(calls, /^DEBUG_PKG fs\.readFileSync \/snapshot\/app\/lib\/data\.txt$/m);
      assert.match(calls, /^DEBUG_PKG fs\.promises\.stat \/snapshot\/app\/main\.js$/m);
    });

    it('is nothing unless it is set, and in executables that were not built for it', () => {
      assert.strictEqual(run('debug'), '');
      assert.strictEqual(run('debug', ''), '');
      assert.strictEqual(run('plain', '2'), '');
    });
  });
}
