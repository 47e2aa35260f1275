'use strict';

// The start of a worker thread, after worker_patch.cjs: mounts the payload, then does what Node does with what the app
// gave to `new Worker`.

const { keepBytecodeForThreads } = require('./v8_options.cjs');
const { openPayload } = require('./open_payload.cjs');
const { mount } = require('./start.cjs');
const { setUpProcess } = require('./process_facts.cjs');
const { evaluateEither, forgetGlobals, importUrl } = require('./eval_code.cjs');
const { runProgram } = require('./program.cjs');

/** @param {{code?: string, url?: string, file?: string, entrypoint: string, nodeOptions?: string}} worker */
function startWorker({ code, url, file, entrypoint, nodeOptions }) {
  if (nodeOptions !== undefined) process.env.NODE_OPTIONS = nodeOptions;
  keepBytecodeForThreads();
  const { tree, defaultEntryPoint } = mount(openPayload());
  setUpProcess(entrypoint, defaultEntryPoint);
  if (code === undefined) {
    delete process._eval;
    forgetGlobals();
    if (url === undefined) process.argv[1] = file;
    else process.argv.splice(1, 1);
  } else {
    Object.defineProperty(process, '_eval', { value: code, enumerable: true, configurable: true });
  }
  // Not from within the code that Node evaluates now: to errors that leave it, Node adds lines of source.
  process.nextTick(() => {
    if (code !== undefined) evaluateEither('[worker eval]', code);
    else if (url !== undefined) importUrl(url);
    else runProgram(tree, file);
  });
}

module.exports = { startWorker };
