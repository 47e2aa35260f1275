'use strict';

// Prints, line by line, what every function of `fs` does: `[label, outcome]`. Runs under plain Node and in an executable.
// The first argument is the part to run.

const fs = require('node:fs');
const { unclassified } = require('./classification.cjs');
const { runDescriptorFunctions, runHandleMethods } = require('./run_descriptors.cjs');
const { runOthers } = require('./run_others.cjs');
const { runPathFunctions, runTwoPathFunctions } = require('./run_paths.cjs');
const { runStreams } = require('./run_streams.cjs');

const PARTS = {
  paths: runPathFunctions,
  'two paths': runTwoPathFunctions,
  descriptors: runDescriptorFunctions,
  handles: runHandleMethods,
  streams: runStreams,
  others: runOthers,
  async classification(report) {
    const handle = await fs.promises.open(process.execPath);
    report('unclassified', unclassified(fs, Object.getPrototypeOf(handle)));
    report('binding', Object.keys(process.binding('fs')));
    await handle.close();
  },
};

// Some calls are deprecated; that is not what is compared.
process.removeAllListeners('warning');
process.on('warning', () => {});

const lines = [];
PARTS[process.argv[2]]((label, outcome) => lines.push(JSON.stringify([label, outcome]))).then(() =>
  fs.writeFileSync(process.argv[3], `${lines.join('\n')}\n`),
);
