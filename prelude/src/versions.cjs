'use strict';

// Which Node this is, for the few things that differ between those that are supported.

const NODE_MAJOR = Number(process.versions.node.split('.', 1)[0]);

module.exports = { NODE_MAJOR };
