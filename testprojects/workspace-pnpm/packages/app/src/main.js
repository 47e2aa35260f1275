#!/usr/bin/env node
'use strict';

const text = require('@acme/text');
const shout = require('@acme/text/cases/shout');
const ms = require('ms');
const units = require('units');

const { report } = require('./report');

async function main([command = 'report', ...rest]) {
  switch (command) {
    case 'report':
      console.log(report(rest.length ? rest : ['1 minute', '36 hours']));
      return;
    case 'identity': {
      // By link or by import: each package exists once, each format of it once.
      const imported = await import('@acme/text');
      const facts = {
        required: text.format,
        imported: imported.format,
        sameWords: imported.words === text.words,
        sameUnits: text.units === units,
        versions: { app: require('ms/package.json').version, units: units.msVersion },
        files: [require.resolve('@acme/text'), require.resolve('units'), require.resolve('ms')],
        unitsFile: units.file,
        exported: errorOf(() => require(['@acme', 'text', 'lib', 'words.js'].join('/'))),
      };
      console.log(JSON.stringify(facts, null, 2));
      return;
    }
    case 'fail':
      text.parseDuration(rest.join(' '));
      return;
    default:
      console.error(shout(`unknown command ${command}`));
      process.exitCode = 2;
  }
}

function errorOf(action) {
  try {
    action();
    return 'no error';
  } catch (error) {
    return `${error.code}: ${error.message.split('\n')[0]}`;
  }
}

module.exports = { main, ms };
if (require.main === module) main(process.argv.slice(2));
