'use strict';

const { words } = require('./words');

process.send({ longest: words().reduce((one, other) => (other.length > one.length ? other : one)) });
process.disconnect();
