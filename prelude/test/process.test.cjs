'use strict';

// What a program sees of its process in an executable: arguments, options that are baked in, NODE_OPTIONS.

const { after, before, describe, it } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { version } = require('../build.cjs');
const { runProgram } = require('./support/bounded.cjs');
const { assertSame, nodes, prepare, runBoth } = require('./support/oracle.cjs');

const TABLE = {
  name: 'table',
  files: {
    'main.js': `
console.log(JSON.stringify({
  __filename, __dirname, cwd: process.cwd(), execPath: process.execPath, argv: process.argv,
  entrypoint: process.pkg.entrypoint, defaultEntrypoint: process.pkg.defaultEntrypoint,
  resolved: process.pkg.path.resolve('x', '../y'), mainFilename: require.main.filename,
  version: process.versions.pkg,
}));`,
  },
};

const ARGUMENTS = {
  name: 'arguments',
  files: { 'main.js': 'console.log(process.argv.slice(2), process.execArgv, process.argv0 !== "");' },
  args: ['--inspect', '--version', '-e', '1', '--node-options=--no-warnings', '--', '--help', ''],
};

const BAKED = ['--expose_gc', '--no-deprecation', '--stack-size=1500', '--conditions=special'];
const SHOWS_OPTIONS = {
  name: 'baked',
  files: {
    'main.js': `
const { fork, execFileSync } = require('child_process');
const { Worker, isMainThread } = require('worker_threads');
const show = (who) => console.log(who, process.execArgv, typeof gc, process.noDeprecation, require('p'));
show(isMainThread ? process.argv[2] ?? 'main' : 'worker');
if (isMainThread && process.argv[2] === undefined) {
  const worker = new Worker(__filename);
  worker.on('exit', () => {
    fork(__filename, ['child']).on('exit', () => {
      fork(__filename, ['more'], { execArgv: [...process.execArgv, '--no-warnings'] });
    });
  });
}`,
    'node_modules/p/package.json': '{"exports": {"special": "./special.js", "default": "./other.js"}}',
    'node_modules/p/special.js': 'module.exports = "special";',
    'node_modules/p/other.js': 'module.exports = "other";',
  },
  execArgv: BAKED,
};

const IGNORES = {
  name: 'ignores',
  files: {
    'main.js': `
const { fork, execFileSync } = require('child_process');
const { Worker, SHARE_ENV } = require('worker_threads');
const worker = (options) => new Promise((resolve) => new Worker(__dirname + '/worker.js', options).on('exit', resolve));
(async () => {
  console.log(process.execArgv, process.noDeprecation, process.env.NODE_OPTIONS, require('p'));
  await worker();
  await worker({ env: process.env });
  await worker({ env: Object.freeze({ ...process.env, NODE_OPTIONS: '--no-such-option' }) });
  await worker(Object.freeze({ execArgv: [], eval: false }));
  await worker({ env: SHARE_ENV, execArgv: [] });
  console.log('still', process.env.NODE_OPTIONS);
  await new Promise((resolve) => fork(__dirname + '/worker.js').on('exit', resolve));
  const child = fork(__dirname + '/worker.js', { execArgv: ['--no-warnings'], silent: true });
  child.stderr.on('data', (text) => console.log(String(text).replaceAll(process.execPath, 'EXECUTABLE')));
  const code = await new Promise((resolve) => child.on('exit', resolve));
  console.log('refused with', code);
  // A real node, which takes its options from there.
  const env = { ...process.env, PKG_EXECPATH: '' };
  console.log('real', execFileSync('node', ['-p', 'process.noDeprecation'], { env, encoding: 'utf8' }));
})();`,
    'worker.js': 'console.log(process.execArgv, process.noDeprecation, process.env.NODE_OPTIONS, require("p"));',
    ...Object.fromEntries(
      Object.entries(SHOWS_OPTIONS.files).filter(([name]) => name.startsWith('node_modules/')),
    ),
  },
  env: { NODE_OPTIONS: '--no-deprecation --conditions=special' },
};

const IGNORED_OUTPUT = (() => {
  const given = IGNORES.env.NODE_OPTIONS;
  const line = (variable) => `[] undefined ${variable} other\n`;
  return [
    line(given).repeat(3),
    line('--no-such-option'),
    line(given).repeat(2),
    `still ${given}\n`,
    line(given),
    'EXECUTABLE: Node.js cannot take `--no-warnings` for `/snapshot/app/worker.js` from the command line of an executable. ' +
      'This process was started by the packaged app to do what `node` would do with its arguments. ' +
      'This executable was built to ignore `NODE_OPTIONS`, by which children get such options: name them in the field ' +
      '`options` of its target, or set `node_options_env_var="honour"` there. ' +
      "To start the app itself with these arguments, start it with `PKG_EXECPATH: ''` in `env`.\n\n",
    'refused with 9\n',
    'real true\n\n',
  ].join('');
})();

for (const [nodeVersion, node] of nodes()) {
  describe(`process of an executable of Node ${nodeVersion}`, () => {
    const folders = [];
    const prepared = (...args) => {
      folders.push(prepare(node, ...args));
      return folders.at(-1);
    };
    let folder;
    before(() => {
      folder = prepared([TABLE, ARGUMENTS]);
    });
    after(() => {
      for (const one of folders) fs.rmSync(one, { recursive: true, force: true });
    });

    it('has the paths of the snapshot, and the real ones of the executable', () => {
      const executable = path.join(folder, 'table/program');
      const cwd = path.join(folder, 'table');
      const { stdout, stderr } = runProgram('./program', ['a', 'b'], { cwd });
      assert.strictEqual(stderr, '');
      const main = '/snapshot/app/main.js';
      assert.deepStrictEqual(JSON.parse(stdout), {
        __filename: main,
        __dirname: '/snapshot/app',
        cwd,
        execPath: executable,
        argv: [executable, main, 'a', 'b'],
        entrypoint: main,
        defaultEntrypoint: main,
        resolved: '/snapshot/app/y',
        mainFilename: main,
        version: version(),
      });
    });

    it('leaves arguments alone that look like options of Node', () => {
      assertSame(node, folder, ARGUMENTS);
    });

    it('has options that are baked in, and so have children and workers', () => {
      assertSame(node, prepared([SHOWS_OPTIONS], { execArgv: BAKED }), {
        ...SHOWS_OPTIONS,
        prints: /^main .*\[[^\]]*'--conditions=special'\s*\] function true special\n/s,
      });
    });

    it('takes no notice of NODE_OPTIONS when it is built so, but keeps it', () => {
      const ignoring = prepared([IGNORES], { ignoreNodeOptions: true });
      const { packaged } = runBoth(node, ignoring, IGNORES);
      assert.deepStrictEqual(packaged, {
        stdout: IGNORED_OUTPUT,
        stderr: '',
        status: 0,
        signal: null,
      });
    });
  });
}
