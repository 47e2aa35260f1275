'use strict';

// What takes the place of a source in a payload (read by prelude/src/outline.cjs): u32 size of the exports text, u32 size
// of the lines, u32 length of the source in UTF-16 units, the exports text, the lines, the marks. Lines are the lengths of
// all lines but the last; marks are distances between marked places times five plus the kind of mark. Both are in seven
// bits of each byte, the lowest first.

// From a build of V8 with the lexer inside or, before that, its JavaScript form.
const { internalBinding } = require('internal/test/binding');

const { KINDS, findMarks } = require('./marks.cjs');

// Where V8 counts lines.
const LINE_BREAK = /\r\n|[\n\r\u2028\u2029]/g;

const HEADER_SIZE = 12;

/**
 * @param {string} source
 * @param {'commonjs'|'module'} format
 */
function makeOutline(source, format) {
  const exportsText = Buffer.from(format === 'commonjs' ? textOfExports(source) : '');
  const lines = lineLengths(source);
  const marked = encodeMarks(findMarks(source, format));
  const header = Buffer.alloc(HEADER_SIZE);
  header.writeUInt32LE(exportsText.length, 0);
  header.writeUInt32LE(lines.length, 4);
  header.writeUInt32LE(source.length, 8);
  return Buffer.concat([header, exportsText, lines, marked]);
}

function lineLengths(source) {
  const numbers = [];
  let start = 0;
  for (const { index, 0: lineBreak } of source.matchAll(LINE_BREAK)) {
    const end = index + lineBreak.length;
    numbers.push(end - 1 - start);
    start = end;
  }
  return encode(numbers);
}

function encodeMarks(marks) {
  let before = 0;
  return encode(
    marks.map(({ kind, place }) => {
      const distance = place - before;
      before = place;
      return distance * KINDS + kind;
    }),
  );
}

function encode(numbers) {
  const bytes = [];
  for (let number of numbers) {
    for (; number > 0x7f; number = Math.floor(number / 0x80)) bytes.push((number & 0x7f) | 0x80);
    bytes.push(number);
  }
  return Buffer.from(bytes);
}

/** CommonJS in which Node's lexer finds the names, and the modules with more names, that it finds in the source. */
function textOfExports(source) {
  let found;
  try {
    found = lex(source);
  } catch {
    // Node takes what its lexer cannot read for a module without names.
    return '';
  }
  const text = [
    ...found.names.map((name) => `exports[${JSON.stringify(name)}]=0;`),
    ...found.modules.map((name) => `__exportStar(require(${JSON.stringify(name)}));`),
  ].join('\n');
  const again = lex(text);
  if (again.names.join('\0') !== found.names.join('\0') || again.modules.join('\0') !== found.modules.join('\0')) {
    throw new Error(
      `The names that a script exports cannot be written down: ${JSON.stringify(found)} became ${JSON.stringify(again)}.`,
    );
  }
  return text;
}

let parse;

function lex(source) {
  parse ??= findLexer();
  const found = parse(source);
  return Array.isArray(found)
    ? { names: [...found[0]], modules: found[1] }
    : { names: [...found.exports], modules: [...found.reexports] };
}

function findLexer() {
  try {
    return internalBinding('cjs_lexer').parse;
  } catch {
    return require('internal/deps/cjs-module-lexer/lexer').parse;
  }
}

module.exports = { makeOutline };
