'use strict';

// Errors with the names, codes and messages of Node's own; tests compare them with those of plain Node.

const path = require('node:path');

/** An error as Node makes them: the code is in the first line of the stack, but not in the name. */
function nodeError(Base, code, message, properties) {
  const error = new Base(message);
  Object.defineProperty(error, 'name', {
    value: `${Base.name} [${code}]`,
    configurable: true,
    writable: true,
  });
  Error.captureStackTrace(error, nodeError);
  // Formatted when it is first read, with the name of that time.
  const { stack } = error;
  error.stack = stack;
  delete error.name;
  return Object.assign(error, { code }, properties);
}

const from = (base) => (base ? ` imported from ${base}` : '');

function packageFile(packagePath) {
  return `${packagePath}${path.sep}package.json`;
}

function pathNotExported(packagePath, subpath, base) {
  return nodeError(
    Error,
    'ERR_PACKAGE_PATH_NOT_EXPORTED',
    subpath === '.'
      ? `No "exports" main defined in ${packageFile(packagePath)}${from(base)}`
      : `Package subpath '${subpath}' is not defined by "exports" in ${packageFile(packagePath)}${from(base)}`,
  );
}

function importNotDefined(specifier, packagePath, base) {
  const owner = packagePath === undefined ? '' : ` in package ${packageFile(packagePath)}`;
  return nodeError(
    TypeError,
    'ERR_PACKAGE_IMPORT_NOT_DEFINED',
    `Package import specifier "${specifier}" is not defined${owner} imported from ${base}`,
  );
}

function invalidTarget(packagePath, key, target, internal, base) {
  const text = typeof target === 'object' && target !== null ? JSON.stringify(target) : `${target}`;
  const hint =
    !internal && text !== '' && !text.startsWith('./') ? '; targets must start with "./"' : '';
  const shown = JSON.stringify(text);
  const what =
    key === '.'
      ? `Invalid "exports" main target ${shown} defined in`
      : `Invalid "${internal ? 'imports' : 'exports'}" target ${shown} defined for '${key}' in`;
  return nodeError(
    Error,
    'ERR_INVALID_PACKAGE_TARGET',
    `${what} the package config ${packageFile(packagePath)}${from(base)}${hint}`,
  );
}

function invalidConfig(file, base, message) {
  return nodeError(
    Error,
    'ERR_INVALID_PACKAGE_CONFIG',
    `Invalid package config ${file}${base ? ` while importing ${base}` : ''}${message ? `. ${message}` : ''}`,
  );
}

/** A package.json that is not JSON; Node says no more about it, and makes this one error in another way. */
function unreadableConfig(file, importing) {
  const error = new Error(
    `Invalid package config ${file}${importing ? ` while importing ${importing}` : ''}.`,
  );
  error.code = 'ERR_INVALID_PACKAGE_CONFIG';
  return error;
}

function invalidSpecifier(request, reason, base) {
  return nodeError(
    TypeError,
    'ERR_INVALID_MODULE_SPECIFIER',
    `Invalid module "${request}" ${reason}${from(base)}`,
  );
}

/** `url` is given for a file that does not exist, and not for a package. */
function moduleNotFound(what, base, url) {
  return nodeError(
    Error,
    'ERR_MODULE_NOT_FOUND',
    `Cannot find ${url === undefined ? 'package' : 'module'} '${what}' imported from ${base}`,
    url === undefined ? {} : { url },
  );
}

function directoryImport(directory, base, url) {
  return nodeError(
    Error,
    'ERR_UNSUPPORTED_DIR_IMPORT',
    `Directory import '${directory}' is not supported resolving ES modules imported from ${base}`,
    { url },
  );
}

function unknownExtension(extension, file) {
  return nodeError(
    TypeError,
    'ERR_UNKNOWN_FILE_EXTENSION',
    `Unknown file extension "${extension}" for ${file}`,
  );
}

/** An ES module has no other way to say of which type a `data:` URL is. */
function unknownModuleFormat(url) {
  const type = /^data:([^/]+\/[^;,]+)(?:;[^,]*)?,/.exec(url);
  return nodeError(
    RangeError,
    'ERR_UNKNOWN_MODULE_FORMAT',
    `Unknown module format: ${type === null ? null : type[1]} for URL ${url}`,
  );
}

/** A package without a file for its main entry; Node makes this one in another way, without the code in its stack. */
function mainNotFound(file, base) {
  const error = new Error(`Cannot find package '${file}' imported from ${base}`);
  error.code = 'ERR_MODULE_NOT_FOUND';
  return error;
}

/**
 * Adds a line to the message of an error, and to its stack if that is text already.
 * @param {string} line with its line break; empty for none
 */
function addLine(error, line) {
  if (line === '') return;
  const { message, stack } = error;
  error.message = message + line;
  if (typeof stack === 'string') error.stack = stack.replace(message, () => message + line);
}

/** What `require` throws for an ES module when it is told to load none. */
function requireOfModule(file, parent, packageFile) {
  const from = parent ? ` from ${parent}` : '';
  const name = parent && path.basename(file) === path.basename(parent) ? file : path.basename(file);
  const advice = packageFile ? `the require of ${name} in ${parent}` : `the require of ${file}`;
  const instead =
    packageFile || file.endsWith('.mjs')
      ? `\nInstead change ${advice} to a dynamic import() which is available in all CommonJS modules.`
      : '';
  return nodeError(
    Error,
    'ERR_REQUIRE_ESM',
    `require() of ES Module ${file}${from} not supported.${instead}`,
  );
}

/** What `require` throws for a target of `exports` or `imports` that does not exist. */
function cjsTargetNotFound(request, packageJson) {
  const error = new Error(`Cannot find module '${request}'`);
  error.code = 'MODULE_NOT_FOUND';
  if (packageJson) error.path = packageJson;
  return error;
}

/** What `require` throws for a package whose `main` leads nowhere. */
function cjsMainNotFound(file, packageJson, request) {
  const error = new Error(
    `Cannot find module '${file}'. Please verify that the package.json has a valid "main" entry`,
  );
  error.code = 'MODULE_NOT_FOUND';
  error.path = packageJson;
  error.requestPath = request;
  return error;
}

module.exports = {
  nodeError,
  pathNotExported,
  importNotDefined,
  invalidTarget,
  invalidConfig,
  unreadableConfig,
  invalidSpecifier,
  moduleNotFound,
  directoryImport,
  unknownExtension,
  unknownModuleFormat,
  mainNotFound,
  addLine,
  requireOfModule,
  cjsTargetNotFound,
  cjsMainNotFound,
};
