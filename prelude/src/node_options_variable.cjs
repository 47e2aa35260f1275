'use strict';

// Whether NODE_OPTIONS means anything to this executable: its build may have decided that it does not. Node then does
// not read it at start, but `new Worker` does, and what Node does not know here must not either.

let payload = null;

/** @param {import('./payload.cjs').Payload} opened the payload of the executable that runs */
function readDecision(opened) {
  payload = opened;
}

/** False until the payload is known. */
function isIgnored() {
  return payload !== null && payload.metadata.node_options === 'ignore';
}

module.exports = { isIgnored, readDecision };
