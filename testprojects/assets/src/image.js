'use strict';

const fs = require('node:fs');
const path = require('node:path');

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
// Signature, length and type of the first chunk, then width and height.
const HEADER_BYTES = 24;

/** Reads width and height through a file descriptor, and checks them against what a stream delivers. */
exports.logoSize = async function logoSize() {
  const file = path.join(__dirname, '../data/logo.png');
  const header = Buffer.alloc(HEADER_BYTES);
  const descriptor = fs.openSync(file, 'r');
  try {
    fs.readSync(descriptor, header, 0, 8, 0);
    fs.readSync(descriptor, header, { offset: 8, position: 8 });
  } finally {
    fs.closeSync(descriptor);
  }
  if (!header.subarray(0, 8).equals(SIGNATURE)) throw new Error('logo.png is not a PNG');

  const chunks = [];
  for await (const chunk of fs.createReadStream(file, { start: 16, end: 23, highWaterMark: 3 })) chunks.push(chunk);
  if (!Buffer.concat(chunks).equals(header.subarray(16))) throw new Error('stream and descriptor disagree');

  return { width: header.readUInt32BE(16), height: header.readUInt32BE(20) };
};
