'use strict';

const tree = require('../generated/cjs/index.js');
const { report } = require('./report.js');

console.log(report('CommonJS', tree, process.argv[2]));
