import cjs from './index.js';

export { words } from './words.js';
export * as shouting from './cases/shout.js';
export const format = 'ES module';
export const { parseDuration, quote } = cjs;
