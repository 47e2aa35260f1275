'use strict';

const greetings = require('./greetings'); // Without extension, and the same object as with it.
const { UsageError } = require('./arguments.js');

function greet(names, language) {
  const entry = greetings[language];
  if (entry === undefined) throw new UsageError(`no greeting in language ${language}`);
  const list = new Intl.ListFormat(language, { type: 'conjunction' });
  return `${entry.greeting}, ${names.length ? list.format(names) : entry.world}!`;
}

exports.greet = greet;
