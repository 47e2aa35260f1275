#!/usr/bin/env node
'use strict';

const { fork } = require('node:child_process');
const path = require('node:path');
const { Worker } = require('node:worker_threads');

const HELPERS = {
  thread: () => new Worker(path.join(__dirname, 'count.js')),
  process: () => fork(`${__dirname}/rank.mjs`),
  resolved: () => fork(require.resolve('./longest')),
};

function answerOf(helper) {
  return new Promise((resolve, reject) => {
    helper.once('message', resolve);
    helper.once('error', reject);
    helper.once('exit', (code) => reject(new Error(`ended with ${code} and no answer`)));
  });
}

async function main([name = 'all', ...rest]) {
  if (rest.length > 0 || (name !== 'all' && !Object.hasOwn(HELPERS, name))) {
    console.error(`usage: helpers [all|${Object.keys(HELPERS).join('|')}]`);
    process.exitCode = 2;
    return;
  }
  for (const [helper, start] of Object.entries(HELPERS)) {
    if (name === 'all' || name === helper) console.log(helper, await answerOf(start()));
  }
}

main(process.argv.slice(2));
