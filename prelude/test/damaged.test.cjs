'use strict';

// An executable that was cut or changed says so in one line, and runs nothing.

const { after, before, describe, it } = require('node:test');
const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { nodes, prepare } = require('./support/oracle.cjs');

const CASE = {
  name: 'program',
  files: {
    'main.js': "console.log('runs', process.argv[1]);\n",
    'data.bin': Buffer.alloc(100_000, 'x'),
  },
};
const PAYLOAD_MAGIC = Buffer.from('PKGPAYLD');
const LOCATOR_MAGIC = Buffer.from(['PKGRULES', 'LOCATOR'].join('-'));
const ADVICE = 'Get it again from where it was built.\n';

for (const [version, node] of nodes()) {
  describe(`a damaged executable of Node ${version}`, () => {
    let folder;
    let bytes;
    let start;
    before(() => {
      folder = prepare(node, [CASE]);
      bytes = fs.readFileSync(path.join(folder, 'program/program'));
      start = bytes.lastIndexOf(PAYLOAD_MAGIC);
    });
    after(() => fs.rmSync(folder, { recursive: true, force: true }));

    function run(name, change) {
      const changed = change(Buffer.from(bytes));
      const file = path.join(folder, name);
      fs.writeFileSync(file, changed, { mode: 0o755 });
      const result = spawnSync(file, { encoding: 'utf8', cwd: folder });
      fs.rmSync(file);
      return result;
    }

    function flip(at) {
      return (copy) => {
        copy[at] ^= 0x41;
        return copy;
      };
    }

    const cases = {
      'cut in its contents': [
        (copy) => copy.subarray(0, copy.length - 50_000),
        'it ends before the end of its payload',
      ],
      'cut in its header': [
        (copy) => copy.subarray(0, start + 40),
        'it ends before the end of its payload',
      ],
      'cut before its payload': [
        (copy) => copy.subarray(0, start),
        'it ends before the end of its payload',
      ],
      'changed in its header': [
        (copy) => flip(start + 20)(copy),
        'the header of its payload is wrong',
      ],
      'changed in its index': [
        (copy) => flip(start + 140)(copy),
        'the index of its payload is wrong',
      ],
      shifted: [
        (copy) => Buffer.concat([copy.subarray(0, start), Buffer.alloc(16), copy.subarray(start)]),
        'there is no payload where its locator points to',
      ],
      'without a payload': [
        (copy) => copy.fill(0, copy.indexOf(LOCATOR_MAGIC) + 16, copy.indexOf(LOCATOR_MAGIC) + 32),
        'it has no payload',
      ],
    };
    for (const [name, [change, problem]] of Object.entries(cases)) {
      it(name, () => {
        const { stdout, stderr, status } = run('damaged', change);
        assert.strictEqual(stdout, '');
        assert.strictEqual(
          stderr,
          `This executable is damaged or incomplete: ${problem}. ${ADVICE}`,
        );
        assert.strictEqual(status, 1);
      });
    }

    it('runs after it was renamed, and when it is deleted meanwhile', () => {
      const { stdout, status } = run('renamed', (copy) => copy);
      assert.strictEqual(stdout, 'runs /snapshot/app/main.js\n');
      assert.strictEqual(status, 0);
    });
  });
}
