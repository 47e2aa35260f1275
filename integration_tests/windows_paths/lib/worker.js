const { parentPort, workerData } = require('node:worker_threads');

parentPort.postMessage([__filename, workerData, require('./a').value]);
