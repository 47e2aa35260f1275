'use strict';

// `Function.prototype.toString` for functions whose source is not in the executable. V8 would give the blank text that
// stands for it; instead they look like functions of Node itself, and classes still like classes.

const { isAsyncFunction, isGeneratorFunction } = require('node:util').types;

// What is in the text, see outline.cjs.
const BLANK = /^(?:\s|async\(|a(?![\w$])|(?:static|class)\s*\{|\})*$/;

let undo = null;

/** @returns {() => void} undo */
function patchFunctionText() {
  if (undo !== null) return undo;
  const original = Function.prototype.toString;
  // A method, so that it is no constructor and has no prototype, like the original.
  const { toString } = {
    toString() {
      const text = Reflect.apply(original, this === toString ? original : this, []);
      return BLANK.test(text) ? textOf(this) : text;
    },
  };
  define(toString);
  undo = () => {
    define(original);
    undo = null;
  };
  return undo;
}

function define(value) {
  Object.defineProperty(Function.prototype, 'toString', {
    value,
    writable: true,
    enumerable: false,
    configurable: true,
  });
}

function textOf(fn) {
  const { value } = Reflect.getOwnPropertyDescriptor(fn, 'name') ?? {};
  const name = typeof value === 'string' ? value : '';
  // Of all functions with a source, only classes have a `prototype` that cannot be replaced.
  if (Reflect.getOwnPropertyDescriptor(fn, 'prototype')?.writable === false) {
    return name === '' ? 'class { }' : `class ${name} { }`;
  }
  const keyword = `${isAsyncFunction(fn) ? 'async ' : ''}function${isGeneratorFunction(fn) ? '*' : ''}`;
  return `${keyword} ${name}() { [native code] }`;
}

module.exports = { patchFunctionText };
