'use strict';

// Runs for each finished executable and writes its checksum beside it.

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const output = process.env.PKG_OUTPUT;
const sum = createHash('sha256').update(fs.readFileSync(output)).digest('hex');
fs.writeFileSync(`${output}.sha256`, `${sum}  ${path.basename(output)}\n`);
