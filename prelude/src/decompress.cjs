'use strict';

// Decompresses blocks.

const format = require('./format.cjs');
const { binding } = require('./bindings.cjs');
const { endDamaged } = require('./damage.cjs');

const Z_SYNC_FLUSH = 2;

/** Functions that give a decompressor of Node and where it writes how much it has left, as `{handle, state}`. */
const CREATORS = {
  [format.CODEC_GZIP]: () => ofStream(require('node:zlib').createInflateRaw()),
  [format.CODEC_BROTLI]: () => ofStream(require('node:zlib').createBrotliDecompress()),
  [format.CODEC_ZSTD]: makeZstd,
};

let decompressorOfCodec = null;

/**
 * One decompressor for all blocks: the functions of zlib make one for each call, and the memory that V8 then believes to
 * be used makes it collect garbage in the middle of the start (2,000 modules: about 25 ms of 150).
 */
function decompressorFor(codec) {
  decompressorOfCodec ??= new Map();
  let decompressor = decompressorOfCodec.get(codec);
  if (decompressor === undefined) {
    const create = CREATORS[codec];
    if (create === undefined) endDamaged(`its payload is compressed in the unknown way ${codec}`);
    decompressor = create();
    decompressor.handle.onerror = (message, number, code) =>
      endDamaged(`a part of its payload cannot be decompressed (${code})`);
    decompressorOfCodec.set(codec, decompressor);
  }
  return decompressor;
}

function ofStream({ _handle: handle, _writeState: state }) {
  return { handle, state };
}

/** Without the module `zlib` and its streams: to load them takes 2.7 ms, as long as to decompress 4 MB. */
function makeZstd() {
  const { ZstdDecompress } = binding('zlib');
  const handle = new ZstdDecompress();
  const state = new Uint32Array(2);
  // No parameters, no size that was promised, and a callback for writes in the background, of which there are none.
  handle.init(new Uint32Array(0), undefined, state, () => {});
  return { handle, state };
}

/**
 * Fills `block`, which has one more byte behind it that stays free if the size is right.
 * @param {number} codec
 * @param {Buffer} stored
 * @param {Buffer} block
 */
function decompress(codec, stored, block) {
  const { handle, state } = decompressorFor(codec);
  const room = Buffer.from(block.buffer, block.byteOffset, block.length + 1);
  handle.writeSync(
    Z_SYNC_FLUSH,
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
