'use strict';

// What an app sees of being packaged: `process.argv[1]`, `process.pkg`, `process.versions.pkg`.

const path = require('node:path');

const PRODUCT_VERSION = '0.1.0';

function setUpProcess(entryPoint) {
  // In a SEA, argv[1] repeats the executable, and what the user gave follows.
  process.argv[1] = entryPoint;
  process.pkg = {
    entrypoint: entryPoint,
    defaultEntrypoint: entryPoint,
    path: {
      resolve(...parts) {
        return path.resolve(path.dirname(entryPoint), ...parts);
      },
    },
  };
  Object.defineProperty(process.versions, 'pkg', {
    value: PRODUCT_VERSION,
    enumerable: true,
    configurable: true,
  });
}

module.exports = { setUpProcess };
