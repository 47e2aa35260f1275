import { readFileSync } from 'node:fs';

// A long trace, so that frames inside Node.js do not push those of the program out of it.
Error.stackTraceLimit = 100;

function open(name) {
  return readFileSync(new URL(name, import.meta.url));
}

open('./not-there.txt');
