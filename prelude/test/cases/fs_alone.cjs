'use strict';

// Runs in an executable only: what there is nothing to compare with.

const assert = require('node:assert');
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');

const root = path.join(__dirname, 'tree');

async function showsMountPoint() {
  const real = execFileSync('ls', ['-A', '/'], { encoding: 'utf8' }).trim().split('\n');
  const expected = [...new Set([...real, 'snapshot'])].sort();
  assert.deepStrictEqual(fs.readdirSync('/').sort(), expected);
  assert.deepStrictEqual((await fs.promises.readdir('/')).sort(), expected);
  const typed = fs.readdirSync('/', { withFileTypes: true });
  assert.strictEqual(typed.find(({ name }) => name === 'snapshot').isDirectory(), true);
  const opened = [];
  for await (const { name } of await fs.promises.opendir('/')) opened.push(name);
  assert.deepStrictEqual(opened.sort(), expected);
  assert.ok(fs.readdirSync('/', 'buffer').some((name) => name.equals(Buffer.from('snapshot'))));
  assert.ok(fs.globSync('/snap*/app/tree/file.txt').length === 1);
}

/** Only a process can go to a real directory, and only Node itself sees the inside. */
function staysOutside() {
  assert.throws(() => process.chdir(root), { code: 'ENOENT' });
  assert.strictEqual(spawnSync('ls', { cwd: root }).error.code, 'ENOENT');
  fs.symlinkSync(path.join(root, 'file.txt'), 'into');
  assert.throws(() => fs.readFileSync('into'), { code: 'ENOENT' });
}

async function mounts() {
  fs.mkdirSync('exterior/below', { recursive: true });
  fs.writeFileSync('exterior/file.txt', 'real');
  const exterior = path.resolve('exterior');
  const interior = path.join(__dirname, 'mounted');
  process.pkg.mount(interior, exterior);
  process.pkg.mount(/^\/snapshot\/app\/pattern(?=\/|$)/, exterior);
  process.pkg.mount(
    path.join(__dirname, 'made'),
    (at) => exterior + at.slice(`${__dirname}/made`.length),
  );
  for (const at of [
    interior,
    `${__dirname}/pattern`,
    `${__dirname}/made`,
    `${interior}/../mounted/below/..`,
  ]) {
    assert.strictEqual(fs.readFileSync(`${at}/file.txt`, 'utf8'), 'real', at);
    assert.strictEqual((await fs.promises.readFile(`${at}/file.txt`)).toString(), 'real');
    assert.deepStrictEqual(fs.readdirSync(at).sort(), ['below', 'file.txt']);
    const opened = fs.opendirSync(at);
    assert.ok(opened.readSync() !== null);
    opened.closeSync();
  }
  await everyWayToWrite(interior, exterior);
  assert.ok(fs.readdirSync(__dirname).includes('mounted'));
  assert.ok(
    fs.readdirSync(__dirname, { recursive: true }).includes(path.join('mounted', 'file.txt')),
  );
  fs.copyFileSync(path.join(root, 'file.txt'), `${interior}/copy.txt`);
  assert.strictEqual(
    fs.readFileSync('exterior/copy.txt', 'utf8'),
    fs.readFileSync(path.join(root, 'file.txt'), 'utf8'),
  );
  fs.cpSync(path.join(root, 'folder'), `${interior}/folder`, { recursive: true });
  assert.ok(fs.existsSync('exterior/folder/inner.json'));
  fs.renameSync(`${interior}/copy.txt`, `${interior}/moved.txt`);
  fs.linkSync(`${interior}/moved.txt`, 'linked.txt');
  assert.ok(fs.existsSync('exterior/moved.txt') && fs.existsSync('linked.txt'));
  assert.strictEqual(
    fs.realpathSync.native(`${interior}/moved.txt`),
    fs.realpathSync('exterior/moved.txt'),
  );
  assert.throws(() => process.pkg.mount('/elsewhere', exterior), { code: 'ERR_INVALID_ARG_VALUE' });
  assert.throws(() => process.pkg.mount(interior, 3), { code: 'ERR_INVALID_ARG_VALUE' });
}

async function everyWayToWrite(interior, exterior) {
  const written = () => fs.readFileSync(path.join(exterior, 'new.txt'), 'utf8');
  const at = `${interior}/new.txt`;
  fs.writeFileSync(at, 'sync');
  assert.strictEqual(written(), 'sync');
  await new Promise((resolve) => fs.writeFile(at, 'callback', resolve));
  assert.strictEqual(written(), 'callback');
  await new Promise((resolve) => fs.appendFile(at, ' more', resolve));
  assert.strictEqual(written(), 'callback more');
  await fs.promises.writeFile(at, 'promise');
  assert.strictEqual(written(), 'promise');
  const read = await new Promise((resolve) =>
    fs.readFile(at, 'utf8', (error, text) => resolve(text)),
  );
  assert.strictEqual(read, 'promise');
  await new Promise((resolve) => fs.createWriteStream(at).end('stream', resolve));
  assert.strictEqual(written(), 'stream');
  const handle = await fs.promises.open(at, 'w');
  await handle.write('handle');
  await handle.close();
  assert.strictEqual(written(), 'handle');
  fs.mkdirSync(`${interior}/deep/er`, { recursive: true });
  fs.mkdtempSync(`${interior}/temporary-`);
  fs.rmSync(`${interior}/deep`, { recursive: true });
  fs.unlinkSync(at);
  assert.deepStrictEqual(
    fs
      .readdirSync(exterior)
      .filter((name) => !name.startsWith('temporary-'))
      .sort(),
    ['below', 'file.txt'],
  );
  for (const name of fs.readdirSync(exterior))
    if (name.startsWith('temporary-')) fs.rmdirSync(path.join(exterior, name));
}

/** A handle that nobody closes is closed when it is collected; its number may then be that of another file. */
async function forgetsHandles() {
  process.removeAllListeners('warning');
  process.on('warning', () => {});
  // Newer Nodes throw instead of a warning.
  process.on('uncaughtException', (error) => assert.strictEqual(error.code, 'ERR_INVALID_STATE'));
  require('node:v8').setFlagsFromString('--expose-gc');
  const collect = require('node:vm').runInNewContext('gc');
  let numbers = await forgottenNumbers();
  for (let round = 0; round < 10; round++) {
    await pause(5);
    collect();
  }
  fs.writeFileSync('of-the-disk.txt', 'of the disk');
  const again = Array.from({ length: 40 }, () => fs.openSync('of-the-disk.txt'));
  numbers = again.filter((number) => numbers.includes(number));
  assert.ok(numbers.length > 0, 'no number was used again');
  for (const number of again) {
    assert.strictEqual(fs.readFileSync(number, 'utf8'), 'of the disk');
    fs.closeSync(number);
  }
}

async function forgottenNumbers() {
  const numbers = [];
  for (let count = 0; count < 20; count++)
    numbers.push((await fs.promises.open(path.join(root, 'file.txt'))).fd);
  return numbers;
}

/** A watcher keeps the process alive, unless it is told not to; the test would time out otherwise. */
function watches() {
  const program = `
    const watcher = require('fs').watch(${JSON.stringify(path.join(root, 'file.txt'))}, () => console.log('event'));
    setTimeout(() => { console.log('alive'); watcher.close(); }, 100).unref();
    watcher.on('close', () => console.log('closed'));
    require('fs').watch(${JSON.stringify(root)}, { persistent: false });
    require('fs').watchFile(${JSON.stringify(path.join(root, 'file.txt'))}, { persistent: false }, () => console.log('event'));
  `;
  const output = execFileSync(process.execPath, ['-e', program], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  assert.strictEqual(output, 'alive\nclosed\n');
}

(async () => {
  await showsMountPoint();
  staysOutside();
  await mounts();
  watches();
  await forgetsHandles();
  console.log('fine');
})();
