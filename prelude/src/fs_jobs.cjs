'use strict';

// Newer Nodes read and write a whole file, and copy a directory, as one job of the thread pool. Jobs are classes of the
// binding, and not all that use them can be made to use others: `fs` has taken them before this loader runs. So what runs
// a job is replaced; and as that does not know with which flags the job opens its file, functions of `fs` leave them here.

const fs = require('node:fs');
const { placeOf } = require('./fs_places.cjs');
const { systemError } = require('./system_errors.cjs');

const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } = fs.constants;
// Before an app could replace it by a clock of its own.
const { setImmediate } = globalThis;

/**
 * @param {import('./tree.cjs').Tree} tree
 * @param {Record<string, Function>} calls the binding
 * @param {(owner: object, name: string, replacementOf: (original: Function) => Function) => void} replace
 * @param {() => object} load what does calls inside
 * @returns {() => void} undo
 */
function patchJobs(tree, calls, replace, load) {
  const { CpDirJob, ReadFileJob, WriteFileJob } = calls;
  let flagsOfCall;

  for (const [Job, name, flag] of [
    [ReadFileJob, 'readFile', 'r'],
    [WriteFileJob, 'writeFile', 'w'],
  ]) {
    replace(fs, name, (original) => (given, ...rest) => {
      const place = placeOf(tree, given instanceof URL ? pathOf(given) : given);
      if (place === null) return original(given, ...rest);
      if (place.elsewhere !== null) return original(place.elsewhere, ...rest);
      const options = rest.findLast(
        (value) => typeof value === 'object' && !ArrayBuffer.isView(value),
      );
      flagsOfCall = numberOf(options?.flag ?? flag);
      return original(given, ...rest);
    });
    calls[name === 'readFile' ? 'ReadFileJob' : 'WriteFileJob'] = class extends Job {
      constructor(given, flags, ...rest) {
        super(placeOf(tree, given)?.elsewhere ?? given, flags, ...rest);
        this.flags = flags;
      }
    };
  }

  const { run } = ReadFileJob.prototype;
  ReadFileJob.prototype.run = function (given) {
    const place = placeOf(tree, given);
    if (place === null || place.elsewhere !== null) return run.call(this, given);
    finish(this, () => [load().reading.readFile(place, given, this.flags ?? flagsOfCall), -1]);
    return undefined;
  };
  const { run: runWrite } = WriteFileJob.prototype;
  WriteFileJob.prototype.run = function (given) {
    const place = placeOf(tree, given);
    if (place === null || place.elsewhere !== null) return runWrite.call(this, given);
    finish(this, () => {
      const { reading, descriptors } = load();
      descriptors.close(reading.open(place, given, this.flags ?? flagsOfCall));
      throw systemError('EBADF', 'write');
    });
    return undefined;
  };

  calls.CpDirJob = class extends CpDirJob {
    constructor(...args) {
      super(...args);
      this.args = args;
    }

    run() {
      const [given, givenDestination, ...rest] = this.args;
      const places = [placeOf(tree, given), placeOf(tree, givenDestination)];
      if (places[0] === null && places[1] === null) return super.run();
      finish(this, () => {
        // The job is for directories that it makes itself.
        if (places[1]?.elsewhere === null) load().ofPath('mkdir', places[1], givenDestination, []);
        load().ofTwoPaths('cpSyncCopyDir', places, [given, givenDestination], rest);
        return [];
      });
      return undefined;
    }
  };

  return () => {
    ReadFileJob.prototype.run = run;
    WriteFileJob.prototype.run = runWrite;
    Object.assign(calls, { CpDirJob, ReadFileJob, WriteFileJob });
  };
}

function finish(job, operation) {
  let results;
  try {
    results = operation();
  } catch (error) {
    setImmediate(() => job.ondone(error));
    return;
  }
  setImmediate(() => job.ondone(null, ...results));
}

function pathOf(url) {
  return url.protocol === 'file:' ? require('node:url').fileURLToPath(url) : null;
}

/** The flags of `open` that a string stands for; wrong ones are refused by Node before they are used. */
function numberOf(flag) {
  if (typeof flag === 'number') return flag;
  const text = String(flag);
  const access = text.includes('+')
    ? O_RDWR
    : text.startsWith('r') || text === 'sr'
      ? O_RDONLY
      : O_WRONLY;
  const creates = /[wa]/.test(text) ? O_CREAT : 0;
  const begins = text.includes('w') ? O_TRUNC : text.includes('a') ? O_APPEND : 0;
  return access | creates | begins | (text.includes('x') ? O_EXCL : 0);
}

module.exports = { patchJobs };
