'use strict';

// Compressed executables behave like plain Node, whatever is read from them and how.

const { after, before, describe, it } = require('node:test');
const assert = require('node:assert');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { assertSame, nodes, prepare } = require('./support/oracle.cjs');

const PROGRAM = `
const fs = require('node:fs');
const path = require('node:path');
const { createHash } = require('node:crypto');
const { pipeline } = require('node:stream/promises');
const at = (name) => path.join(__dirname, name);
const hash = (data) => createHash('sha1').update(data).digest('hex');

async function streamed(name, options) {
  const sum = createHash('sha1');
  await pipeline(fs.createReadStream(at(name), options), sum);
  return sum.digest('hex');
}

async function main() {
  for (const name of ['empty', 'text.txt', 'noise.bin', 'huge.bin', 'large.js', 'data.json', 'lib/used.js']) {
    console.log(name, fs.statSync(at(name)).size, hash(fs.readFileSync(at(name))), await streamed(name));
    console.log(hash(await fs.promises.readFile(at(name))));
  }
  console.log(fs.readFileSync(at('text.txt'), 'utf8').length, fs.readFileSync(at('empty'), 'utf8'));
  console.log(await streamed('huge.bin', { start: 262_143, end: 50_000_001, highWaterMark: 100_003 }));
  const descriptors = ['huge.bin', 'noise.bin'].map((name) => fs.openSync(at(name)));
  const buffer = Buffer.alloc(600_000);
  const positions = [0, 262_143, 262_144, 262_145, 524_287, 99_999_990, 104_857_599, 104_857_600, 5];
  for (const position of positions) {
    for (const descriptor of descriptors) {
      const count = fs.readSync(descriptor, buffer, 0, buffer.length, position);
      console.log(position, count, hash(buffer.subarray(0, count)));
    }
  }
  console.log(fs.readvSync(descriptors[0], [Buffer.alloc(10), Buffer.alloc(300_000)], 262_140));
  console.log(require('./lib/used.js'), require('./large.js').length, require('./data.json').length);
  console.log((await import('./module.mjs')).default);
  fs.copyFileSync(at('huge.bin'), 'copy.bin');
  console.log(hash(fs.readFileSync('copy.bin')));
  fs.unlinkSync('copy.bin');
}
main();
`;

function files() {
  const huge = Buffer.alloc(100 << 20);
  // Mostly nothing, as disk images are.
  for (let position = 0; position < huge.length; position += 7_654_321) huge.write('something', position);
  let seed = 1;
  const noise = Buffer.alloc(700_001);
  for (let index = 0; index < noise.length; index += 20) {
    crypto.createHash('sha1').update(String(seed++)).digest().copy(noise, index);
  }
  return {
    'main.js': PROGRAM,
    empty: '',
    'text.txt': 'Zeilen mit Ümläuten und ☃.\n'.repeat(20_000),
    'noise.bin': noise,
    'huge.bin': huge,
    'large.js': `module.exports = [${'"item", '.repeat(60_000)}];\n`,
    'data.json': JSON.stringify(Array.from({ length: 50_000 }, (_, index) => index)),
    'lib/used.js': "module.exports = 'used';\n",
    'module.mjs': "export default 'module';\n",
    ...Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`many/${index}.js`, `exports.n = ${index};\n`.repeat(99)]),
    ),
  };
}

const PAYLOAD = files();

for (const [version, node] of nodes()) {
  for (const compress of ['gzip', 'brotli', 'zstd']) {
    describe(`an executable of Node ${version}, compressed with ${compress}`, () => {
      const testCase = { name: 'program', files: PAYLOAD, compress, prints: /^empty 0 / };
      let folder;
      before(() => {
        folder = prepare(node, [testCase]);
      });
      after(() => fs.rmSync(folder, { recursive: true, force: true }));

      it('is like plain Node', () => assertSame(node, folder, testCase));

      it('is small', () => {
        const { size } = fs.statSync(path.join(folder, 'program/program'));
        assert.ok(size < fs.statSync(node).size + (4 << 20), `${size}`);
      });
    });
  }
}
