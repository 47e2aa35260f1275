'use strict';

// The start of an executable that stands in for `node`: its arguments are those of `node`.

const Module = require('node:module');
const fs = require('node:fs');
const path = require('node:path');
const { evaluateEither, importUrl } = require('./eval_code.cjs');
const options = require('./node_options.cjs');
const { isIgnored } = require('./node_options_variable.cjs');

// What Node exits with for an option that it does not know.
const BAD_OPTION = 9;

const PASS_OPTIONS =
  'Give options of Node.js in `execArgv` of `fork`, before the script of `spawn`, or in `NODE_OPTIONS`. ';
const BAKE_OPTIONS =
  'This executable was built to ignore `NODE_OPTIONS`, by which children get such options: name them in the field ' +
  '`options` of its target, or set `node_options_env_var="honour"` there. ';

/**
 * What to run instead of the app, as `{script}` or `{name, code, print}` with the `preloads` before it; null if it is
 * the app after all, because there are no arguments. Makes `process.argv`, `process.execArgv` and NODE_OPTIONS what
 * they are under `node`.
 */
function readCommandLine() {
  const { options: all, rest } = options.splitOptions(process.argv.slice(2));
  if (all.length === 0 && rest.length === 0) return null;
  const baked = process.execArgv;
  const given = options.withoutBaked(all, baked);
  checkApplied(given, rest);
  const print = all.findLast(({ name }) => options.PRINT.has(name));
  const evaluated = print ?? all.findLast(({ name }) => options.EVAL.has(name));
  if (all.some(({ name }) => options.VERSION.has(name))) {
    process.stdout.write(`${process.version}\n`);
    process.exit(0);
  }
  process.execArgv = [...baked, ...given.flatMap(({ text }) => text)];
  const preloads = given.filter(({ name }) => options.PRELOAD.has(name));
  if (evaluated !== undefined) {
    process.argv.splice(1, process.argv.length, ...rest);
    const code = evaluated.value ?? readStandardInput();
    return { name: '[eval]', code, print: print !== undefined, preloads };
  }
  if (rest.length === 0 || rest[0] === '-') {
    process.argv.splice(1, process.argv.length, '-', ...rest.slice(1));
    return { name: '[stdin]', code: readStandardInput(), print: false, preloads };
  }
  const script = path.resolve(rest[0]);
  process.argv.splice(1, process.argv.length, script, ...rest.slice(1));
  return { script, preloads };
}

/** Takes options that the parent put there out of NODE_OPTIONS, and refuses options that Node has not got to know. */
function checkApplied(given, rest) {
  const needed = given.filter((option) => !options.isDoneByChild(option));
  if (needed.length === 0) return;
  const ignored = isIgnored();
  const applied = ignored ? '' : options.toEnvironment(given);
  const { NODE_OPTIONS = '' } = process.env;
  if (applied !== '' && ` ${NODE_OPTIONS}`.endsWith(` ${applied}`)) {
    const before = NODE_OPTIONS.slice(0, -applied.length).trimEnd();
    if (before === '') delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = before;
    return;
  }
  const names = needed.map(({ name }) => `\`${name}\``).join(', ');
  const script = rest.length === 0 ? '' : ` for \`${rest[0]}\``;
  process.stderr.write(
    `${process.execPath}: Node.js cannot take ${names}${script} from the command line of an executable. ` +
      'This process was started by the packaged app to do what `node` would do with its arguments. ' +
      (ignored ? BAKE_OPTIONS : PASS_OPTIONS) +
      "To start the app itself with these arguments, start it with `PKG_EXECPATH: ''` in `env`.\n",
  );
  process.exit(BAD_OPTION);
}

function readStandardInput() {
  return fs.readFileSync(0, 'utf8');
}

/** Runs what has to be loaded before the program, then the program. */
function runWithPreloads(preloads, entryPoint, run) {
  const imports = [];
  for (const { name, value } of preloads) {
    if (name === '--import') imports.push(value);
    else preloader(entryPoint).require(value);
  }
  if (imports.length === 0) return run();
  return imports
    .reduce((before, value) => before.then(() => importUrl(value)), Promise.resolve())
    .then(run);
}

/** Looks where Node does, in the working directory, and then in what the app brought along. */
function preloader(entryPoint) {
  const module = new Module('internal/preload', null);
  module.paths = [
    ...Module._nodeModulePaths(process.cwd()),
    ...Module._nodeModulePaths(path.dirname(entryPoint)),
  ];
  return module;
}

/** Runs code as `node -e` does: in the global scope, with a module in the working directory. */
function runCode({ name, code, print }) {
  process._eval = code;
  defineModule(name);
  defineBuiltins();
  const result = evaluateEither(name, code);
  if (!print) return;
  const printResult = () => console.log(result);
  process.on('exit', printResult);
  process.once('beforeExit', () => {
    printResult();
    process.off('exit', printResult);
  });
}

/** The global variables by which code that is in no file has a module. */
function defineModule(name) {
  const module = new Module(name);
  module.filename = path.join(process.cwd(), name);
  module.paths = Module._nodeModulePaths(process.cwd());
  const names = 'exports, require, module, __dirname';
  module._compile(`Object.assign(globalThis, { ${names} });`, `${name}-wrapper`);
  globalThis.__filename = name;
}

/** `node -e` has the built-in modules as global variables. */
function defineBuiltins() {
  for (const name of Module.builtinModules) {
    if (name.startsWith('_') || name.includes('/') || name in globalThis) continue;
    Object.defineProperty(globalThis, name, {
      configurable: true,
      enumerable: false,
      get() {
        const value = globalThis.require(name);
        Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
        return value;
      },
      set(value) {
        Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
      },
    });
  }
}

module.exports = { readCommandLine, runCode, runWithPreloads };
