'use strict';

// Runs programs with a time limit: one that hangs fails with what ran and what it had printed.
//
// V8 can deadlock when Node ends (issue 54918 of Node: a thread that compiles waits for the main thread to collect
// garbage, which waits for that thread). A program that printed everything and did not end is therefore started once
// more; one that printed less than it does then has failed.

const { spawnSync } = require('node:child_process');

const TIMEOUT = 60_000;

/** `spawnSync` with the outputs as text; the settings may have another `timeout`. */
function runProgram(command, args = [], settings = {}) {
  const bounded = { encoding: 'utf8', timeout: TIMEOUT, ...settings };
  const finished = spawnSync(command, args, bounded);
  if (!isHang(finished)) return finished;
  const again = spawnSync(command, args, bounded);
  repeated([command, ...args], bounded.timeout, finished, again, isHang(again));
  return again;
}

function isHang({ error }) {
  return error?.code === 'ETIMEDOUT';
}

/** Says that a program was started once more, or throws if that is not good enough. */
function repeated(command, timeout, hung, again, hungAgain) {
  const output = ({ stdout, stderr }) => `${stdout}\n${stderr}`.trim();
  const what = `\`${command.join(' ')}\` had not ended after ${timeout} ms and was ended. It had printed:\n${output(hung)}`;
  if (hungAgain || output(again) !== output(hung)) throw new Error(what);
  console.log(`Did everything but did not end, as Node at times: ${what}`);
}

module.exports = { TIMEOUT, repeated, runProgram };
