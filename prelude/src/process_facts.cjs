'use strict';

// What an app sees of being packaged: `process.argv[1]`, `process.pkg`, `process.versions.pkg`.

const path = require('node:path');
const { VERSION } = require('./version.cjs');

/**
 * @param {string} entryPoint what runs
 * @param {string} defaultEntryPoint what runs unless this process is a child that runs something else
 */
function setUpProcess(entryPoint, defaultEntryPoint) {
  process.pkg = {
    entrypoint: entryPoint,
    defaultEntrypoint: defaultEntryPoint,
    path: {
      resolve(...parts) {
        return path.resolve(path.dirname(entryPoint), ...parts);
      },
    },
    mount(interior, exterior) {
      require('./fs_mounts.cjs').mountExterior(interior, exterior);
    },
  };
  Object.defineProperty(process.versions, 'pkg', {
    value: VERSION,
    enumerable: true,
    configurable: true,
  });
}

module.exports = { setUpProcess };
