'use strict';

// Loaded before a program (record_start_up.cjs): has V8 remember which functions run, and writes that down when the program
// ends, or when it has had nothing to do for a while.

const fs = require('node:fs');
const { Session } = require('node:inspector');
const { performance } = require('node:perf_hooks');

const TICK_MILLISECONDS = 100;
// A tick counts as idle if the program used less of it than this, ...
const BUSY_PART = 0.1;
// ... and so many after each other mean that it waits for somebody else.
const IDLE_TICKS = 10;

/** @param {string} output */
function record(output) {
  const session = new Session();
  session.connect();
  const post = (method, parameters, done) =>
    session.post(method, parameters, (error, result) => {
      if (error) throw new Error(`${method}: ${error.message}`);
      done?.(result);
    });
  post('Profiler.enable');
  post('Profiler.startPreciseCoverage', { callCount: false, detailed: false });

  const write = () => {
    post('Profiler.takePreciseCoverage', undefined, ({ result }) => {
      const scripts = result.filter(({ url }) => url.startsWith('file:'));
      fs.writeFileSync(output, JSON.stringify(scripts.map((script) => [script.url, started(script)])));
    });
  };
  process.on('exit', write);
  endWhenIdle(() => {
    write();
    // Without handlers for the end: they are no part of a start.
    process.reallyExit(0);
  });
}

/** Where the functions begin that ran. The first one is the file itself, which is always compiled. */
function started({ functions }) {
  return functions
    .slice(1)
    .filter(({ ranges }) => ranges[0].count > 0)
    .map(({ ranges }) => ranges[0].startOffset);
}

function endWhenIdle(end) {
  let idleTicks = 0;
  let before = performance.eventLoopUtilization();
  const onTick = () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    idleTicks = utilization < BUSY_PART ? idleTicks + 1 : 0;
    if (idleTicks === IDLE_TICKS) end();
  };
  setInterval(onTick, TICK_MILLISECONDS).unref();
}

// Neither the program nor what it starts finds anything of this.
const { PKG_RULES_RECORD_TO: output } = process.env;
delete process.env.PKG_RULES_RECORD_TO;
const at = process.execArgv.indexOf('--require');
process.execArgv.splice(at, 2);
record(output);
