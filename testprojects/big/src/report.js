'use strict';

/** What all modules together amount to; `show` prints each of them. */
exports.report = function report(format, tree, command) {
  if (command === 'show') return tree.describe().join('\n');
  if (command === 'fail') return tree.validate({ key: 'not one of them' });
  return `${tree.count} ${format}, checksum ${tree.checksum}`;
};
