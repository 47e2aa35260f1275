'use strict';

const path = require('node:path');
const { Worker } = require('node:worker_threads');
const { describe } = require('./image.js');
const { check } = require('./password.js');

const COMMANDS = {
  async image() {
    console.log(await describe());
  },
  async password([candidate]) {
    const right = await check(candidate);
    console.log(right ? 'right' : 'wrong');
    process.exitCode = right ? 0 : 1;
  },
  async workers([count]) {
    const workers = Array.from({ length: Number(count) }, () => {
      const worker = new Worker(path.join(__dirname, 'worker.js'));
      return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    });
    for (const described of await Promise.all(workers)) console.log(described);
  },
  // No addon, whatever its name says: the loader of the system refuses it.
  broken() {
    try {
      require('./broken.node');
    } catch (error) {
      console.log(error.code, /invalid ELF header|file too short/.test(error.message));
    }
  },
};

const [command = 'image', ...rest] = process.argv.slice(2);
Promise.resolve(COMMANDS[command](rest));
