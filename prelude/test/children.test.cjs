'use strict';

// Child processes of executables, against plain Node on the same files.

const { after, before, describe, it } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const { assertSame, nodes, prepare, runBoth } = require('./support/oracle.cjs');
const { CHILD_CASES } = require('./cases/children.cjs');

// Starts itself in the ways that have no meaning under plain Node.
const ITSELF = {
  name: 'itself',
  files: {
    'main.js': `
const { spawnSync } = require('child_process');
console.log('app', process.argv.slice(1), process.env.PKG_EXECPATH, process.pkg.entrypoint, process.pkg.defaultEntrypoint);
if (process.argv[2] === 'parent') {
  const run = (args, env = {}) => {
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, ...env } });
    console.log(status, stdout, stderr.replaceAll(process.execPath, 'EXECUTABLE'));
  };
  run(['one', '--version'], { PKG_EXECPATH: '' });
  run(['one'], { PKG_EXECPATH: 'another' });
  run([]);
  run(['--not-an-option', 'script.js']);
  run(['--experimental-test-coverage', 'script.js']);
  run([__dirname + '/child.js'], { PKG_EXECPATH: process.execPath });
  run([__dirname + '/child.js'], { PKG_EXECPATH: 'PKG_INVOKE_NODEJS' });
}`,
    'child.js': 'console.log("child", process.pkg.entrypoint, process.pkg.defaultEntrypoint);',
  },
  args: ['parent'],
};

const REFUSED = (option) =>
  `EXECUTABLE: Node.js cannot take \`${option}\` for \`script.js\` from the command line of an executable. ` +
  'This process was started by the packaged app to do what `node` would do with its arguments. ' +
  'Give options of Node.js in `execArgv` of `fork`, before the script of `spawn`, or in `NODE_OPTIONS`. ' +
  "To start the app itself with these arguments, start it with `PKG_EXECPATH: ''` in `env`.\n";

for (const [version, node] of nodes()) {
  describe(`child processes of an executable of Node ${version}`, () => {
    let folder;
    before(() => {
      folder = prepare(node, [...CHILD_CASES, ITSELF]);
    });
    after(() => fs.rmSync(folder, { recursive: true, force: true }));
    for (const testCase of CHILD_CASES) it(testCase.name, () => assertSame(node, folder, testCase));

    it('starts the app itself only when it is told to, or without arguments', () => {
      const { packaged } = runBoth(node, folder, ITSELF);
      const app = '/snapshot/app/main.js';
      const child = '0 child /snapshot/app/child.js /snapshot/app/main.js\n \n';
      assert.deepStrictEqual(packaged, {
        stdout: [
          `app [ '${app}', 'parent' ] undefined ${app} ${app}\n`,
          `0 app [ '${app}', 'one', '--version' ] undefined ${app} ${app}\n \n`,
          `0 app [ '${app}', 'one' ] undefined ${app} ${app}\n \n`,
          `0 app [ '${app}' ] undefined ${app} ${app}\n \n`,
          `9  ${REFUSED('--not-an-option')}\n`,
          `9  ${REFUSED('--experimental-test-coverage')}\n`,
          child,
          child,
        ].join(''),
        stderr: '',
        status: 0,
        signal: null,
      });
    });
  });
}
