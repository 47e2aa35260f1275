'use strict';

// Programs that start other programs: see ../children.test.cjs.

/** Says all that a child may see of how it was started. */
const CHILD = `
console.log(JSON.stringify({
  argv: process.argv.slice(1), execArgv: process.execArgv, isMain: require.main === module, filename: __filename,
  self: process.argv[0] === process.execPath, pkg: process.env.PKG_EXECPATH, options: process.env.NODE_OPTIONS,
  limit: Error.stackTraceLimit, mine: process.env.MINE, cwd: process.cwd(), helper: require('./helper').value,
}));
`;

const FILES = {
  'child.js': CHILD,
  'helper.js': 'exports.value = "helper of the app";',
  'module.mjs':
    'const { value } = await import("./helper.js"); console.log(value, import.meta.url, process.argv.slice(1));',
  'typed/package.json': '{"type": "module"}',
  'typed/child.js': 'console.log(import.meta.filename, process.argv[1], await 5);',
  'thrower.js': '\n\n  throw new TypeError("thrown by the child");',
  'responder.js': `
process.on('message', (message) => {
  if (message === 'end') return process.disconnect();
  process.send({ message, connected: process.connected, argv: process.argv.slice(1) });
});`,
  'preload.js': 'console.log("preloaded", __filename);',
  'preload.mjs': 'console.log("preloaded", import.meta.url, await 1);',
  'tool.js': {
    executable: '#!/usr/bin/env node\nconsole.log("tool", process.argv.slice(1));',
  },
};

const OUTSIDE = {
  'disk.js':
    'console.log("on the disk", process.argv.slice(2), require.main === module, require("./other"));',
  'other.js': 'module.exports = "other on the disk";',
  'disk.mjs': 'import other from "./other.js"; console.log(other, process.argv.slice(2));',
};

const SHOW = `
const cp = require('child_process');
const path = require('path');
const fs = require('fs');
const inside = (name) => path.join(__dirname, name);
const first = (text) => text.split('\\n').slice(0, 6);
const show = (name, result) => {
  console.log(name, 'status', result.status, result.signal, result.error?.message);
  console.log(String(result.stdout), String(result.stderr));
};
`;

const settings = (main, more = {}) => ({
  files: { ...FILES, 'main.js': SHOW + main },
  outside: OUTSIDE,
  // Of plain Node: a program that fails at once would be the same in both.
  status: 0,
  ...more,
});

const CHILD_CASES = [
  {
    name: 'fork of files inside and on the disk',
    ...settings(`
const files = [inside('child.js'), inside('child'), 'disk.js', path.resolve('disk.mjs'), inside('module.mjs'), inside('typed/child.js'),
  require('url').pathToFileURL(inside('child.js'))];
(function next() {
  const file = files.shift();
  if (file) cp.fork(file, ['one', '--two', 'three four']).on('exit', (...how) => { console.log('exit', how); next(); });
})();`),
    prints: /helper of the app[^]*other on the disk/,
  },
  {
    name: 'messages in both directions',
    ...settings(`
(async () => {
  for (const options of [{}, { serialization: 'advanced' }, { stdio: ['pipe', 'pipe', 'inherit', 'ipc'] }, { silent: true }]) {
    const child = cp.fork(inside('responder.js'), ['argument'], options);
    const message = options.serialization ? { map: new Map([['key', 1n]]), date: new Date(0) } : { text: 'ü'.repeat(1000) };
    child.send(message);
    const [answer] = await require('events').once(child, 'message');
    console.log(answer, child.connected, child.spawnargs.length, child.spawnfile === process.execPath);
    child.send('end');
    console.log(await require('events').once(child, 'exit'));
  }
})();`),
  },
  {
    name: 'options of Node for children',
    ...settings(`
const limit = '--stack-trace-limit=3';
show('fork', { status: 0 });
cp.fork(inside('child.js'), [], { execArgv: [limit, '--max-old-space-size=100'] }).on('exit', () => {
  show('spawn', cp.spawnSync(process.execPath, [limit, '--no-warnings', inside('child.js'), '--stack-trace-limit=4']));
  show('exec', { stdout: cp.execSync('node ' + limit + ' --no-deprecation ' + inside('child.js') + ' "a b"') });
  show('kept', cp.spawnSync('node', [limit, inside('child.js')], { env: { ...process.env, NODE_OPTIONS: '--no-warnings' } }));
  show('preload', cp.spawnSync('node', ['-r', inside('preload.js'), '--import', inside('preload.mjs'), inside('child.js')]));
  show('title', cp.spawnSync('node', ['--title', 'a "b" c', '-p', 'process.title']));
  show('conditions', cp.spawnSync('node', ['-C', 'mine', '-e', 'console.log(process.execArgv.length)']));
});`),
    prints: /"limit":3[^]*preloaded/,
  },
  {
    name: 'the ways to spawn',
    ...settings(`
const child = inside('child.js');
const utf8 = { encoding: 'utf8' };
show('spawnSync', cp.spawnSync(process.execPath, [child, '-x']));
show('argv0', cp.spawnSync(process.argv[0], [child], { argv0: 'other' }));
show('node', cp.spawnSync('node', [child, '--eval', 'x'], { env: { ...process.env, MINE: '1' } }));
show('disk', cp.spawnSync('node', ['./disk.js', 'a']));
show('missing', { status: cp.spawnSync('node', [inside('missing.js')]).status });
show('execFileSync', { stdout: cp.execFileSync('node', [child, 'b']) });
show('not node', cp.spawnSync('echo', ['node', child]));
show('not found', cp.spawnSync('not-a-command', []));
for (const [name, command] of Object.entries({
  bare: 'node ' + child + ' "a b" $MINE',
  quoted: '"node" ' + child, single: "'" + process.execPath + "' " + child, double: JSON.stringify(process.execPath) + ' ' + child,
  path: process.execPath + ' ' + child + ' | cat', assigned: 'MINE=5 node ' + child, other: 'echo node ' + child,
  longer: 'nodejs-something-else || echo no', code: 'node -p "1 + 1" && echo done', semicolon: 'node --version; echo after',
})) show(name, cp.spawnSync(command, { shell: true, env: { ...process.env, MINE: 'mine' } }));
show('sh', cp.spawnSync('/bin/sh', ['-c', 'node ' + child + ' "$0"', 'zero']));
try { cp.execSync('node ' + inside('thrower.js'), { stdio: 'pipe' }); } catch (error) { console.log(error.message.split('\\n')[0], error.status); }
try { cp.execFileSync('node', [inside('thrower.js')], { stdio: 'pipe' }); } catch (error) { console.log(first(error.message), error.status); }
cp.exec('node ' + child, (error, stdout) => { console.log(error, stdout);
  cp.execFile('node', [inside('thrower.js'), 'x'], (error, stdout, stderr) => { console.log(error.cmd, error.code, first(stderr));
    const promise = require('util').promisify(cp.execFile)('node', [child, 'p']);
    promise.then(({ stdout }) => { console.log(stdout);
      require('util').promisify(cp.exec)('node ' + inside('thrower.js')).catch((error) => console.log(error.code, error.cmd, first(error.stderr)));
    });
  });
});`),
  },
  {
    name: 'code instead of a script',
    ...settings(`
const run = (args, input) => show(args.join(' '), cp.spawnSync(process.execPath, args, { input }));
run(['-e', 'console.log(process.argv.length, process.argv[1], typeof module, __filename, require("path") === path)', 'a', 'b']);
run(['-p', '[process.argv.slice(1), this === globalThis]', 'a']);
run(['-pe', '6 * 7']);
run(['--eval', 'import("./disk.mjs")']);
run(['--print', 'require("./other")']);
run(['--eval=console.log(1)']);
run(['-e', 'console.log(require(' + JSON.stringify(inside('helper')) + '))']);
run(['-e', 'console.log(fs.existsSync(process.argv[1]), os.EOL)', inside('helper.js')]);
run(['-', 'argument'], 'console.log("from stdin", process.argv.slice(1))');
run(['--version']);
show('no arguments', cp.spawnSync('node', { input: 'console.log("from stdin", require("./other"), process.argv.slice(1).length < 2)' }));
show('redirected', { stdout: cp.execSync('node < disk.js') });
run(['-e', 'import fs from "fs"; console.log(typeof fs.readFileSync, await 1, import.meta.url)']);
run(['-p', 'setTimeout(() => console.log("later"), 1); "now"']);
run(['-e', 'process.exitCode = 3']);`),
  },
  {
    name: 'children of children',
    ...settings(`
const [depth = '0'] = process.argv.slice(2);
console.log('depth', depth);
if (depth < 3) {
  if (depth % 2) cp.fork(__filename, [Number(depth) + 1]);
  else process.stdout.write(cp.execFileSync('node', [__filename, Number(depth) + 1]));
}`),
    prints: /depth 3/,
  },
  {
    name: 'an executable script inside',
    ...settings(`
show('tool', cp.spawnSync(inside('tool.js'), ['x', '-y']));
show('exec', { stdout: cp.execSync(inside('tool.js') + ' "a b"') });
`),
    prints: /tool/,
    codeCache: false,
  },
  {
    name: 'a cluster',
    ...settings(`
const cluster = require('cluster');
const net = require('net');
if (cluster.isPrimary) {
  // Not before all listen: connections go to the workers in turn.
  const started = [1, 2].map((number) => new Promise((resolve) => {
    cluster.fork({ MINE: number }).on('listening', (address) => resolve(address.port));
  }));
  const ask = (port) => new Promise((resolve) => net.connect(port, '127.0.0.1').on('data', (data) => resolve(String(data))));
  Promise.all(started).then(async ([port]) => {
    console.log([await ask(port), await ask(port)].sort());
    for (const worker of Object.values(cluster.workers)) worker.send('stop');
  });
} else {
  process.on('message', () => process.disconnect());
  const server = net.createServer((socket) => socket.end('worker ' + cluster.worker.id + ' ' + process.env.MINE + ' ' + (require.main === module)));
  server.listen(0, '127.0.0.1');
}`),
    prints: /worker 1 1 true[^]*worker 2 2 true/,
  },
  {
    name: 'a cluster of another file',
    ...settings(`
const cluster = require('cluster');
cluster.setupPrimary({ exec: inside('responder.js'), args: ['mine'], serialization: 'advanced' });
const worker = cluster.fork();
worker.on('message', (message) => { console.log(message); worker.send('end'); });
worker.on('exit', (...how) => console.log(how));
worker.send(new Set([1]));`),
  },
  {
    name: 'child_process of importers',
    status: 0,
    prints: /helper of the app/,
    entry: 'main.mjs',
    files: {
      ...FILES,
      'main.mjs': `
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
const child = fileURLToPath(new URL('./child.js', import.meta.url));
console.log(execFileSync('node', [child], { encoding: 'utf8' }));
`,
    },
  },
  {
    name: 'process.getBuiltinModule',
    status: 0,
    prints: /helper of the app/,
    files: {
      ...FILES,
      'main.js':
        'process.stdout.write(process.getBuiltinModule("child_process").execFileSync("node", [__dirname + "/child.js"]));',
    },
  },
  {
    name: 'the functions as they are',
    ...settings(`
const custom = Symbol.for('nodejs.util.promisify.custom');
for (const [name, value] of Object.entries(cp)) console.log(name, value.name, value.length, typeof value[custom]);
console.log(cp.spawn === require('node:child_process').spawn, cp.ChildProcess.prototype.spawn.name, cp.ChildProcess.prototype.spawn.length);
for (const args of [[], [null], [''], ['node', 5], ['node', [], 5], ['node', [], { cwd: 5 }]])
  for (const name of ['spawn', 'spawnSync', 'fork', 'execFile'])
    try { const child = cp[name](...args); child.on?.('error', () => {}); child.kill?.(); console.log(name, 'returns'); } catch (error) { console.log(name, error.code, error.message); }
`),
  },
];

module.exports = { CHILD_CASES };
