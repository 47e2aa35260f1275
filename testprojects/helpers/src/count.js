'use strict';

const { parentPort } = require('node:worker_threads');
const { words } = require('./words');

parentPort.postMessage({ count: words().length });
