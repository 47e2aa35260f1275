'use strict';

// The cache for native addons, used by processes that start at once, are killed, or find it tampered with.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { runProgram } = require('./support/bounded.cjs');

const CACHE = require.resolve('../src/native_cache.cjs');
const ADDON = 'lib/addon.node';
const LIBRARY = 'other/lib/helper.so.1';

const isRoot = process.getuid() === 0;
const NOBODY = 65534;

let folder;
let program;
let bundle;
let contents;

before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'native-cache-'));
  // Users other than the one who runs the tests read them, too.
  fs.chmodSync(folder, 0o755);
  contents = { [ADDON]: crypto.randomBytes(3 << 20), [LIBRARY]: crypto.randomBytes(1 << 20) };
  const files = Object.entries(contents).map(([place, content]) => {
    fs.writeFileSync(path.join(folder, path.basename(place)), content);
    return { place, source: place, size: content.length, sha256: sha256(content) };
  });
  bundle = { id: sha256(Buffer.from(JSON.stringify(files))), files };
  fs.copyFileSync(CACHE, path.join(folder, 'native_cache.cjs'));
  program = path.join(folder, 'program.cjs');
  fs.writeFileSync(
    program,
    `const fs = require('node:fs');
const path = require('node:path');
const { placesOf, NativeCacheError } = require('./native_cache.cjs');
const bundle = JSON.parse(fs.readFileSync(path.join(__dirname, 'bundle.json'), 'utf8'));
if (process.argv[2] === 'single') bundle.files.length = 1;
const failures = [];
const read = (source) => fs.readFileSync(path.join(__dirname, path.basename(source)));
const { value } = placesOf(bundle, read, failures).next();
if (value === undefined) console.error(new NativeCacheError('/snapshot/a.node', failures).message);
else console.log(JSON.stringify({ place: value, failures, sha256: require('node:crypto')
  .createHash('sha256').update(fs.readFileSync(value)).digest('hex') }));
`,
  );
  fs.writeFileSync(path.join(folder, 'bundle.json'), JSON.stringify(bundle));
});

after(() => fs.rmSync(folder, { recursive: true, force: true }));

function sha256(content) {
  return crypto.createHash('sha256').update(content).digest('hex');
}

/** A fresh home folder, and the environment of a process that lives there. */
function freshHome(name) {
  const home = path.join(folder, 'homes', name.replaceAll(/\W+/g, '-'));
  fs.mkdirSync(path.join(home, 'tmp'), { recursive: true });
  return { home, env: { HOME: home, TMPDIR: path.join(home, 'tmp') } };
}

function run(env, { command = [], args = [], ...options } = {}) {
  const [file, ...rest] = [...command, process.execPath, program, ...args];
  return runProgram(file, rest, { env, ...options });
}

/** What a run says; the addon it was given is right to the last byte. */
function loaded(result) {
  assert.equal(result.stderr, '');
  const said = JSON.parse(result.stdout);
  assert.equal(said.sha256, bundle.files[0].sha256);
  return said;
}

function intact(directory) {
  for (const { place, sha256: expected } of bundle.files) {
    assert.equal(sha256(fs.readFileSync(path.join(directory, place))), expected, place);
  }
}

const inHome = (home) => path.join(home, '.cache', 'pkg-native', bundle.id);

test('places, in this order: the variable, XDG_CACHE_HOME, HOME, the folder for temporary files', (t) => {
  const { home, env } = freshHome(t.name);
  const chosen = path.join(home, 'chosen');
  const xdg = path.join(home, 'xdg');
  const everything = { ...env, PKG_NATIVE_CACHE_PATH: chosen, XDG_CACHE_HOME: xdg };
  const place = (root) => path.join(root, bundle.id, ADDON);
  assert.equal(loaded(run(everything)).place, place(chosen));
  delete everything.PKG_NATIVE_CACHE_PATH;
  assert.equal(loaded(run(everything)).place, place(path.join(xdg, 'pkg-native')));
  assert.equal(
    loaded(run({ ...everything, XDG_CACHE_HOME: 'relative' })).place,
    place(path.join(home, '.cache/pkg-native')),
  );
  assert.equal(loaded(run(env)).place, place(path.join(home, '.cache/pkg-native')));
  const homeless = { TMPDIR: env.TMPDIR };
  assert.equal(
    loaded(run(homeless)).place,
    place(path.join(env.TMPDIR, `pkg-native-${process.getuid()}`)),
  );
});

test('the folder is private, the files are not writable, and libraries lie where the addon looks', (t) => {
  const { home, env } = freshHome(t.name);
  loaded(run(env));
  const directory = inHome(home);
  intact(directory);
  assert.equal(fs.statSync(path.dirname(directory)).mode & 0o777, 0o700);
  assert.equal(fs.statSync(directory).mode & 0o777, 0o700);
  assert.equal(fs.statSync(path.join(directory, LIBRARY)).mode & 0o777, 0o500);
});

test('many first starts at once', async (t) => {
  const { home, env } = freshHome(t.name);
  const results = await Promise.all(
    Array.from({ length: 64 }, () => {
      const child = spawn(process.execPath, [program], { env });
      let output = '';
      let errors = '';
      child.stdout.on('data', (data) => (output += data));
      child.stderr.on('data', (data) => (errors += data));
      return new Promise((resolve) =>
        child.on('close', (code) => resolve({ code, output, errors })),
      );
    }),
  );
  for (const { code, output, errors } of results) {
    assert.equal(errors, '');
    assert.equal(code, 0);
    assert.equal(JSON.parse(output).sha256, bundle.files[0].sha256);
  }
  intact(inHome(home));
  assert.deepEqual(fs.readdirSync(path.dirname(inHome(home))), [bundle.id]);
});

test('killed at any point', async (t) => {
  const { home, env } = freshHome(t.name);
  const root = path.dirname(inHome(home));
  let interrupted = 0;
  for (let round = 0; round < 30; round++) {
    const child = spawn(process.execPath, [program], { env, stdio: 'ignore' });
    const closed = new Promise((resolve) => child.on('close', (code, signal) => resolve(signal)));
    setTimeout(() => child.kill('SIGKILL'), 20 + 2 * round);
    interrupted += (await closed) === 'SIGKILL' ? 1 : 0;
    if (fs.existsSync(inHome(home))) intact(inHome(home));
    fs.rmSync(inHome(home), { recursive: true, force: true });
  }
  assert.ok(interrupted > 0, 'no process was killed in time');
  loaded(run(env));
  intact(inHome(home));
  for (const name of fs.readdirSync(root)) {
    assert.ok(name === bundle.id || name.startsWith('.tmp-'), name);
  }
});

const DAMAGES = {
  'a changed byte': (directory) => {
    const file = path.join(directory, ADDON);
    fs.chmodSync(file, 0o700);
    const descriptor = fs.openSync(file, 'r+');
    fs.writeSync(descriptor, Buffer.from([contents[ADDON][7] ^ 1]), 0, 1, 7);
    fs.closeSync(descriptor);
  },
  'a longer file': (directory) => {
    fs.chmodSync(path.join(directory, LIBRARY), 0o700);
    fs.appendFileSync(path.join(directory, LIBRARY), 'x');
  },
  'a truncated file': (directory) => {
    fs.chmodSync(path.join(directory, ADDON), 0o700);
    fs.truncateSync(path.join(directory, ADDON), 100);
  },
  'a deleted file': (directory) => fs.rmSync(path.join(directory, LIBRARY)),
  'a link in place of a file': (directory) => {
    fs.rmSync(path.join(directory, ADDON));
    fs.symlinkSync('/bin/sh', path.join(directory, ADDON));
  },
  'a library that does not belong there': (directory) =>
    fs.writeFileSync(path.join(directory, 'other/lib/libc.so.6'), 'x'),
  'a file in place of the folder': (directory) => {
    fs.rmSync(directory, { recursive: true });
    fs.writeFileSync(directory, 'x');
  },
  'a link in place of the folder': (directory) => {
    fs.rmSync(directory, { recursive: true });
    fs.symlinkSync('/usr', directory);
  },
  'a file that others may write to': (directory) =>
    fs.chmodSync(path.join(directory, LIBRARY), 0o777),
};

for (const [name, damage] of Object.entries(DAMAGES)) {
  test(`${name} is replaced`, (t) => {
    const { home, env } = freshHome(t.name);
    loaded(run(env));
    damage(inHome(home));
    assert.equal(loaded(run(env)).place, path.join(inHome(home), ADDON));
    intact(inHome(home));
    assert.ok(fs.existsSync('/usr/bin'), 'what a link points to is not touched');
    assert.deepEqual(fs.readdirSync(path.dirname(inHome(home))), [bundle.id]);
  });
}

test('a damaged file is not written to: somebody may have it mapped', (t) => {
  const { home, env } = freshHome(t.name);
  loaded(run(env));
  const file = path.join(inHome(home), ADDON);
  const descriptor = fs.openSync(file, 'r');
  DAMAGES['a changed byte'](inHome(home));
  const damaged = fs.readFileSync(file);
  loaded(run(env));
  const still = Buffer.alloc(damaged.length);
  fs.readSync(descriptor, still, 0, still.length, 0);
  fs.closeSync(descriptor);
  assert.deepEqual(still, damaged);
});

test('a folder that others may write to is passed over', (t) => {
  const { home, env } = freshHome(t.name);
  const root = path.dirname(inHome(home));
  fs.mkdirSync(root, { recursive: true });
  fs.chmodSync(root, 0o777);
  const said = loaded(run(env));
  assert.ok(said.place.startsWith(env.TMPDIR), said.place);
  assert.deepEqual(said.failures, [`${root}: others may write to it`]);
});

test('a link in place of the cache is passed over', (t) => {
  const { home, env } = freshHome(t.name);
  const root = path.dirname(inHome(home));
  fs.mkdirSync(path.join(home, 'elsewhere'));
  fs.mkdirSync(path.dirname(root));
  fs.symlinkSync(path.join(home, 'elsewhere'), root);
  const said = loaded(run(env));
  assert.deepEqual(said.failures, [`${root}: it is not a folder`]);
  assert.deepEqual(fs.readdirSync(path.join(home, 'elsewhere')), []);
});

test('a folder of another user is passed over', { skip: !isRoot && 'only root can make one' }, (t) => {
  const { home, env } = freshHome(t.name);
  const root = path.dirname(inHome(home));
  fs.mkdirSync(root, { recursive: true, mode: 0o700 });
  fs.chownSync(root, NOBODY, NOBODY);
  const said = loaded(run(env));
  assert.deepEqual(said.failures, [`${root}: it belongs to somebody else`]);
});

test(
  'what an administrator put into the chosen folder is used',
  { skip: !isRoot && 'only root can make it' },
  (t) => {
    const { home, env } = freshHome(t.name);
    const chosen = path.join(home, 'shared');
    const filled = { ...env, PKG_NATIVE_CACHE_PATH: chosen };
    loaded(run(filled));
    for (const entry of fs.readdirSync(chosen, { recursive: true }))
      fs.chmodSync(path.join(chosen, entry), 0o755);
    fs.chmodSync(chosen, 0o755);
    const said = loaded(run(filled, { uid: NOBODY, gid: NOBODY }));
    assert.equal(said.place, path.join(chosen, bundle.id, ADDON));
  },
);

test('a shared folder is used through one of its own', (t) => {
  const { home, env } = freshHome(t.name);
  const chosen = path.join(home, 'sticky');
  fs.mkdirSync(chosen);
  fs.chmodSync(chosen, 0o1777);
  const said = loaded(run({ ...env, PKG_NATIVE_CACHE_PATH: chosen }));
  assert.equal(said.place, path.join(chosen, `${process.getuid()}`, bundle.id, ADDON));
});

test('without HOME or with one that is no folder', (t) => {
  const { env } = freshHome(t.name);
  const said = loaded(run({ ...env, HOME: '/dev/null' }));
  assert.ok(said.place.startsWith(env.TMPDIR), said.place);
  assert.equal(said.failures.length, 1);
});

test('an addon without libraries needs no folder at all', (t) => {
  if (process.platform !== 'linux') return t.skip('only Linux has files without names');
  const { env } = freshHome(t.name);
  // The temporary files may be written, but not in a folder of the name that is wanted.
  fs.writeFileSync(path.join(env.TMPDIR, `pkg-native-${process.getuid()}`), '');
  const said = loaded(run({ ...env, HOME: '/dev/null' }, { args: ['single'] }));
  assert.match(said.place, /^\/proc\/self\/fd\/\d+$/);
  assert.equal(said.failures.length, 2);
});

test('where nothing can be written, the error names each folder and the variable', (t) => {
  const { env } = freshHome(t.name);
  const { stdout, stderr } = run({ ...env, PKG_NATIVE_CACHE_PATH: '/dev/null/cache' });
  assert.equal(stdout, '');
  assert.match(stderr, /The native addon \/snapshot\/a\.node has to be written to a disk/);
  assert.match(stderr, /\* \/dev\/null\/cache: ENOTDIR/);
  assert.match(stderr, /PKG_NATIVE_CACHE_PATH/);
});

test('a full disk leaves nothing behind', (t) => {
  const namespace = ['unshare', '--user', '--map-root-user', '--mount'];
  if (runProgram(namespace[0], [...namespace.slice(1), 'true']).status !== 0)
    return t.skip('there are no mount namespaces here');
  const { home, env } = freshHome(t.name);
  const small = path.join(home, 'small');
  fs.mkdirSync(small);
  const script = `mount -t tmpfs -o size=2m,mode=700 none '${small}' && "$@"; ls -A '${small}'`;
  const { stdout, stderr } = run(
    { ...env, PATH: process.env.PATH, PKG_NATIVE_CACHE_PATH: small },
    { command: [...namespace, 'sh', '-c', script, 'sh'] },
  );
  assert.match(stderr, /ENOSPC/);
  assert.equal(stdout, '');
});

test('what nobody used for a month goes when something is added, unless it is to be kept', (t) => {
  const { home, env } = freshHome(t.name);
  const root = path.dirname(inHome(home));
  loaded(run(env));
  const old = path.join(root, '0'.repeat(64));
  const recent = path.join(root, '1'.repeat(64));
  const remains = path.join(root, '.tmp-01234567-abc');
  const foreign = path.join(root, 'not-ours');
  const longAgo = new Date(Date.now() - 31 * 24 * 60 * 60 * 1000);
  for (const directory of [old, recent, remains, foreign]) fs.mkdirSync(directory);
  for (const directory of [old, remains, foreign]) fs.utimesSync(directory, longAgo, longAgo);
  fs.rmSync(inHome(home), { recursive: true });
  loaded(run({ ...env, PKG_NATIVE_CACHE_KEEP: '1' }));
  assert.equal(fs.readdirSync(root).length, 5);
  fs.rmSync(inHome(home), { recursive: true });
  loaded(run(env));
  assert.deepEqual(
    fs.readdirSync(root).sort(),
    [bundle.id, path.basename(recent), 'not-ours'].sort(),
  );
});
