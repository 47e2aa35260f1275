'use strict';

const fs = require('node:fs');

/**
 * Node asks once for the real path of the entry point. What the loader found is that already, and `fs` inside the
 * payload takes longer to load than all the rest of the loader's own start.
 * @param {string} file
 */
function answerRealPathOnce(file) {
  const { realpathSync } = fs;
  fs.realpathSync = Object.assign(function realpathOfEntryPoint(path, options) {
    fs.realpathSync = realpathSync;
    return path === file ? file : realpathSync(path, options);
  }, realpathSync);
}

module.exports = { answerRealPathOnce };
