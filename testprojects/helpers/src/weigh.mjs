import { readFile } from 'node:fs/promises';
import { parentPort } from 'node:worker_threads';
import { words } from './words.js';

const weights = JSON.parse(await readFile(new URL('../data/weights.json', import.meta.url), 'utf8'));
const sums = {};
for (const word of words()) sums[word] = (sums[word] ?? 0) + (weights[word] ?? 1);
parentPort.postMessage(Object.entries(sums).sort(([, one], [, other]) => other - one).slice(0, 3));
