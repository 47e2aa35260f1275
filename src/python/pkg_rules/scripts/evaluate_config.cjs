'use strict';
// Evaluates a `pkg.config.js` in the sandbox and writes it as JSON: `evaluate_config.cjs PLAN OUTPUT`.
//
// PLAN is a JSON file: `prefix` and `file` (the configuration), `directory` (where it runs), `mark` (the text that
// stands for a function, which JSON cannot have).

const fs = require('node:fs');
const path = require('node:path');

const { exitAfter, loadConfig } = require('./load_config.cjs');

async function main(plan, output) {
  const root = process.cwd();
  process.chdir(path.resolve(root, plan.prefix, plan.directory));
  const config = await loadConfig(root, plan);
  const target = path.resolve(root, output);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, JSON.stringify(config, (key, value) => asJson(key, value, plan.mark)) ?? 'null');
}

function asJson(key, value, mark) {
  if (typeof value === 'function') return mark;
  const plain = value === null || typeof value !== 'object' || Array.isArray(value) || isPlainObject(value);
  if (!plain || typeof value === 'bigint' || typeof value === 'symbol') {
    const kind = typeof value === 'object' ? value.constructor?.name : typeof value;
    throw new TypeError(`the value of \`${key}\` is a ${kind}, but values have to be plain data or functions`);
  }
  return value;
}

function isPlainObject(value) {
  // The namespace of an ES module has no prototype either.
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

exitAfter(main(JSON.parse(fs.readFileSync(process.argv[2], 'utf8')), process.argv[3]));
