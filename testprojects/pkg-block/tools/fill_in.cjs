'use strict';

// Called for each file of the program; only our own sources have something to fill in.

const path = require('node:path');

const sources = path.join(__dirname, '..', 'src') + path.sep;

module.exports = (file, contents) => {
  if (!file.startsWith(sources) || typeof contents !== 'string') return undefined;
  return contents.replaceAll('%edition%', 'complete');
};
