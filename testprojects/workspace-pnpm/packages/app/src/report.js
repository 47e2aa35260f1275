'use strict';

const { parseDuration, words } = require('@acme/text');
const ms = require('ms');
const units = require('units');

exports.report = function report(durations) {
  return durations
    .map((duration) => {
      const milliseconds = parseDuration(duration);
      return `${words(duration).join('-')} is ${ms(milliseconds, { long: true })}, ${units.inSeconds(milliseconds)} s`;
    })
    .join('\n');
};
