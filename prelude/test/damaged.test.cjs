'use strict';

// An executable that was cut or changed either behaves as if nothing had happened, because the bytes are not used, or says
// so in one line and ends at once. `verify` of the inspection tool finds each damage of the payload without running it.

const { after, before, describe, it } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { runProgram } = require('./support/bounded.cjs');
const { nodes, prepare, verify } = require('./support/oracle.cjs');

const HALF_MEGABYTE = Buffer.alloc(1 << 19, 'data of an asset\n');
const PROGRAM = `
const fs = require('node:fs');
const path = require('node:path');
const { Worker } = require('node:worker_threads');
const asset = path.join(__dirname, 'asset.bin');
const [how] = process.argv.slice(2);
process.on('exit', () => console.log('exit listener'));
const ways = {
  quiet: () => {},
  module: () => require('./lib/used.js'),
  readFile: () => fs.readFileSync(asset).length,
  descriptor: () => {
    const descriptor = fs.openSync(asset);
    return fs.readSync(descriptor, Buffer.alloc(100), 0, 100, 300_000);
  },
  callback: () => new Promise((done) => fs.readFile(asset, (error) => done(error?.code ?? 'read'))),
  promise: () => fs.promises.readFile(asset).then(({ length }) => length, ({ code }) => code),
  stream: () => fs.createReadStream(asset).on('error', () => {}).resume() && 'streaming',
  worker: () => new Worker(path.join(__dirname, 'worker.js'), { stderr: true, stdout: true })
    .on('error', () => {}).on('exit', (code) => console.log('worker', code)) && 'started',
};
console.log('runs');
// What a program does that expects missing files, not damaged ones.
(async () => {
  try {
    console.log(await ways[how]());
  } catch (error) {
    console.log('caught', error.message);
  }
})();
`;
const CASE = {
  name: 'program',
  files: {
    'main.js': PROGRAM,
    'package.json': '{"name": "damaged"}',
    'lib/used.js': `module.exports = 'used';\n// ${'x'.repeat(300_000)}\n`,
    'worker.js':
      "try { console.log(require('fs').readFileSync(__dirname + '/asset.bin').length); } catch { console.log('caught'); }\n",
    'asset.bin': HALF_MEGABYTE,
    'unused.txt': 'Nobody reads this.\n'.repeat(30_000),
  },
};
const PAYLOAD_MAGIC = Buffer.from('PKGPAYLD');
const LOCATOR_MAGIC = Buffer.from(['PKGRULES', 'LOCATOR'].join('-'));
const WAYS = ['quiet', 'module', 'readFile', 'descriptor', 'callback', 'promise', 'stream', 'worker'];
const PROBLEM =
  /^This executable is damaged or incomplete: [^\n]+\. Get it again from where it was built\.\n$/;
const RANDOM_FLIPS = 24;

/** A generator of numbers below `limit` that are the same in each run. */
function chance(seed) {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

for (const compress of ['none', 'zstd']) {
  for (const [version, node] of nodes()) {
    // The tool takes half a second for each look, and does not care which Node.js it looks at; each has a run of its own.
    const inspects = version.startsWith('24.');
    describe(`a damaged executable of Node ${version}, compress ${compress}`, () => {
      let folder;
      let file;
      let bytes;
      let start;
      let locator;
      let expected;
      before(() => {
        folder = prepare(node, [{ ...CASE, compress }]);
        file = path.join(folder, 'program/program');
        bytes = fs.readFileSync(file);
        locator = bytes.indexOf(LOCATOR_MAGIC);
        start = Number(bytes.readBigUInt64LE(locator + LOCATOR_MAGIC.length));
        assert.ok(bytes.subarray(start).indexOf(PAYLOAD_MAGIC) === 0);
        expected = new Map(WAYS.map((way) => [way, run(way)]));
        for (const { stderr, status } of expected.values())
          assert.deepStrictEqual([stderr, status], ['', 0]);
        assert.match(expected.get('worker').stdout, /worker 0/);
      });
      after(() => fs.rmSync(folder, { recursive: true, force: true }));

      function run(way) {
        const { stdout, stderr, status, signal } = runProgram(file, [way], { cwd: folder });
        return { stdout, stderr, status, signal };
      }

      function assertFound(details) {
        if (inspects) assert.notDeepStrictEqual(verify(file), [], details);
      }

      /** Runs `check` while the bytes at `position` are others. */
      function withBytes(position, replacement, check) {
        const descriptor = fs.openSync(file, 'r+');
        try {
          fs.writeSync(descriptor, replacement, 0, replacement.length, position);
          fs.closeSync(descriptor);
          check();
        } finally {
          const again = fs.openSync(file, 'r+');
          fs.writeSync(again, bytes, position, replacement.length, position);
          fs.closeSync(again);
        }
      }

      function flipped(position) {
        return Buffer.from([bytes[position] ^ 0x41]);
      }

      function assertDamaged(result, problem = PROBLEM) {
        assert.match(result.stderr, problem);
        assert.match(result.stderr, PROBLEM);
        assert.deepStrictEqual([result.status, result.signal], [1, null]);
        assert.match(result.stdout, /^(runs\n|started\n|streaming\n)*$/);
      }

      function assertDamagedOrSame(way, result) {
        if (result.status === 0) assert.deepStrictEqual(result, expected.get(way));
        else assertDamaged(result);
      }

      const field = (at) => () => start + at;
      const places = {
        'the magic of the payload': [field(0), /there is no payload where its locator points to/],
        'the version': [field(8), /its payload has version \d+, not 2/],
        'the size in the header': [field(16), /the header of its payload is wrong/],
        'the checksum of the header': [field(124), /the header of its payload is wrong/],
        'the directories': [field(128), /the index of its payload is wrong/],
        'the magic of the locator': [() => locator, /the locator of its payload is not one/],
        'the start in the locator': [() => locator + 17, /payload/],
        'the high bytes of the start': [() => locator + 22, /it ends before the end of its payload/],
        'the size in the locator': [() => locator + 25, /payload/],
      };
      for (const [name, [position, problem]] of Object.entries(places)) {
        it(`changed in ${name}`, () => {
          withBytes(position(), flipped(position()), () => {
            assertDamaged(run('quiet'), problem);
            assertFound();
          });
        });
      }

      it('changed in each section of the index', () => {
        for (let section = 0; section < 6; section++) {
          const offset = bytes.readUInt32LE(start + 48 + 8 * section);
          if (bytes.readUInt32LE(start + 52 + 8 * section) === 0) continue;
          const position = start + 128 + offset;
          withBytes(position, flipped(position), () =>
            assertDamaged(run('quiet'), /the index of its payload is wrong/),
          );
        }
      });

      it('changed in the content of each block', () => {
        const table = start + 128 + bytes.readUInt32LE(start + 48 + 8 * 4);
        const count = bytes.readUInt32LE(start + 52 + 8 * 4) / 24;
        let damaged = 0;
        for (let block = 0; block < count; block++) {
          const record = table + block * 24;
          const position =
            start +
            Number(bytes.readBigUInt64LE(record)) +
            (bytes.readUInt32LE(record + 8) >> 1);
          withBytes(position, flipped(position), () => {
            assertFound();
            for (const way of WAYS) {
              const result = run(way);
              assertDamagedOrSame(way, result);
              if (result.status === 1) {
                damaged++;
                assert.match(result.stderr, /the contents of its payload are wrong, near byte \d+/);
              }
            }
          });
        }
        // Every way that reads the asset or the module met at least one, all of them that of the entry point.
        assert.ok(damaged >= WAYS.length + WAYS.length - 1, `${damaged}`);
      });

      it('at random places of its payload', () => {
        const below = chance(version.length);
        for (let round = 0; round < RANDOM_FLIPS; round++) {
          const position = start + below(bytes.length - start);
          withBytes(position, flipped(position), () => {
            const way = WAYS[round % WAYS.length];
            assertDamagedOrSame(way, run(way));
            assertFound(`at ${position - start}`);
          });
        }
      });

      it('cut anywhere in its payload', () => {
        const below = chance(7);
        const lengths = [start, start + 1, start + 127, start + 128, start + 200, bytes.length - 1];
        for (let round = 0; round < 8; round++) lengths.push(start + below(bytes.length - start));
        for (const length of lengths.sort((one, other) => other - one)) {
          fs.truncateSync(file, length);
          assertDamaged(run('quiet'), /it ends before the end of its payload/);
          assertFound();
        }
        fs.writeFileSync(file, bytes);
      });

      it('shifted', () => {
        const copy = path.join(folder, 'shifted');
        fs.writeFileSync(
          copy,
          Buffer.concat([bytes.subarray(0, start), Buffer.alloc(16), bytes.subarray(start)]),
          { mode: 0o755 },
        );
        const { stderr, status } = runProgram(copy);
        assert.match(stderr, /there is no payload where its locator points to/);
        assert.strictEqual(status, 1);
      });

      it('without a payload', () => {
        withBytes(locator + LOCATOR_MAGIC.length, Buffer.alloc(16), () =>
          assertDamaged(run('quiet'), /it has no payload/),
        );
      });

      it('is itself again after all that, and runs after it was renamed', () => {
        const renamed = path.join(folder, 'renamed');
        fs.renameSync(file, renamed);
        const { stdout } = runProgram(renamed, ['module']);
        fs.renameSync(renamed, file);
        assert.strictEqual(stdout, expected.get('module').stdout);
        assert.deepStrictEqual(verify(file), []);
      });
    });
  }
}
