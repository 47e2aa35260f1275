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

// Under an emulator the system cannot run this executable itself.
const NODE = process.env.PKG_RULES_NODE ?? process.execPath;

// The first words of a code cache (little-endian u32): magic, version hash, source hash, flag hash.
const IDENTITY_BYTES = 8;
const FLAG_HASH_OFFSET = 12;

// The application begins with its magic and a word of flags (node_sea.h).
const FLAGS_OFFSET = 4;
const HAS_CODE_CACHE = 1 << 2;
const HAS_EXEC_ARGV = 1 << 4;

const COMPILE = `
  const [, source, output] = process.argv;
  const { readFileSync, writeFileSync } = require('node:fs');
  const script = new (require('node:vm').Script)(readFileSync(source, 'utf8'));
  writeFileSync(output, script.createCachedData());
`;

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** A code cache made by a Node.js that runs with these options, some of which may print. */
function compile(file, options) {
  const output = `${file}.compiled`;
  execFileSync(NODE, [...options, '-e', COMPILE, file, output], {
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
  fs.writeFileSync(
    source,
    `(function (exports, require, module, __filename, __dirname) {${fs.readFileSync(loader, 'utf8')}\n})`,
  );
  let data = Buffer.alloc(0);
  if (loaderCache) {
    // All functions: nearly all of the loader runs at each start. (Measured: 2 ms less than with those compiled lazily.)
    data = compile(source, [...execArgv, ...REPRODUCIBLE, '--no-lazy']);
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
