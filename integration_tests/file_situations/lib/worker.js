const { parentPort, workerData } = require('node:worker_threads');
parentPort.postMessage(`${require('./late.js')} ${workerData}`);
