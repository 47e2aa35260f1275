'use strict';

// Which CommonJS modules run at the moment. Node marks them, and finds by the mark that an ES module which one of them
// requires imports it again. Modules that are compiled from cached data are marked when an ES module may be required,
// which most programs never do.

const Module = require('node:module');

const running = [];
// The symbol of Node's mark; undefined until it is needed, null if this Node has none.
let mark;

/** @returns {number} what `leave` takes */
function enter(module) {
  return running.push(module) - 1;
}

/** A module that throws does not get here; Node leaves its mark, too, and it goes when the module that runs it ends. */
function leave(module, depth) {
  running.length = depth;
  if (mark && module[mark]) module[mark] = false;
}

/** @param {Function} compile Node's own Module.prototype._compile */
function markRunning(compile) {
  if (running.length === 0) return;
  if (mark === undefined) mark = findMark(compile);
  if (mark === null) return;
  for (let index = running.length - 1; index >= 0 && !running[index][mark]; index--)
    running[index][mark] = true;
}

function findMark(compile) {
  const probe = new Module('', null);
  compile.call(probe, '', '', 'commonjs');
  return (
    Object.getOwnPropertySymbols(probe).find(({ description }) => description === 'kIsExecuting') ??
    null
  );
}

module.exports = { enter, leave, markRunning };
