'use strict';

// What a payload has in place of a source that stayed out of it: how long its lines are, so that positions in traces
// are right, and what it exports.

const { patchFunctionText } = require('./function_text.cjs');

// Runs only if something takes the text below for the source and changes it.
const NO_SOURCE =
  "throw new Error('The source of this module is not in the executable, so nothing can change it while it is loaded.');";

const HEADER_SIZE = 12;
const SPACE = 0x20;
const LINE_BREAK = 0x0a;
const BRACE = 0x7b;
// What V8 must find, by kind of mark: see src/python/pkg_rules/scripts/marks.cjs.
const MARKS = ['async(', 'a', 'static', 'class', '}'];
// What a brace follows, in the same line or another one.
const STATIC = 2;
const CLASS_START = 3;

/**
 * A text with the lines of the source and nothing in them.
 * @param {Buffer} outline
 */
function blankText(outline) {
  patchFunctionText();
  const linesStart = HEADER_SIZE + outline.readUInt32LE(0);
  const linesEnd = linesStart + outline.readUInt32LE(4);
  const size = outline.readUInt32LE(8);
  const text = Buffer.allocUnsafeSlow(size).fill(SPACE);
  let place = -1;
  eachNumber(outline, linesStart, linesEnd, (length) => {
    place += length + 1;
    text[place] = LINE_BREAK;
  });
  place = 0;
  eachNumber(outline, linesEnd, outline.length, (number) => {
    const kind = number % MARKS.length;
    place += (number - kind) / MARKS.length;
    text.latin1Write(MARKS[kind], place);
    if (kind === STATIC || kind === CLASS_START) {
      let next = place + MARKS[kind].length;
      while (text[next] === LINE_BREAK) next++;
      text[next] = BRACE;
    }
  });
  return text.latin1Slice();
}

/** Numbers in seven bits of each byte, the lowest first. */
function eachNumber(bytes, start, end, use) {
  for (let at = start; at < end;) {
    let number = 0;
    let factor = 1;
    let byte;
    do {
      byte = bytes[at++];
      number += (byte & 0x7f) * factor;
      factor *= 0x80;
    } while (byte > 0x7f);
    use(number);
  }
}

/**
 * The text that stands for the source while Node loads the module. Of CommonJS it exports the same names, as far as those
 * can be seen from outside.
 */
function standIn(outline) {
  return `${NO_SOURCE}\n${outline.utf8Slice(HEADER_SIZE, HEADER_SIZE + outline.readUInt32LE(0))}`;
}

module.exports = { blankText, standIn };
