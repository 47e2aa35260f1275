'use strict';

// The one hang that Node has by itself is told from all others.

const { it } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { runProgram } = require('./support/bounded.cjs');

/** Runs a shell script in which `first` succeeds at the first start only. */
function runScript(script, settings) {
  const cwd = fs.mkdtempSync(path.join(os.tmpdir(), 'pkg_rules-bounded-'));
  try {
    const first = 'first() { mkdir started 2>/dev/null; }';
    return runProgram('sh', ['-c', `${first}; ${script}`], { cwd, ...settings });
  } finally {
    fs.rmSync(cwd, { recursive: true });
  }
}

it('runs what ends in time as Node does', () => {
  const { stdout, stderr, status, signal } = runScript('cat; echo said >&2; exit 3', { input: 'given' });
  assert.deepStrictEqual([stdout, stderr, status, signal], ['given', 'said\n', 3, null]);
});

it('starts a program once more that printed everything and did not end', () => {
  const { stdout, status } = runScript('echo all; if first; then exec sleep 600; fi; exit 3', {
    timeout: 1000,
  });
  assert.deepStrictEqual([stdout, status], ['all\n', 3]);
});

it('names a program that hangs otherwise', () => {
  for (const script of [
    'echo early; if first; then exec sleep 600; fi; echo late',
    'echo early; exec sleep 600',
  ]) {
    assert.throws(
      () => runScript(script, { timeout: 1000 }),
      /`sh -c .*echo early.*` had not ended after 1000 ms and was ended\. It had printed:\nearly$/,
    );
  }
});
