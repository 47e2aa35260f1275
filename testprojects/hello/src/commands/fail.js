'use strict';

// Long traces, so that frames inside Node.js do not push those of the program out of them.
Error.stackTraceLimit = 100;

class GreetingError extends Error {
  name = 'GreetingError';
}

function explode(reason) {
  throw new GreetingError(`cannot greet: ${reason}`, { cause: new RangeError('too polite') });
}

const kinds = {
  throw: () => explode('thrown'),
  later: () => {
    setImmediate(explode, 'thrown later');
  },
  reject: () => {
    Promise.reject(new TypeError('rejected and not handled'));
  },
  'not-an-error': () => {
    throw { code: 42 }; // eslint-disable-line no-throw-literal -- the case that is shown here
  },
  caught: () => {
    try {
      explode('caught');
    } catch (error) {
      console.error(error.stack.split('\n').slice(0, 3).join('\n'));
    }
    return 4;
  },
  // Computed names: a literal one that cannot be resolved already fails the build.
  'missing-module': () => require(['.', 'no-such-command'].join('/')),
  'missing-package': () => require(['no', 'such', 'package'].join('-')),
  syntax: () => new Function('return }')(),
  'exit-handler': () => {
    process.on('exit', (code) => console.log('leaving with %d', code));
    process.exit(7);
  },
};

exports.fail = function fail(kind) {
  if (!Object.hasOwn(kinds, kind)) throw new TypeError(`no such failure: ${kind}`);
  return kinds[kind]();
};
