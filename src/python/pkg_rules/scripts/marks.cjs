'use strict';

// The few places of a source at which the text in its place has to say something.
//
// V8 parses a function again to word some errors (`x is not a function`). With a text that makes no sense it does without
// that, but it ends the process when
// - an async arrow function does not begin with `async` and a parenthesis or a name;
// - where the first field of a class was, or its first static field or block, there is none (since V8 13).
//
// And `console.log` takes a class for one by how its text begins and ends.

const acorn = require('internal/deps/acorn/acorn/dist/acorn');

const ASYNC_ARROW = 0;
const FIELD = 1;
const STATIC = 2;
const CLASS_START = 3;
const CLASS_END = 4;
const KINDS = 5;
// How many characters a mark takes, see prelude/src/outline.cjs.
const SIZES = [6, 1, 7, 6, 1];

const BEFORE = '(function (exports, require, module, __filename, __dirname) {\n';
const AFTER = '\n})';

const ASYNC = /(?<![\w$])async(?![\w$\n\r\u2028\u2029])/g;
const CLASS = /(?<![\w$])class(?![\w$])/;

class UnmarkableSource extends Error {}

/**
 * @param {string} source which V8 has compiled
 * @param {'commonjs'|'module'} format
 * @returns {{kind: number, place: number}[]} by place
 * @throws {UnmarkableSource}
 */
function findMarks(source, format) {
  let program;
  try {
    program = parse(source, format);
  } catch (error) {
    // Something that V8 knows and the parser that Node brings along does not. Without classes the word alone will do, as
    // it does no harm where there is no such function.
    if (CLASS.test(source)) {
      throw new UnmarkableSource(`the parser that finds class fields cannot read it (${error.message})`);
    }
    return [...source.matchAll(ASYNC)].map(({ index }) => ({ kind: ASYNC_ARROW, place: index }));
  }
  const offset = format === 'commonjs' ? BEFORE.length : 0;
  const marks = [];
  for (const node of nodesOf(program)) marks.push(...marksOf(node));
  marks.sort((one, other) => one.place - other.place);
  marks.forEach(({ kind, place }, index) => {
    if (index + 1 < marks.length && marks[index + 1].place < place + SIZES[kind]) {
      throw new UnmarkableSource('a class field is computed by an async arrow function');
    }
  });
  return marks.map(({ kind, place }) => ({ kind, place: place - offset }));
}

function parse(source, format) {
  if (format === 'module') {
    return acorn.parse(source, { ecmaVersion: 'latest', sourceType: 'module' });
  }
  const body = source.startsWith('#!') ? `//${source.slice(2)}` : source;
  return acorn.parse(BEFORE + body + AFTER, { ecmaVersion: 'latest' });
}

function* nodesOf(program) {
  const pending = [program];
  while (pending.length > 0) {
    const node = pending.pop();
    yield node;
    for (const value of Object.values(node)) {
      if (typeof value?.type === 'string') pending.push(value);
      else if (Array.isArray(value)) pending.push(...value.filter((item) => item?.type));
    }
  }
}

function marksOf(node) {
  if (node.type === 'ArrowFunctionExpression' && node.async) {
    return [{ kind: ASYNC_ARROW, place: node.start }];
  }
  if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') {
    return [
      { kind: CLASS_START, place: node.start },
      { kind: CLASS_END, place: node.end - 1 },
    ];
  }
  if (node.type !== 'ClassBody') return [];
  const elements = node.body.filter(({ type }) => type !== 'MethodDefinition');
  const isStatic = (element) => element.type === 'StaticBlock' || element.static;
  const first = [
    [FIELD, elements.find((element) => !isStatic(element))],
    [STATIC, elements.find(isStatic)],
  ];
  return first.flatMap(([kind, element]) =>
    element === undefined ? [] : [{ kind, place: element.start }],
  );
}

module.exports = { KINDS, UnmarkableSource, findMarks };
