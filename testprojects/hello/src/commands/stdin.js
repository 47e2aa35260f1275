'use strict';

exports.countStandardInput = function countStandardInput() {
  const counts = { bytes: 0, lines: 0 };
  process.stdin.on('data', (chunk) => {
    counts.bytes += chunk.length;
    counts.lines += chunk.filter((byte) => byte === 0x0a).length;
  });
  process.stdin.on('end', () => console.log('%d lines, %d bytes', counts.lines, counts.bytes));
  return 0;
};
