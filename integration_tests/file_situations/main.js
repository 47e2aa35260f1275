'use strict';

// Does to its own executable what the first argument says, and then everything for which a part of it has to be read again.

const { fork } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { Worker } = require('node:worker_threads');

const [action] = process.argv.slice(2);
const folder = path.dirname(process.execPath);

/** What the program sees of its executable, in words that are the same for `node`. */
function shown(text) {
  return String(text).replaceAll(folder, '<folder>').replaceAll(path.basename(process.execPath), '<executable>');
}

async function attempt(what, operation) {
  try {
    console.log(what, await operation());
  } catch (error) {
    console.log(what, error.code, shown(error.message));
  }
}

const ACTIONS = {
  nothing: () => {},
  unlink: () => fs.unlinkSync(process.execPath),
  rename: () => fs.renameSync(process.execPath, path.join(folder, 'renamed')),
  chmod: () => fs.chmodSync(process.execPath, 0o555),
};

/** What it says, and how it ends; an error of the system comes instead of both. */
async function both(started) {
  const [[said], [code]] = await Promise.all([once(started, 'message'), once(started, 'exit')]);
  return `${said} ${code}`;
}

async function child() {
  const started = fork(path.join(__dirname, 'lib/child.js'), ['word'], { stdio: 'inherit' });
  return both(started);
}

async function worker() {
  const started = new Worker(path.join(__dirname, 'lib/worker.js'), { workerData: 'word' });
  return both(started);
}

async function main() {
  ACTIONS[action]();
  console.log(shown(process.execPath), fs.existsSync(process.execPath));
  await attempt('require', () => require('./lib/late.js'));
  await attempt('import', async () => (await import('./lib/late.mjs')).default);
  await attempt('read', () => fs.readFileSync(path.join(__dirname, 'lib/data.bin')).length);
  await attempt('blob', async () => (await fs.openAsBlob(path.join(__dirname, 'lib/data.bin'))).size);
  await attempt('statfs', () => fs.statfsSync(__dirname).bsize > 0);
  await attempt('watch', () => fs.watch(path.join(__dirname, 'lib')).close());
  await attempt('worker', worker);
  await attempt('child', child);
}

main();
