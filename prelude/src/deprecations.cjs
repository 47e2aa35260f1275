'use strict';

// Warnings about package.json files that Node gives when it resolves through them. Node resolves the same specifier of
// the same module once, so each is given once.

const path = require('node:path');

const DOUBLE_SLASH = /[/\\][/\\]/;

const emitted = new Set();

function deprecate(code, message, key = message) {
  if (process.noDeprecation || emitted.has(key)) return;
  emitted.add(key);
  process.emitWarning(message, 'DeprecationWarning', code);
}

const importedFrom = (base) => (base ? ` imported from ${base}` : '');

/** A subpath that ends with a slash, and a pattern of `exports` that it begins like. */
function trailingSlash(packagePath, subpath, base) {
  const file = path.join(packagePath, 'package.json');
  deprecate(
    'DEP0155',
    `Use of deprecated trailing slash pattern mapping "${subpath}" in the "exports" field module resolution of the ` +
      `package at ${file}${importedFrom(base)}. Mapping specifiers ending in "/" is no longer supported.`,
    `${file}|${subpath}`,
  );
}

/**
 * Empty segments in a target, or in what a pattern matched.
 * @param {object} found `target`, `request` and `key` of `exports` or `imports`
 * @param {string} shown what of these has the empty segment
 */
function emptySegment({ pkg, internal, base }, { target, request, key }, shown) {
  const what = DOUBLE_SLASH.test(shown) ? 'double slash' : 'leading or trailing slash matching';
  deprecate(
    'DEP0166',
    `Use of deprecated ${what} resolving "${target}" for module request "${request}" ` +
      `${request === key ? '' : `matched to "${key}" `}in the "${internal ? 'imports' : 'exports'}" field module ` +
      `resolution of the package at ${path.join(pkg.path, 'package.json')}${importedFrom(base)}.`,
  );
}

/** An ES module that was found by trying what CommonJS tries. */
function legacyMain(packagePath, main, file, base) {
  const folder = packagePath + path.sep;
  const found = file.slice(folder.length);
  if (!main) {
    deprecate(
      'DEP0151',
      `No "main" or "exports" field defined in the package.json for ${folder} resolving the main entry point ` +
        `"${found}", imported from ${base}.\nDefault "index" lookups for the main are deprecated for ES modules.`,
    );
  } else if (path.resolve(packagePath, main) !== file) {
    deprecate(
      'DEP0151',
      `Package ${folder} has a "main" field set to "${main}", excluding the full filename and extension to the ` +
        `resolved file at "${found}", imported from ${base}.\n Automatic extension resolution of the "main" field is ` +
        'deprecated for ES modules.',
    );
  }
}

module.exports = { emptySegment, legacyMain, trailingSlash };
