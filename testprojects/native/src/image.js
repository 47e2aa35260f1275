'use strict';

const crypto = require('node:crypto');
const sharp = require('sharp');

/** What becomes of a picture that is drawn, scaled and encoded by native code. */
async function describe() {
  const svg = '<svg width="64" height="48"><circle cx="32" cy="24" r="20" fill="#269"/></svg>';
  const png = await sharp(Buffer.from(svg)).resize(32).png().toBuffer();
  const { format, width, height, channels } = await sharp(png).metadata();
  const { data } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const pixels = crypto.createHash('sha256').update(data).digest('hex');
  return { format, width, height, channels, pixels };
}

module.exports = { describe };
