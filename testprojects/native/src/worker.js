'use strict';

const { parentPort } = require('node:worker_threads');
const { describe } = require('./image.js');
const { check } = require('./password.js');

Promise.all([describe(), check('open sesame')]).then(([image, right]) =>
  parentPort.postMessage({ image, right }),
);
