'use strict';

// What is not a function of paths or descriptors with results to compare: watchers, globs, blobs, directories as objects,
// other ways to call, and how functions look.

const fs = require('node:fs');
const util = require('node:util');
const { callBack, settled, settledCall } = require('./call.cjs');
const { describe, sorted } = require('./describe.cjs');
const { FEW_NAMES, NAMES, NO_PATHS, ROOT, SHAPES } = require('./paths.cjs');

function attempt(operation, show = describe) {
  try {
    return { returned: show(operation()) };
  } catch (error) {
    return { thrown: describe(error) };
  }
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function runExistence(report) {
  for (const name of NAMES) {
    const file = `${ROOT}/${name}`;
    report(`existsSync (${name})`, fs.existsSync(file));
    report(`exists (${name})`, await new Promise((resolve) => fs.exists(file, resolve)));
  }
  for (const given of [
    '/snapshot/..',
    '/snapshot/../tmp',
    '/snapshot/../etc/passwd',
    '/snapshot/none/../../tmp',
  ]) {
    report(`existsSync ${given}`, [
      fs.existsSync(given),
      fs.statSync(given, { throwIfNoEntry: false })?.isDirectory(),
    ]);
  }
  for (const given of NO_PATHS)
    report(
      `existsSync ${describe(given)}`,
      attempt(() => fs.existsSync(given)),
    );
  report('promisified exists', await util.promisify(fs.exists)(`${ROOT}/file.txt`));
}

async function runRealpaths(report) {
  for (const [shape, make] of Object.entries(SHAPES)) {
    for (const name of shape === 'string' ? NAMES : FEW_NAMES) {
      for (const options of [undefined, 'buffer', { encoding: 'hex' }]) {
        const label = `(${shape} ${name}; ${describe(options)})`;
        report(
          `realpathSync.native ${label}`,
          attempt(() => fs.realpathSync.native(make(name), options)),
        );
        report(
          `realpath.native ${label}`,
          await callBack(fs.realpath, 'native', [make(name), options]),
        );
      }
    }
  }
}

async function runGlobs(report) {
  if (fs.glob === undefined) return;
  const PATTERNS = [
    '**',
    '*.txt',
    '**/*.json',
    'folder/**',
    '{file,link}.txt',
    'none/*',
    'link-to-folder/*',
    'node_modules/*/*.js',
    '../tree/*.txt',
  ];
  for (const pattern of PATTERNS) {
    for (const options of [
      { cwd: ROOT },
      { cwd: ROOT, withFileTypes: true },
      { cwd: ROOT, exclude: (entry) => String(entry.name ?? entry).includes('folder') },
    ]) {
      const label = `(${pattern}; ${Object.keys(options)})`;
      report(
        `globSync ${label}`,
        attempt(() => fs.globSync(pattern, options), sorted),
      );
      report(
        `glob ${label}`,
        await new Promise((resolve) =>
          fs.glob(pattern, options, (error, found) =>
            resolve([describe(error), sorted(found ?? [])]),
          ),
        ),
      );
      const found = [];
      for await (const entry of fs.promises.glob(pattern, options)) found.push(entry);
      report(`promises.glob ${label}`, sorted(found));
    }
  }
  report(
    'globSync absolute',
    attempt(() => fs.globSync(`${ROOT}/*.txt`), sorted),
  );
  report(
    'globSync from above',
    attempt(() => fs.globSync('/snap*/*/tree/*.txt'), sorted),
  );
}

async function runBlobs(report) {
  for (const name of ['file.txt', 'empty', 'big.bin', 'missing', 'link.txt']) {
    for (const options of [undefined, { type: 'text/plain' }, { type: 3 }, 3]) {
      let outcome;
      try {
        const blob = await fs.openAsBlob(`${ROOT}/${name}`, options);
        outcome =
          blob instanceof Blob
            ? [
                blob.size,
                blob.type,
                (await blob.text()).slice(0, 50),
                await blob.slice(2, 6).text(),
                Buffer.from(await blob.arrayBuffer()).length,
              ]
            : describe(blob);
      } catch (error) {
        outcome = { rejected: describe(error) };
      }
      report(`openAsBlob (${name}; ${JSON.stringify(options)})`, outcome);
    }
  }
  report('openAsBlob url', (await fs.openAsBlob(SHAPES.url('file.txt'))).size);
}

async function runDirectories(report) {
  const open = (options) => fs.opendirSync(`${ROOT}/folder`, options);
  const directory = open();
  report('Dir', [directory instanceof fs.Dir, directory.constructor.name, directory.path]);
  const entries = [
    await callBack(directory, 'read', []),
    await settled(directory.read(), true, describe),
    describe(directory.readSync()),
  ];
  report('Dir.read', entries.length);
  report(
    'Dir.read wrong',
    attempt(() => directory.read('x')),
  );
  const pending = directory.read();
  report('Dir concurrent', [
    attempt(() => directory.readSync()),
    attempt(() => directory.closeSync()),
  ]);
  await pending;
  report('Dir.close', await settled(directory.close(), true, describe));
  report('Dir closed', [
    attempt(() => directory.readSync()),
    attempt(() => directory.closeSync()),
    await settled(directory.close(), true, describe),
    await callBack(directory, 'close', []),
  ]);
  report('Dir.read closed', await settledCall(() => directory.read()));
  for (const options of [{}, { recursive: true }, { recursive: true, bufferSize: 1 }]) {
    const names = [];
    for await (const entry of open(options)) names.push(entry);
    report(`Dir iteration ${JSON.stringify(options)}`, sorted(names));
    const bySync = [];
    const opened = open(options);
    for (let entry = opened.readSync(); entry !== null; entry = opened.readSync())
      bySync.push(entry);
    opened.closeSync();
    report(`Dir.readSync ${JSON.stringify(options)}`, sorted(bySync));
    const byCallback = [];
    const asked = open(options);
    for (;;) {
      const entry = await new Promise((resolve, reject) =>
        asked.read((error, found) => (error ? reject(error) : resolve(found))),
      );
      if (entry === null) break;
      byCallback.push(entry);
    }
    await asked.close();
    report(`Dir.read ${JSON.stringify(options)}`, sorted(byCallback));
  }
  const broken = open();
  for await (const entry of broken) {
    report('Dir left early', typeof entry.name);
    break;
  }
  report(
    'Dir closed by leaving',
    attempt(() => broken.closeSync()),
  );
  const disposed = open();
  await disposed[Symbol.asyncDispose]();
  report(
    'Dir disposed',
    attempt(() => disposed.readSync()),
  );
  report(
    'opendirSync wrong buffer',
    attempt(() => open({ bufferSize: 'x' })),
  );
  report(
    'opendir without callback',
    attempt(() => fs.opendir(`${ROOT}/folder`)),
  );
}

async function runAboveRoot(report) {
  for (const above of ['/', '//', '/.', '/tmp/..', Buffer.from('/'), new URL('file:///')]) {
    const label = String(above);
    report(`readdir ${label}`, sorted(fs.readdirSync(above)));
    report(`readdir types ${label}`, sorted(fs.readdirSync(above, { withFileTypes: true })));
    report(`readdir promise ${label}`, sorted(await fs.promises.readdir(above)));
    report(`readdir callback ${label}`, await callBack(fs, 'readdir', [above], sorted));
    const names = [];
    for await (const entry of await fs.promises.opendir(above)) names.push(entry);
    report(`opendir ${label}`, sorted(names));
  }
}

async function runWatchers(report) {
  for (const name of ['file.txt', 'folder', 'missing', 'file.txt/below', 'link.txt']) {
    for (const options of [
      undefined,
      { persistent: false },
      { recursive: true },
      { encoding: 'buffer' },
    ]) {
      const label = `(${name}; ${JSON.stringify(options)})`;
      const events = [];
      const outcome = attempt(
        () => {
          const watcher = fs.watch(`${ROOT}/${name}`, options, (...event) => events.push(event));
          for (const event of ['error', 'close'])
            watcher.on(event, (value) => events.push([event, describe(value)]));
          return watcher;
        },
        (watcher) => ({
          watcher,
          class: watcher.constructor.name,
          ref: watcher.ref?.() === watcher,
          unref: watcher.unref?.() === watcher,
        }),
      );
      await pause(20);
      const watcher = outcome.returned?.watcher;
      delete outcome.returned?.watcher;
      watcher?.close();
      await pause(5);
      report(`watch ${label}`, { outcome, events });
    }
    const seen = [];
    const listener = (now, before) =>
      seen.push([describe(now.size), describe(before.size), now.mtimeMs === 0]);
    const polled = attempt(
      () => fs.watchFile(`${ROOT}/${name}`, { interval: 10 }, listener),
      (watcher) => watcher.constructor.name,
    );
    await pause(60);
    fs.unwatchFile(`${ROOT}/${name}`, listener);
    // Directories of the two have another size.
    report(`watchFile (${name})`, { polled, seen });
    const controller = new AbortController();
    const told = [];
    setTimeout(() => controller.abort(), 30);
    try {
      for await (const event of fs.promises.watch(`${ROOT}/${name}`, { signal: controller.signal }))
        told.push(event);
    } catch (error) {
      told.push(describe(error));
    }
    report(`promises.watch (${name})`, told);
  }
  report(
    'watchFile without listener',
    attempt(() => fs.watchFile(`${ROOT}/file.txt`)),
  );
  for (const given of [undefined, 3, {}])
    report(
      `watch ${describe(given)}`,
      attempt(() => fs.watch(given)),
    );
}

async function runPromisified(report) {
  const file = `${ROOT}/file.txt`;
  const descriptor = fs.openSync(file);
  for (const [name, ...args] of [
    ['read', descriptor, Buffer.alloc(4), 0, 4, 0],
    ['readv', descriptor, [Buffer.alloc(4)], 0],
    ['write', descriptor, 'x'],
    ['writev', descriptor, [Buffer.alloc(1)]],
    ['stat', file],
    ['readFile', file, 'utf8'],
    ['access', file],
  ]) {
    report(`promisified ${name}`, await settled(util.promisify(fs[name])(...args), true, describe));
  }
  fs.closeSync(descriptor);
}

/** Arity, names and properties: libraries wrap functions by them. */
function runLooks(report) {
  for (const [owner, functions] of [
    ['fs', fs],
    ['promises', fs.promises],
  ]) {
    for (const name of Object.keys(functions).sort()) {
      const property = Object.getOwnPropertyDescriptor(functions, name);
      const value = functions[name];
      const own =
        typeof value === 'function'
          ? [value.length, value.name, Reflect.ownKeys(value).map(String).sort().join()]
          : [];
      report(`look of ${owner}.${name}`, [
        typeof value,
        property.enumerable,
        property.writable,
        property.configurable,
        ...own,
      ]);
    }
  }
  report('fs.promises', [require('node:fs/promises') === fs.promises, require('fs') === fs]);
  report('constants', Object.keys(fs.constants).length);
}

async function runContext(report) {
  const { AsyncLocalStorage } = require('node:async_hooks');
  const storage = new AsyncLocalStorage();
  const file = `${ROOT}/file.txt`;
  await storage.run('kept', async () => {
    await new Promise((resolve) =>
      fs.stat(file, () => resolve(report('context of a callback', storage.getStore() ?? null))),
    );
    await fs.promises.readFile(file);
    report('context of a promise', storage.getStore() ?? null);
  });
  // What comes first: microtasks, then timers that are due, then files.
  const order = [];
  await new Promise((resolve) => {
    fs.stat(file, () => resolve(order.push('stat')));
    process.nextTick(() => order.push('tick'));
    Promise.resolve().then(() => order.push('microtask'));
  });
  report('order', order);
}

const RUNS = [
  runExistence,
  runRealpaths,
  runGlobs,
  runBlobs,
  runDirectories,
  runAboveRoot,
  runWatchers,
  runPromisified,
  runLooks,
  runContext,
];

async function runOthers(report) {
  for (const run of RUNS) await run(report);
}

module.exports = { runOthers };
