'use strict';

// Makes the application (the content of NODE_SEA_BLOB) from a configuration, byte for byte the same on every run:
//
//     node make_application.cjs sea-config.json OUT
//
// V8 seeds the hashes of strings with a random number, which would get into the code cache. A fixed seed prevents it,
// but is an option of V8 and therefore part of the hash of options that V8 compares before it accepts a code cache. So
// the cache is made with a fixed seed, and afterwards gets the hash that the finished executable will have. A young
// generation large enough that nothing is collected keeps garbage out of the padding, see compile_code_cache.cjs.

const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const REPRODUCIBLE = ['--hash-seed=1', '--min-semi-space-size=64', '--max-semi-space-size=64'];

// The first words of a code cache (little-endian u32): magic, version hash, source hash, flag hash.
const IDENTITY_BYTES = 8;
const FLAG_HASH_OFFSET = 12;

// The application begins with its magic and a word of flags (node_sea.h).
const FLAGS_OFFSET = 4;
const HAS_CODE_CACHE = 1 << 2;
const HAS_EXEC_ARGV = 1 << 4;

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function codeCacheHeader(execArgv) {
  const program =
    'process.stdout.write(new (require("node:vm").Script)("0").createCachedData().toString("hex"))';
  const hex = execFileSync(process.execPath, [...execArgv, '-e', program], { encoding: 'latin1' });
  return Buffer.from(hex, 'hex');
}

function patchFlagHash(application, execArgv) {
  const header = codeCacheHeader(execArgv);
  const identity = header.subarray(0, IDENTITY_BYTES);
  const at = application.indexOf(identity);
  if (at < 0 || application.indexOf(identity, at + 1) >= 0) {
    fail(
      `The code cache was expected once in the application that Node.js ${process.version} made, and is there ` +
        `${at < 0 ? 'not at all' : 'more than once'}. This is a bug of pkg_rules: please report it.`,
    );
  }
  header.copy(application, at + FLAG_HASH_OFFSET, FLAG_HASH_OFFSET, FLAG_HASH_OFFSET + 4);
}

function main([configFile, out]) {
  const config = JSON.parse(fs.readFileSync(configFile, 'utf8'));
  const execArgv = config.execArgv ?? [];
  fs.mkdirSync(path.dirname(config.output), { recursive: true });
  const made = spawnSync(
    process.execPath,
    [...execArgv, ...REPRODUCIBLE, '--experimental-sea-config', configFile],
    { encoding: 'utf8' },
  );
  if (made.status !== 0) {
    fail(`Node.js ${process.version} could not make the application:\n${made.stderr || made.error}`);
  }
  const application = fs.readFileSync(config.output);
  const flags = application.readUInt32LE(FLAGS_OFFSET);
  if (execArgv.length > 0 && !(flags & HAS_EXEC_ARGV)) {
    fail(
      `Node.js ${process.version} cannot bake options (\`${execArgv.join(' ')}\`) into an executable, which needs ` +
        '22.20, 24.6 or newer. Choose a newer version in `targets`.',
    );
  }
  if (config.useCodeCache) {
    if (!(flags & HAS_CODE_CACHE)) {
      fail(`Node.js ${process.version} made an application without the code cache that was asked for.`);
    }
    patchFlagHash(application, execArgv);
  }
  fs.writeFileSync(out, application);
}

main(process.argv.slice(2));
