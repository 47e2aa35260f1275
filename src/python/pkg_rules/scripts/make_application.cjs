'use strict';

// Makes the application (the content of NODE_SEA_BLOB) from a configuration, byte for byte the same on every run:
//
//     node make_application.cjs config.json OUT
//
// The configuration is that of `node --experimental-sea-config` with two more fields: `loader` is a script that `main`
// compiles and runs, see start_loader.cjs; `loaderCache` says whether to make a code cache for it. They become the assets
// `loader` and `loader_cache`.
//
// V8 seeds the hashes of strings with a random number, which would get into a code cache. A fixed seed prevents it,
// but is an option of V8 and therefore part of the hash of options that V8 compares before it accepts a code cache. So
// a cache is made with a fixed seed, and afterwards gets the hash that the finished executable will have. A young
// generation large enough that nothing is collected keeps garbage out of the padding, see compile_code_cache.cjs.

const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const REPRODUCIBLE = ['--hash-seed=1', '--min-semi-space-size=64', '--max-semi-space-size=64'];

// As prelude/build.cjs writes it.
const END_OF_EARLY = '// END OF WHAT EVERY START NEEDS';

// Under an emulator the system cannot run this executable itself.
const NODE = process.env.PKG_RULES_NODE ?? process.execPath;

// The first words of a code cache (little-endian u32): magic, version hash, source hash, flag hash.
const IDENTITY_BYTES = 8;
const FLAG_HASH_OFFSET = 12;

// The application begins with its magic and a word of flags (node_sea.h).
const FLAGS_OFFSET = 4;
const HAS_CODE_CACHE = 1 << 2;
const HAS_EXEC_ARGV = 1 << 4;

// Compiles a script, and in it all functions that begin before `eager`, an offset. V8 can do so only with all of a script
// or, for its debugger, with those in a range.
const COMPILE = `
  const [, source, output, eager] = process.argv;
  const { readFileSync, writeFileSync } = require('node:fs');
  const text = readFileSync(source, 'utf8');
  const script = new (require('node:vm').Script)(text, { filename: '' });
  if (eager !== '0') {
    const session = new (require('node:inspector').Session)();
    const scripts = [];
    session.connect();
    session.on('Debugger.scriptParsed', ({ params }) => scripts.push(params));
    // It is a function expression, which only now becomes known to the debugger.
    script.runInThisContext();
    const call = (method, parameters) =>
      session.post(method, parameters, (error) => {
        if (error) throw new Error(method + ': ' + JSON.stringify(error));
      });
    call('Debugger.enable');
    const { scriptId } = scripts.find(({ length }) => length === text.length);
    const lineNumber = text.slice(0, eager).split('\\n').length;
    const range = { start: { scriptId, lineNumber: 0 }, end: { scriptId, lineNumber } };
    call('Debugger.getPossibleBreakpoints', range);
    call('Debugger.disable');
    session.disconnect();
  }
  writeFileSync(output, script.createCachedData());
`;

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/**
 * A code cache made by a Node.js that runs with these options, some of which may print. It has the functions that V8
 * compiles at once, and all that begin before the offset `eager`.
 */
function compile(file, options, eager = 0) {
  const output = `${file}.compiled`;
  execFileSync(NODE, [...options, '-e', COMPILE, file, output, String(eager)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return fs.readFileSync(output);
}

/** Writes the flag hash of a Node.js with the options `execArgv` into the only code cache that is in `data`. */
function patchFlagHash(data, execArgv, out) {
  const trifle = path.join(out, '..', 'trifle.js');
  fs.writeFileSync(trifle, '0');
  const header = compile(trifle, execArgv);
  const identity = header.subarray(0, IDENTITY_BYTES);
  const at = data.indexOf(identity);
  if (at < 0 || data.indexOf(identity, at + 1) >= 0) {
    fail(
      `A code cache was expected once in what Node.js ${process.version} made, and is there ` +
        `${at < 0 ? 'not at all' : 'more than once'}. This is a bug of pkg_rules: please report it.`,
    );
  }
  header.copy(data, at + FLAG_HASH_OFFSET, FLAG_HASH_OFFSET, FLAG_HASH_OFFSET + 4);
}

/** The assets that start_loader.cjs reads. */
function loaderAssets({ loader, loaderCache, execArgv }, out) {
  const source = path.join(out, '..', 'loader');
  const cache = path.join(out, '..', 'loader_cache');
  const text = `(function (exports, require, module, __filename, __dirname) {${fs.readFileSync(loader, 'utf8')}\n})`;
  fs.writeFileSync(source, text);
  let data = Buffer.alloc(0);
  if (loaderCache) {
    // All functions of the modules that each start needs. (Measured with Node.js 24: 2 ms less than with those that V8
    // compiles at once, and 0.5 ms less than with all functions of all modules.)
    data = compile(source, [...execArgv, ...REPRODUCIBLE], Math.max(0, text.indexOf(END_OF_EARLY)));
    patchFlagHash(data, execArgv, out);
  }
  fs.writeFileSync(cache, data);
  return { loader: source, loader_cache: cache };
}

function main([configFile, out]) {
  const { loader, loaderCache, ...config } = JSON.parse(fs.readFileSync(configFile, 'utf8'));
  const { execArgv } = config;
  fs.mkdirSync(path.dirname(out), { recursive: true });
  if (loader) {
    Object.assign(config.assets, loaderAssets({ loader, loaderCache, execArgv }, out));
  }
  config.output = `${out}.unfinished`;
  const seaConfig = `${out}.sea-config.json`;
  fs.writeFileSync(seaConfig, JSON.stringify(config));
  const made = spawnSync(
    NODE,
    [...execArgv, ...REPRODUCIBLE, '--experimental-sea-config', seaConfig],
    { encoding: 'utf8' },
  );
  if (made.status !== 0) {
    fail(`Node.js ${process.version} could not make the application:\n${made.stderr || made.error}`);
  }
  const application = fs.readFileSync(config.output);
  const flags = application.readUInt32LE(FLAGS_OFFSET);
  if (execArgv.length > 0 && !(flags & HAS_EXEC_ARGV)) {
    fail(
      `Node.js ${process.version} cannot bake options (\`${execArgv.join(' ')}\`) into an executable. ` +
        'Newer versions can: choose one in `targets`.',
    );
  }
  if (config.useCodeCache) {
    if (!(flags & HAS_CODE_CACHE)) {
      fail(`Node.js ${process.version} made an application without the code cache that was asked for.`);
    }
    patchFlagHash(application, execArgv, out);
  }
  fs.writeFileSync(out, application);
}

main(process.argv.slice(2));
