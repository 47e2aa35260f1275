'use strict';

// Where the payload is in an executable for macOS that holds one for each architecture.

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const { runProgram } = require('./support/bounded.cjs');

const SUBJECT = path.join(__dirname, '../src/executable.cjs');
const X64 = 0x01000007;
const ARM64 = 0x0100000c;

/** What `partOffset` finds for `arch` in a file that begins with these big-endian words; it may end the process. */
function find(words, arch) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'universal-'));
  const file = path.join(folder, 'executable');
  const content = Buffer.alloc(words.length * 4);
  words.forEach((word, index) => content.writeUInt32BE(word, index * 4));
  fs.writeFileSync(file, content);
  const program = `
    const { partOffset } = require(process.argv[1]);
    console.log(partOffset(require('node:fs').openSync(process.argv[2]), process.argv[3]));
  `;
  const found = runProgram(process.execPath, ['-e', program, SUBJECT, file, arch]);
  fs.rmSync(folder, { recursive: true });
  return found;
}

test('each architecture has its part', () => {
  const words = [0xcafebabe, 2, X64, 3, 0x4000, 100, 14, ARM64, 0, 0x8000, 200, 14];
  assert.strictEqual(find(words, 'x64').stdout, '16384\n');
  assert.strictEqual(find(words, 'arm64').stdout, '32768\n');
});

test('the only part begins the file', () => {
  assert.strictEqual(find([0xcffaedfe, X64, 3, 2], 'x64').stdout, '0\n');
});

test('a part that is missing is said', () => {
  const { status, stdout, stderr } = find([0xcafebabe, 1, ARM64, 0, 0x4000, 100, 14], 'x64');
  assert.deepStrictEqual([status, stdout], [1, '']);
  assert.match(stderr, /^This executable is damaged or incomplete: it has no part for x64\. [^\n]+\n$/);
});
