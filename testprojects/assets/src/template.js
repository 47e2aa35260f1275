'use strict';

const fs = require('node:fs');
const path = require('node:path');

const TEMPLATES = path.join(__dirname, '..', 'templates');

/** Fills `{{name}}` from the values and `{{> name}}` with a partial, which may use values too. */
exports.render = function render(name, values) {
  const text = fs.readFileSync(path.join(TEMPLATES, `${name}.txt`), 'utf8');
  return text
    .replace(/\{\{> (\w+)\}\}\n/g, (_, partial) => render(`partials/${partial}`, values))
    .replace(/\{\{(\w+)\}\}/g, (_, key) => String(values[key]));
};
