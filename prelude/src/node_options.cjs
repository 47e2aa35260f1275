'use strict';

// Options of Node before the script, when an executable stands in for `node`. Node takes none of them from the command
// line of an executable. So those that it takes from NODE_OPTIONS go to the child in there, and the child takes them
// out again before the app looks.

// Those that take their value as an argument of its own; the others need `=`.
const WITH_VALUE = new Set([
  '-C',
  '-e',
  '-p',
  '-pe',
  '-r',
  '--conditions',
  '--diagnostic-dir',
  '--disable-warning',
  '--dns-result-order',
  '--env-file',
  '--env-file-if-exists',
  '--eval',
  '--experimental-loader',
  '--icu-data-dir',
  '--import',
  '--input-type',
  '--inspect-port',
  '--loader',
  '--max-http-header-size',
  '--openssl-config',
  '--print',
  '--redirect-warnings',
  '--require',
  '--title',
  '--tls-cipher-list',
  '--trace-event-categories',
  '--unhandled-rejections',
]);

// What the child does itself, once the app's files are there.
const EVAL = new Set(['-e', '--eval']);
const PRINT = new Set(['-p', '-pe', '--print']);
const PRELOAD = new Set(['-r', '--require', '--import']);
const VERSION = new Set(['-v', '--version']);

/**
 * Splits arguments of `node` at the script.
 * @param {string[]} args
 * @returns {{options: {name: string, value?: string, text: string[]}[], rest: string[]}}
 */
function splitOptions(args) {
  const options = [];
  let index = 0;
  while (index < args.length) {
    const argument = args[index];
    if (argument === '--') return { options, rest: args.slice(index + 1) };
    if (argument[0] !== '-' || argument === '-') break;
    const equals = argument.indexOf('=');
    if (equals !== -1) {
      const name = argument.slice(0, equals);
      options.push({ name, value: argument.slice(equals + 1), text: [argument] });
      index++;
    } else if (WITH_VALUE.has(argument) && index + 1 < args.length) {
      const value = args[index + 1];
      options.push({ name: argument, value, text: [argument, value] });
      index += 2;
    } else {
      options.push({ name: argument, value: undefined, text: [argument] });
      index++;
    }
  }
  return { options, rest: args.slice(index) };
}

/** Without the options that are baked into the executable, which the child has anyway. */
function withoutBaked(options, baked) {
  const have = new Set(splitOptions(baked).options.map(({ text }) => text.join('\0')));
  return options.filter(({ text }) => !have.has(text.join('\0')));
}

function isDoneByChild({ name }) {
  return EVAL.has(name) || PRINT.has(name) || PRELOAD.has(name) || VERSION.has(name);
}

/** The options as they are in NODE_OPTIONS; '' if there are none, or one that may not be in there. */
function toEnvironment(options) {
  const texts = options.filter((option) => !isDoneByChild(option));
  if (texts.length === 0) return '';
  const allowed = process.allowedNodeEnvironmentFlags;
  if (!texts.every(({ name }) => allowed.has(name))) return '';
  return texts.flatMap(({ text }) => text.map(quoted)).join(' ');
}

function quoted(text) {
  return /[\s"\\]/.test(text) ? `"${text.replace(/[\\"]/g, '\\$&')}"` : text;
}

module.exports = {
  EVAL,
  PRINT,
  PRELOAD,
  VERSION,
  isDoneByChild,
  splitOptions,
  toEnvironment,
  withoutBaked,
};
