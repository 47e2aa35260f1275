#!/usr/bin/env node
'use strict';

const { copyOut } = require('./copy');
const { inspect } = require('./inspect');
const { logoSize } = require('./image');
const { render } = require('./template');
const { statistics } = require('./statistics');

const NUMBERS = [1.5, 2.25, 3, 10.25];

async function main([command = 'page', target]) {
  switch (command) {
    case 'page': {
      const { sum, mean } = await statistics(NUMBERS);
      process.stdout.write(
        render('page', { title: 'assets', count: NUMBERS.length, sum, mean, ...(await logoSize()) }),
      );
      return;
    }
    case 'inspect':
      console.log(JSON.stringify(await inspect(), null, 2));
      return;
    case 'copy':
      console.log(JSON.stringify(await copyOut(target), null, 2));
      return;
    case 'missing':
      render('no-such-page', {});
      return;
    default:
      throw new Error(`unknown command ${command}`);
  }
}

main(process.argv.slice(2)).catch((error) => {
  // Only what the program itself says: frames inside `fs` are not part of its promise.
  console.error(`${error.name} (${error.code ?? 'no code'}): ${error.message}`);
  process.exitCode = 1;
});
