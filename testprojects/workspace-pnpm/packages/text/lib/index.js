'use strict';

const units = require('units'); // Which in turn requires this package: a cycle between two packages.
const { words } = require('./words.js');

exports.format = 'CommonJS';
exports.units = units;
exports.words = words;
exports.parseDuration = function parseDuration(text) {
  const milliseconds = units.parse(text);
  if (milliseconds === undefined) throw new TypeError(`${exports.quote(text)} is not a duration`);
  return milliseconds;
};
exports.quote = (text) => `“${text}”`;
