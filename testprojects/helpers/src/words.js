'use strict';

const fs = require('node:fs');
const path = require('node:path');

exports.words = function words() {
  const text = fs.readFileSync(path.join(__dirname, '..', 'data', 'poem.txt'), 'utf8');
  return text.toLowerCase().match(/\w+/g);
};
