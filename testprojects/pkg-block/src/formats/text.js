'use strict';

exports.render = (rows) => rows.map(({ text, milliseconds }) => `${text}\t${milliseconds} ms`).join('\n');
