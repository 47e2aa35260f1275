#!/usr/bin/env node
'use strict';

// Counts lines, words and bytes of standard input: one script that needs built-in modules only.

const { createHash } = require('node:crypto');
const { text } = require('node:stream/consumers');
const { isSea } = require('node:sea');

async function main(options) {
  const unknown = options.filter((option) => option !== '--hash');
  if (unknown.length > 0) {
    console.error(`unknown option ${unknown[0]}; there is only --hash`);
    process.exitCode = 2;
    return;
  }
  const content = await text(process.stdin);
  const lines = content.split('\n').length - 1;
  const words = content.split(/\s+/).filter(Boolean).length;
  console.log(`${lines} lines, ${words} words, ${Buffer.byteLength(content)} bytes`);
  if (options.includes('--hash')) console.log(createHash('sha256').update(content).digest('hex'));
  // Not part of what is compared: it is true in the executable only.
  if (process.env.SHOW_KIND) console.log(isSea() ? 'executable' : 'script');
}

main(process.argv.slice(2));
