'use strict';

const { words } = require('@acme/text'); // A package may import itself by its own name.

module.exports = (text) => `${words(text).join(' ').toUpperCase()}!`;
