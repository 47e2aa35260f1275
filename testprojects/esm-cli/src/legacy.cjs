'use strict';

// CommonJS in an ESM package: reaches back into ES modules by require() and by import().
const path = require('node:path');

const { flavour } = require('#flavour');
const { shared } = require('./shared.mjs');

exports.flavour = flavour;
exports.shared = shared;
exports.directory = path.basename(__dirname);
exports.later = () => import('./shared.mjs');
exports.default = 'a named export called default';
