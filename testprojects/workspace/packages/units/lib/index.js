'use strict';

const ms = require('ms'); // 2.0.0, while the app has another version.
const semver = require('semver/functions/satisfies');

const text = require('@acme/text'); // Half loaded when that package was first: used only when called.

if (!semver(process.versions.node, '>=22')) throw new Error(`Node.js 22 is needed, this is ${process.versions.node}`);

exports.parse = (duration) => ms(duration);
exports.inSeconds = (milliseconds) => milliseconds / 1000;
exports.describe = (milliseconds) => text.quote(ms(milliseconds, { long: true }));
exports.msVersion = require('ms/package.json').version;
exports.file = __filename;
