#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import process from 'node:process';

import meow from 'meow';

import palette from './data/palette.json' with { type: 'json' };
import { loadFormatter, formatters } from './formatters.js';
import { parse } from './parse.js';

const cli = meow(
  `
  Usage
    $ esm-cli <command> [file]

  Commands
    show      render Markdown (default: the sample that is built in)
    modules   what the module system says
    fail      how a rejected import ends

  Options
    --format, -f  ${formatters.join(', ')} (default: text)
    --width, -w   columns of text
`,
  {
    importMeta: import.meta,
    flags: {
      format: { type: 'string', shortFlag: 'f', default: 'text' },
      width: { type: 'number', shortFlag: 'w', default: palette.width },
    },
  },
);

const [command = 'show', file] = cli.input;

switch (command) {
  case 'show': {
    const source = file ?? new URL('../samples/tour.md', import.meta.url);
    const tree = parse(await readFile(source, 'utf8'));
    const format = await loadFormatter(cli.flags.format);
    process.stdout.write(await format(tree, { width: cli.flags.width, palette }));
    break;
  }
  case 'modules': {
    const { facts } = await import('./modules.mjs');
    console.log(JSON.stringify(await facts(), null, 2));
    break;
  }
  case 'fail': {
    await import(`./failures/${file ?? 'throws'}.js`);
    break;
  }
  default:
    console.error(`esm-cli: unknown command ${command}`);
    cli.showHelp(2);
}
