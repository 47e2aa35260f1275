// Prints what paths lead to in all forms that Windows knows, and what children and workers say. What is printed must not
// depend on the drive.
'use strict';

const childProcess = require('node:child_process');
const fs = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { inspect } = require('node:util');
const { Worker } = require('node:worker_threads');

const file = path.join(__dirname, 'lib', 'a.js');
const lower = file[0].toLowerCase() + file.slice(1);

async function show(name, action) {
  let result;
  try {
    result = await action();
  } catch ({ code, errno, syscall, path: where, message }) {
    result = { code, errno, syscall, where, message };
  }
  // Where lines break must not depend on the length of paths.
  console.log(name, inspect(result, { breakLength: Infinity, compact: false }));
}

// Those that are written in another way than the mount point: what errors say of them depends on the drive.
const UNUSUAL = { lower, namespaced: `\\\\?\\${file}`, lowerUrl: new URL(`file:///${lower}`) };
const USUAL = {
  plain: file,
  slashes: file.replaceAll('\\', '/'),
  mixed: `${__dirname}/lib\\a.js`,
  dots: `${__dirname}\\lib\\..\\lib\\.\\a.js`,
  doubled: `${__dirname}\\\\lib\\\\a.js`,
  trailing: `${__dirname}\\lib\\`,
  buffer: Buffer.from(file),
  url: pathToFileURL(file),
  missing: `${__dirname}/lib/nope.js`,
  throughFile: `${file}\\inside`,
};
const READING = {
  readFile: (at) => String(fs.readFileSync(at)),
  exists: (at) => fs.existsSync(at),
  stat: (at) => [fs.statSync(at).isFile(), fs.statSync(at).mode.toString(8)],
  lstat: (at) => fs.lstatSync(at).isFile(),
  access: (at) => fs.accessSync(at, fs.constants.X_OK),
};
const LOOKING = {
  realpath: (at) => fs.realpathSync(at),
  native: (at) => fs.realpathSync.native(at),
  readdir: (at) => fs.readdirSync(at),
  readlink: (at) => fs.readlinkSync(at),
  promised: (at) => fs.promises.readFile(at, 'utf8'),
};
const REQUESTS = [
  './lib/a',
  '.\\lib\\a.js',
  './lib/data',
  './lib',
  '@scope/exporting',
  '@scope/exporting/parts/part',
  '@scope/exporting/lib/part',
  file,
  file.replaceAll('\\', '/'),
  lower,
];
const IMPORTS = ['importing', './lib/e.mjs', './lib/e.mjs?query#part', './lib/e', './lib', pathToFileURL(file).href];

function spawned(command, args, options) {
  const output = fs.openSync('output.txt', 'w');
  const { status } = childProcess.spawnSync(command, args, { stdio: ['ignore', output, 'inherit'], ...options });
  fs.closeSync(output);
  return [status, fs.readFileSync('output.txt', 'utf8')];
}

function answer(emitter) {
  return new Promise((resolve, reject) => emitter.on('message', resolve).on('error', reject));
}

async function main() {
  for (const [form, at] of Object.entries({ ...USUAL, ...UNUSUAL })) {
    for (const [name, action] of Object.entries(READING)) await show(`${form} ${name}`, () => action(at));
  }
  for (const [form, at] of Object.entries(USUAL)) {
    for (const [name, action] of Object.entries(LOOKING)) await show(`${form} ${name}`, () => action(at));
  }
  await show('recursive', () => fs.readdirSync(__dirname, { recursive: true }).sort());
  for (const [number, request] of REQUESTS.entries()) await show(`require ${number}`, () => require(request));
  await show('createRequire', () => createRequire(pathToFileURL(file))('./data.json'));
  for (const [number, specifier] of IMPORTS.entries()) await show(`import ${number}`, () => import(specifier));

  const worker = path.join(__dirname, 'lib', 'worker.js');
  await show('worker', () => answer(new Worker(worker, { workerData: 5 })));
  await show('worker of a URL', () => answer(new Worker(pathToFileURL(worker), { workerData: 6 })));

  const child = path.join(__dirname, 'lib', 'child.js');
  await show('node', () => spawned('node', [child, 'a b', 'c"d']));
  await show('execPath', () => spawned(process.execPath, [child, 'a b']));
  await show('cmd', () => spawned(`node ${child} x "y z"`, [], { shell: true }));
  await show('cmd, in quotes', () => spawned(`"${process.execPath}" "${child}" x "y z"`, [], { shell: true }));
  await show('-p', () => spawned(process.execPath, ['-p', 'process.argv.length']));
  const output = fs.openSync('forked.txt', 'w');
  await show('fork', () => answer(childProcess.fork(child, ['f'], { stdio: ['ignore', output, 'inherit', 'ipc'] })));
}

main();
