'use strict';

// Runs before the program is packaged and writes what the program says about itself.

const fs = require('node:fs');
const path = require('node:path');

const { name, version } = require('../package.json');

fs.writeFileSync(path.join(__dirname, '..', 'src', 'stamp.json'), `${JSON.stringify({ name, version })}\n`);
