'use strict';

// Children of a packaged app. Whatever would run `node` runs this executable instead, which then does what `node` would
// do with the arguments (child_start.cjs); it knows by PKG_EXECPATH in its environment.
//
// All functions of `child_process`, and `cluster`, come down to two, and only these are replaced:
// ChildProcess.prototype.spawn, and `spawn` of the binding under the forms that wait. So the functions themselves stay
// Node's own, also those that somebody took before, and what they report is what the caller asked for.

const path = require('node:path');
const { binding } = require('./bindings.cjs');
const { isWindows, locate } = require('./mount.cjs');
const { splitOptions, toEnvironment, withoutBaked } = require('./node_options.cjs');

const VARIABLE = 'PKG_EXECPATH';
const SHELL = /^(?:(?:ba|da|z|k|a)?sh|cmd(?:\.exe)?)$/i;
const SHELL_COMMAND = /^(?:-c|\/c)$/i;
const NODE = /^node(?:\.exe)?$/i;
const NODE_INTERPRETER = /^#!\s*\S*?(?:\/env\s+(?:-S\s+)?)?(?:[^\s/]*\/)*node(?:\s|$)/;
// Assignments before a command, and the command: quoted, or without characters that mean something to a shell.
const COMMAND =
  /^(\s*(?:[A-Za-z_]\w*=[\w./:@%+,-]*\s+)*(?:exec\s+)?)(?:"([^"]*)"|'([^']*)'|([^\s"'`$&|;<>()]+))(?=$|[\s;&|<>)])/;
const NO_ARGUMENTS = /^\s*(?:$|[;&|<>)])/;
const PLAIN_ARGUMENT = /^\s+([\w./:@%+,=-]+)(?=$|\s)/;

let undo = null;

/** Patches once; `child_process` is loaded only when the app asks for it. */
function patchChildProcess() {
  if (undo !== null) return undo;
  const { ChildProcess } = require('node:child_process');
  const { prototype } = ChildProcess;
  const originalSpawn = prototype.spawn;
  prototype.spawn = function spawn(options) {
    const adapted = adapt(options);
    if (adapted === options) return originalSpawn.call(this, options);
    try {
      return originalSpawn.call(this, adapted);
    } finally {
      this.spawnfile = options.file;
      if (options.args !== undefined) this.spawnargs = options.args;
    }
  };
  const sync = binding('spawn_sync');
  const originalSync = sync.spawn;
  sync.spawn = function spawn(options) {
    return originalSync.call(this, adapt(options));
  };
  undo = () => {
    prototype.spawn = originalSpawn;
    sync.spawn = originalSync;
    undo = null;
  };
  return undo;
}

/** What is really started for options that Node has already brought into their final form. */
function adapt(options) {
  if (typeof options?.file !== 'string') return options;
  const envPairs = options.envPairs ?? Object.entries(process.env).map(([k, v]) => `${k}=${v}`);
  // The app itself is wanted, or Node from the disk, or whatever else.
  if (!Array.isArray(envPairs) || variable(envPairs, VARIABLE) !== undefined) return options;
  const args = options.args ?? [];
  if (!Array.isArray(args)) return options;
  const command = rewriteFile(options.file, args) ?? rewriteShell(options, args);
  const pairs = [...envPairs, `${VARIABLE}=${process.execPath}`];
  if (command === null) return { ...options, envPairs: pairs };
  const more = toEnvironment(withoutBaked(command.options, process.execArgv));
  return {
    ...options,
    file: command.file,
    args: command.args,
    envPairs: more === '' ? pairs : withNodeOptions(pairs, more),
  };
}

function rewriteFile(file, args) {
  if (isNode(file)) {
    return {
      file: process.execPath,
      // Without arguments `node` reads its program; an executable without any is the app.
      args: NODE.test(file) && args.length <= 1 ? [args[0] ?? file, '-'] : args,
      options: splitOptions(args.slice(1)).options,
    };
  }
  const script = scriptAt(file);
  if (script === null) return null;
  return { file: process.execPath, args: [args[0] ?? file, script, ...args.slice(1)], options: [] };
}

function rewriteShell({ file, shell }, args) {
  if (!shell && !SHELL.test(path.basename(file))) return null;
  const at = args.findIndex((argument, index) => index > 0 && SHELL_COMMAND.test(argument)) + 1;
  if (at === 0 || typeof args[at] !== 'string') return null;
  const command = rewriteCommand(args[at], isWindows && /\.exe$|^cmd$/i.test(file));
  if (command === null) return null;
  return { file, args: args.with(at, command.text), options: command.options };
}

/** A command of a shell that begins with `node`, by whatever name. */
function rewriteCommand(text, forWindows) {
  // The whole is in quotes there.
  const outer = forWindows && /^"[^]*"$/.test(text) ? '"' : '';
  const inner = outer ? text.slice(1, -1) : text;
  const found = findCommand(inner);
  if (found === null) return null;
  const { before, word, rest } = found;
  const quote = forWindows ? quoteForWindows : quoteForShell;
  let program;
  let options = [];
  if (isNode(word)) {
    program = quote(process.execPath);
    if (NODE.test(word) && NO_ARGUMENTS.test(rest)) program += ' -';
    options = splitOptions(plainArguments(rest)).options;
  } else {
    const script = scriptAt(word);
    if (script === null) return null;
    program = `${quote(process.execPath)} ${quote(script)}`;
  }
  return { text: outer + before + program + rest + outer, options };
}

/** The command that a shell would run first, what is before it and after it. */
function findCommand(text) {
  const { execPath } = process;
  // Without quotes; its path may have spaces where that of `node` had none.
  if (text.startsWith(execPath) && /^(?:\s|$)/.test(text.slice(execPath.length))) {
    return { before: '', word: execPath, rest: text.slice(execPath.length) };
  }
  const match = COMMAND.exec(text);
  if (match === null) return null;
  const [whole, before, inDouble, inSingle, bare] = match;
  return { before, word: inDouble ?? inSingle ?? bare, rest: text.slice(whole.length) };
}

/** Arguments of a command, as far as no shell is needed to understand them. */
function plainArguments(text) {
  const found = [];
  let rest = text;
  for (let match; (match = PLAIN_ARGUMENT.exec(rest)) !== null; rest = rest.slice(match[0].length))
    found.push(match[1]);
  return found;
}

function isNode(file) {
  return NODE.test(file) || file === process.execPath || file === process.argv[0];
}

/** A file inside that the system would give to `node`, because its first line says so; null for every other. */
function scriptAt(file) {
  // Windows does not look at first lines.
  const at = isWindows ? null : locate(file);
  if (at === null) return null;
  const fs = require('node:fs');
  try {
    fs.accessSync(at, fs.constants.X_OK);
  } catch {
    // Starting it fails with the error of the system.
    return null;
  }
  return NODE_INTERPRETER.test(firstLine(fs, at)) ? at : null;
}

function firstLine(fs, file) {
  if (!fs.statSync(file).isFile()) return '';
  const descriptor = fs.openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(256);
    return bytes.latin1Slice(0, fs.readSync(descriptor, bytes, 0, bytes.length, 0)).split('\n')[0];
  } finally {
    fs.closeSync(descriptor);
  }
}

function quoteForShell(text) {
  return /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function quoteForWindows(text) {
  return /^[\w./:\\-]+$/.test(text) ? text : `"${text}"`;
}

function variable(pairs, name) {
  return pairs.find((pair) => nameOf(pair) === name);
}

function nameOf(pair) {
  const name = pair.slice(0, pair.indexOf('=', 1));
  return isWindows ? name.toUpperCase() : name;
}

function withNodeOptions(pairs, more) {
  const before = variable(pairs, 'NODE_OPTIONS');
  const value = before?.slice(before.indexOf('=') + 1);
  return [
    ...pairs.filter((pair) => pair !== before),
    `NODE_OPTIONS=${value ? `${value} ${more}` : more}`,
  ];
}

module.exports = { VARIABLE, adapt, patchChildProcess };
