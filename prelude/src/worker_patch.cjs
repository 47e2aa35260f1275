'use strict';

// Worker threads of a packaged app. Each thread has a Node of its own, which knows nothing of the payload. So every
// worker starts with code that runs the loader, and the loader then runs what the app asked for (worker_start.cjs).

const EventEmitter = require('node:events');
const path = require('node:path');
const { DAMAGED_THREAD, endProcess } = require('./damage.cjs');
const { EXPOSE, haveInternals } = require('./internals.cjs');
const { keepBytecodeForThreads } = require('./v8_options.cjs');
const { MISSING } = require('./tree.cjs');
const { isInside } = require('./mount.cjs');
const { isIgnored } = require('./node_options_variable.cjs');

// Without `require`, so that it does not matter whether Node takes it for CommonJS or an ES module.
const BOOTSTRAP = `
const { getRawAsset } = process.getBuiltinModule('node:sea');
const { Script } = process.getBuiltinModule('node:vm');
const cachedData = Buffer.from(getRawAsset('loader_cache'));
new Script(Buffer.from(getRawAsset('loader')).latin1Slice(), {
  filename: process.execPath,
  cachedData: cachedData.length > 0 ? cachedData : undefined,
}).runInThisContext()({}, process.getBuiltinModule, { worker });
`;

let undo = null;

/**
 * @param {import('./tree.cjs').Tree} tree
 * @param {string} defaultEntryPoint
 * @returns {() => void} undo
 */
function patchWorkers(tree, defaultEntryPoint) {
  if (undo !== null) return undo;
  const workerThreads = require('node:worker_threads');
  const { Worker: original } = workerThreads;
  // Looks like Node's own class to whoever asks, and is one to classes that extend it.
  class Worker extends EventEmitter {
    constructor(filename, options = {}) {
      const start = startOf(tree, defaultEntryPoint, filename, options);
      if (start === null) return Reflect.construct(original, [filename, options], new.target);
      keepBytecodeForThreads();
      const construct = (more) =>
        Reflect.construct(original, [codeOf(start), withMore(options, more)], new.target);
      return isIgnored() ? withoutNodeOptions(start, options, construct) : construct({});
    }

    emit(name, ...args) {
      // Before the app hears of it. No listener, since programs can see and remove those.
      if (name === 'exit' && args[0] === DAMAGED_THREAD) endProcess();
      return super.emit(name, ...args);
    }
  }
  Object.setPrototypeOf(Worker.prototype, original.prototype);
  workerThreads.Worker = Worker;
  undo = () => {
    workerThreads.Worker = original;
    undo = null;
  };
  return undo;
}

/** What a worker is to run; null for what Node refuses, so that it does. */
function startOf(tree, defaultEntryPoint, given, options) {
  const { entrypoint } = process.pkg;
  if (options?.eval) return typeof given === 'string' ? { code: given, entrypoint } : null;
  if (isUrl(given)) {
    if (given.protocol === 'data:') return { url: `${given}`, entrypoint };
    return given.protocol === 'file:'
      ? { file: require('node:url').fileURLToPath(given), entrypoint }
      : null;
  }
  if (typeof given !== 'string' || given.includes('\0')) return null;
  if (path.isAbsolute(given)) return { file: path.resolve(given), entrypoint };
  return /^\.\.?[\\/]/.test(given)
    ? { file: findRelative(tree, defaultEntryPoint, given), entrypoint }
    : null;
}

function isUrl(value) {
  return Boolean(value?.href && value.protocol && value.auth === undefined);
}

/**
 * Node takes relative paths from the working directory, where no file of a packaged app is. So if there is nothing on
 * the disk, the directory of the entry point counts.
 */
function findRelative(tree, defaultEntryPoint, given) {
  const onDisk = path.resolve(given);
  const inside = path.resolve(path.dirname(defaultEntryPoint), given);
  if (!isInside(inside) || require('node:fs').existsSync(onDisk)) return onDisk;
  return tree.fileEntry(inside) === MISSING ? onDisk : inside;
}

function codeOf(start) {
  return `{ const worker = ${JSON.stringify(start)};${BOOTSTRAP}}`;
}

/** The options as they are, but those of `more` and what the bootstrap needs. */
function withMore(options, more) {
  const changes = { ...more, eval: true };
  // A list of its own takes the place of the options that all threads have.
  if (Array.isArray(options?.execArgv) && haveInternals()) {
    changes.execArgv = [...options.execArgv, EXPOSE];
  }
  return Object.create(options ?? null, Object.getOwnPropertyDescriptors(changes));
}

/**
 * Node reads NODE_OPTIONS in the environment that a worker is to have, if that or `execArgv` is given. So the variable
 * is out of the way meanwhile; the worker puts it back.
 */
function withoutNodeOptions(start, options, construct) {
  const env = options?.env;
  const isOwn = typeof env === 'object' && env !== null && env !== process.env;
  const { NODE_OPTIONS, ...rest } = isOwn ? env : process.env;
  if (NODE_OPTIONS === undefined) return construct({});
  // An environment that is shared has it again when the worker starts.
  if (typeof env !== 'symbol') start.nodeOptions = `${NODE_OPTIONS}`;
  if (isOwn) return construct({ env: rest });
  delete process.env.NODE_OPTIONS;
  try {
    return construct({});
  } finally {
    process.env.NODE_OPTIONS = NODE_OPTIONS;
  }
}

module.exports = { patchWorkers };
