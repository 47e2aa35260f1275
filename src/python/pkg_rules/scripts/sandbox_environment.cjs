'use strict';
// The environment of programs that a build step starts: the pinned Node.js comes first, wherever the sandbox is.

const path = require('node:path');

function environment(root, first = []) {
  const node = path.dirname(path.resolve(root, process.argv0.includes('/') ? process.argv0 : process.execPath));
  const before = [...first.map((directory) => path.resolve(root, directory)), node];
  return { ...process.env, PATH: [...before, process.env.PATH].filter(Boolean).join(path.delimiter) };
}

exports.environment = environment;
