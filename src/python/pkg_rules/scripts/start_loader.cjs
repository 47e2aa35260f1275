'use strict';
// The main script of an executable with a payload: compiles the loader from its code cache and runs it.
//
// Node.js could compile the loader itself from a code cache, but when V8 does not accept that (because `NODE_OPTIONS`
// has one of V8's options, e.g. `--stack-trace-limit`), it prints a warning that the program under plain Node.js has
// not. Here the loader is then compiled from its source, and nothing is said.
const { getRawAsset } = require('node:sea');
const { Script } = require('node:vm');

const source = Buffer.from(getRawAsset('loader')).latin1Slice();
const cache = Buffer.from(getRawAsset('loader_cache'));
const compiled = new Script(source, {
  filename: __filename,
  cachedData: cache.length > 0 ? cache : undefined,
});
compiled.runInThisContext()(exports, require, module, __filename, __dirname);
