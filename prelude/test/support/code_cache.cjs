'use strict';

// Reads what scripts/compile_code_cache.cjs writes.

const fs = require('node:fs');
const path = require('node:path');

/** The files of a code cache, as `[path, source, cached data]`. */
function readCodeCache(folder, file) {
  const bytes = fs.readFileSync(file);
  const tableSize = bytes.readUInt32LE(12);
  const start = Math.ceil((16 + tableSize) / 8) * 8;
  return JSON.parse(bytes.subarray(16, 16 + tableSize)).files.map((entry) => [
    entry.path,
    fs.readFileSync(path.join(folder, entry.path), 'utf8'),
    Buffer.from(bytes.subarray(start + entry.offset, start + entry.offset + entry.size)),
  ]);
}

function withoutHashBang(source) {
  return source.startsWith('#!') ? `//${source.slice(2)}` : source;
}

module.exports = { readCodeCache, withoutHashBang };
