'use strict';

const fs = require('node:fs');
const path = require('node:path');

const ms = require('ms');
const { channel, edition } = require('./channel');
const stamp = require('./stamp.json');

const root = path.join(__dirname, '..');

const commands = {
  // The format is a module whose name is computed: `scripts` of the block name all of them.
  report(format = 'text', ...durations) {
    const rows = (durations.length > 0 ? durations : ['90s', '36h']).map((text) => ({
      text,
      milliseconds: ms(text),
    }));
    return require(`./formats/${format}`).render(rows, view);
  },

  // A package whose name is computed: a glob into node_modules names it.
  colour(name = 'picocolors') {
    return require(name).createColors(true).green('green');
  },

  views() {
    return fs.readdirSync(path.join(root, 'views'), { recursive: true }).sort().join('\n');
  },

  stamp() {
    return JSON.stringify(stamp);
  },

  long() {
    return ms(ms('2d'), { long: true });
  },

  edition() {
    return edition;
  },

  collector() {
    return typeof globalThis.gc;
  },

  channel() {
    return channel;
  },

  // What lies beside the executable, and beside the sources in development.
  settings() {
    const beside = process.pkg ? path.dirname(process.execPath) : path.join(root, 'deploy');
    const { greeting } = JSON.parse(fs.readFileSync(path.join(beside, 'settings.json'), 'utf8'));
    const plugins = fs.readdirSync(path.join(beside, 'plugins')).sort();
    return [greeting, ...plugins.map((name) => require(path.join(beside, 'plugins', name)).title)].join('\n');
  },
};

function view(name) {
  return fs.readFileSync(path.join(root, 'views', `${name}.html`), 'utf8');
}

const [command = 'report', ...rest] = process.argv.slice(2);
if (!Object.hasOwn(commands, command)) {
  console.error(`unknown command: ${command}`);
  process.exitCode = 2;
} else {
  console.log(commands[command](...rest));
}
