'use strict';

// Compresses files, each into one of the same name: `node compress_blocks.cjs <codec> <level> <folder> <output folder>`.
// The bytes depend on the content, the level and the version of Node.js, and on nothing else.

const fs = require('node:fs');
const path = require('node:path');
const zlib = require('node:zlib');

const { constants } = zlib;

const COMPRESSORS = {
  gzip: (data, level) => zlib.deflateRawSync(data, { level, memLevel: 9 }),
  brotli: (data, level) =>
    zlib.brotliCompressSync(data, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: level,
        [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
      },
    }),
  // The decompressed size is known to whoever reads it.
  zstd: (data, level) =>
    zlib.zstdCompressSync(data, {
      params: {
        [constants.ZSTD_c_compressionLevel]: level,
        [constants.ZSTD_c_contentSizeFlag]: 0,
      },
      pledgedSrcSize: data.length,
    }),
};

function main([codec, level, folder, output]) {
  const compress = COMPRESSORS[codec];
  fs.mkdirSync(output, { recursive: true });
  for (const name of fs.readdirSync(folder).sort()) {
    const data = fs.readFileSync(path.join(folder, name));
    fs.writeFileSync(path.join(output, name), compress(data, Number(level)));
  }
}

main(process.argv.slice(2));
