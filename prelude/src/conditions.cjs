'use strict';

// The conditions under which `exports` and `imports` are resolved, as this Node was started.

const { isIgnored } = require('./node_options_variable.cjs');

const options = [];

/** All options of this process that Node itself took: those of the command line or baked in, and NODE_OPTIONS. */
function nodeOptions() {
  if (options.length === 0) {
    options.push('', ...process.execArgv);
    const { NODE_OPTIONS } = process.env;
    if (NODE_OPTIONS && !isIgnored()) options.push(...NODE_OPTIONS.split(/\s+/));
  }
  return options;
}

function userConditions() {
  const found = [];
  const given = nodeOptions();
  for (let index = 0; index < given.length; index++) {
    const match = /^(?:--conditions|-C)(?:=(.*))?$/.exec(given[index]);
    if (match) found.push(match[1] ?? given[++index] ?? '');
  }
  return found;
}

function conditionsFor(kind) {
  const conditions = new Set([kind, 'node']);
  if (!nodeOptions().includes('--no-addons')) conditions.add('node-addons');
  if (process.features.require_module !== false) conditions.add('module-sync');
  for (const condition of userConditions()) conditions.add(condition);
  return conditions;
}

let required;
let imported;

module.exports = {
  nodeOptions,
  get requireConditions() {
    return (required ??= conditionsFor('require'));
  },
  get importConditions() {
    return (imported ??= conditionsFor('import'));
  },
};
