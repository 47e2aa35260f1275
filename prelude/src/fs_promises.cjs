'use strict';

// The function of `fs.promises` that does not go through the functions of Node's binding.

const fs = require('node:fs');
const { promisify } = require('node:util');

/**
 * @param {typeof fs.promises} promises
 * @param {(owner: object, name: string, replacementOf: (original: Function) => Function) => void} replace
 */
function patchPromises(promises, replace) {
  const opendir = promisify((...args) => fs.opendir(...args));
  replace(promises, 'opendir', () => opendir);
}

module.exports = { patchPromises };
