'use strict';

// The files that the functions are called on.

function chain(length) {
  const links = {};
  for (let index = 1; index <= length; index++) {
    links[`tree/chain/${index}`] = { link: index === 1 ? '../file.txt' : `${index - 1}` };
  }
  return links;
}

const TREE = {
  'tree/file.txt': 'first line\nsecond line ☃\n',
  'tree/empty': '',
  'tree/folder/inner.json': '{"inner": true}',
  'tree/folder/deep/deeper/x': 'x',
  'tree/folder/deep/link-up': { link: '../../file.txt' },
  'tree/link.txt': { link: 'file.txt' },
  'tree/link-to-folder': { link: 'folder' },
  'tree/link-deep': { link: 'folder/deep' },
  'tree/link-through-parent': { link: 'link-deep/../inner.json' },
  'tree/broken-link': { link: 'nothing' },
  'tree/loop': { link: 'loop' },
  'tree/ping': { link: 'pong' },
  'tree/pong': { link: 'ping/x' },
  // A directory that is in itself, as packages that depend on each other are; and two at a time.
  'tree/cycle/file.txt': 'in the cycle',
  'tree/cycle/self': { link: '.' },
  'tree/mutual/one/two': { link: '../two' },
  'tree/mutual/two/one': { link: '../one' },
  'tree/ünï.txt': 'ünï',
  'tree/run.sh': { executable: '#!/bin/sh\n' },
  'tree/big.bin': Buffer.from(
    Array.from({ length: 1_000_000 }, (_, index) => (index * 7 + (index >> 8)) & 0xff),
  ),
  // As many links as Linux follows, and one more.
  ...chain(41),
  // As pnpm lays packages out: links to packages, beside which there are links to what they depend on.
  'tree/node_modules/.pnpm/one@1/node_modules/one/index.js': 'exports.one = 1',
  'tree/node_modules/.pnpm/one@1/node_modules/two': { link: '../../two@2/node_modules/two' },
  'tree/node_modules/.pnpm/two@2/node_modules/two/lib/two.js': 'exports.two = 2',
  'tree/node_modules/one': { link: '.pnpm/one@1/node_modules/one' },
  // As npm links workspaces.
  'tree/packages/own/package.json': '{"name": "own"}',
  'tree/node_modules/own': { link: '../packages/own' },
};

module.exports = { TREE };
