'use strict';

// Makes V8 compile chosen functions of a script, without running anything of it, so that they are in its cached data: to
// say where in a function one could stop, the debugger compiles it, and the functions around it.

const { Session } = require('node:inspector');

class FunctionCompiler {
  constructor() {
    this.session = new Session();
    this.session.connect();
    this.scriptId = null;
    this.session.on('Debugger.scriptParsed', ({ params }) => (this.scriptId = params.scriptId));
    this.#post('Debugger.enable');
  }

  /**
   * @param {string} source
   * @param {() => void} announce makes V8 tell the debugger about the script, which it does for the first function of it
   * @param {number[]} positions where the functions start, in UTF-16 units of the source, ascending
   */
  compile(source, announce, positions) {
    this.scriptId = null;
    announce();
    const { scriptId } = this;
    if (scriptId === null) return;
    for (const { lineNumber, columnNumber } of places(source, positions)) {
      const start = { scriptId, lineNumber, columnNumber };
      const end = { scriptId, lineNumber, columnNumber: columnNumber + 1 };
      this.#post('Debugger.getPossibleBreakpoints', { start, end, restrictToFunction: true });
    }
  }

  #post(method, parameters) {
    this.session.post(method, parameters, (error) => {
      if (error) throw new Error(`${method}: ${error.message}`);
    });
  }
}

const LINE_END = /\r\n|[\n\r\u2028\u2029]/g;

/** Positions as the debugger has them: both counted from 0. */
function* places(source, positions) {
  let lineNumber = 0;
  let lineStart = 0;
  LINE_END.lastIndex = 0;
  let lineEnd = LINE_END.exec(source);
  for (const position of positions) {
    while (lineEnd !== null && position >= LINE_END.lastIndex) {
      lineNumber++;
      lineStart = LINE_END.lastIndex;
      lineEnd = LINE_END.exec(source);
    }
    yield { lineNumber, columnNumber: position - lineStart };
  }
}

module.exports = { FunctionCompiler };
