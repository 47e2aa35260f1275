import { readFileSync } from 'node:fs';

function open(name) {
  return readFileSync(new URL(name, import.meta.url));
}

open('./not-there.txt');
