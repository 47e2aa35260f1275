'use strict';

// Decompresses blocks. In a module of its own because loading zlib takes longer than most of the loader.

const zlib = require('node:zlib');
const format = require('./format.cjs');
const { endDamaged } = require('./damage.cjs');

const CREATORS = {
  [format.CODEC_GZIP]: () => zlib.createInflateRaw(),
  [format.CODEC_BROTLI]: () => zlib.createBrotliDecompress(),
  [format.CODEC_ZSTD]: () => zlib.createZstdDecompress(),
};

let streamOfCodec = null;

/**
 * One decompressor for all blocks: the functions of zlib make one for each call, and the memory that V8 then believes to
 * be used makes it collect garbage in the middle of the start (2,000 modules: about 25 ms of 150).
 */
function streamFor(codec) {
  streamOfCodec ??= new Map();
  let stream = streamOfCodec.get(codec);
  if (stream === undefined) {
    const create = CREATORS[codec];
    if (create === undefined) endDamaged(`its payload is compressed in the unknown way ${codec}`);
    stream = create();
    stream._handle.onerror = (message, number, code) =>
      endDamaged(`a part of its payload cannot be decompressed (${code})`);
    streamOfCodec.set(codec, stream);
  }
  return stream;
}

/**
 * Fills `block`, which has one more byte behind it that stays free if the size is right.
 * @param {number} codec
 * @param {Buffer} stored
 * @param {Buffer} block
 */
function decompress(codec, stored, block) {
  const { _handle: handle, _writeState: state } = streamFor(codec);
  const room = Buffer.from(block.buffer, block.byteOffset, block.length + 1);
  handle.writeSync(
    zlib.constants.Z_SYNC_FLUSH,
    stored,
    0,
    stored.length,
    room,
    0,
    room.length,
  );
  const [left] = state;
  handle.reset();
  if (left !== 1) endDamaged('a part of its payload has a wrong size');
}

module.exports = { decompress };
