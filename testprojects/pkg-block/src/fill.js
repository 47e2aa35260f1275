'use strict';

/** Puts values in place of `{{name}}`. */
exports.fill = (text, values) => text.replace(/\{\{(\w+)\}\}/g, (_, name) => String(values[name]));
