'use strict';

// `process.dlopen` of a file inside: the system loads libraries from a disk only, so the addon and what it needs are
// written to the cache first.

const format = require('./format.cjs');
const { ROOT, SEPARATOR, locate } = require('./mount.cjs');

// What the system says where files may not be executed.
const REFUSED = /failed to map segment|Operation not permitted|Permission denied/;

/** @param {import('./tree.cjs').Tree} tree */
function patchDlopen(tree) {
  const original = process.dlopen;
  function dlopen(module, filename, ...flags) {
    const found = inside(tree, filename);
    if (found === null) return Reflect.apply(original, this, arguments);
    return load(tree.payload, found, (file) =>
      Reflect.apply(original, this, [module, file, ...flags]),
    );
  }
  Object.defineProperty(dlopen, 'length', { value: original.length, configurable: true });
  process.dlopen = dlopen;
}

/** The file that is meant, or null for the original function, which fails as it does for any file that is not there. */
function inside(tree, filename) {
  const normalized = locate(filename);
  if (normalized === null) return null;
  const found = tree.lookup(normalized);
  if (typeof found === 'number' || tree.payload.kind(found.entry) !== format.KIND_FILE) return null;
  return { tree, path: found.path, entry: found.entry };
}

function load(payload, { tree, path, entry }, open) {
  const { NativeCacheError, placesOf } = require('./native_cache.cjs');
  const bundle = bundleOf(payload, path, entry);
  const read = (source) => contentOf(payload, tree.lookup(insidePath(source)).entry);
  const failures = [];
  for (const place of placesOf(bundle, read, failures)) {
    try {
      return open(place);
    } catch (error) {
      if (error.code !== 'ERR_DLOPEN_FAILED' || !REFUSED.test(error.message)) throw error;
      failures.push(`${place}: ${error.message}`);
    }
  }
  throw new NativeCacheError(path, failures);
}

let bundles = null;

/** What the build found out about the addon; a file that it took for no addon is a bundle of its own. */
function bundleOf(payload, path, entry) {
  bundles ??= JSON.parse(payload.metadata.native_bundles ?? '{}');
  const own = path.slice(ROOT.length + 1).replaceAll(SEPARATOR, '/');
  const known = bundles[own];
  if (known !== undefined) {
    const files = known.files.map(([place, source, size, sha256]) => ({
      place,
      source,
      size,
      sha256,
    }));
    return { id: known.id, files };
  }
  const { sha256Of } = require('./native_cache.cjs');
  const place = own.slice(own.lastIndexOf('/') + 1);
  const sha256 = sha256Of(contentOf(payload, entry));
  const id = sha256Of(Buffer.from(`${sha256}  ${place}\n`));
  return { id, files: [{ place, source: own, size: payload.fileSize(entry), sha256 }] };
}

function insidePath(source) {
  return [ROOT, ...source.split('/')].join(SEPARATOR);
}

function contentOf(payload, entry) {
  const size = payload.fileSize(entry);
  const content = Buffer.allocUnsafeSlow(size);
  for (let position = 0; position < size;) {
    position += payload.readInto(entry, content, position, size - position, position);
  }
  return content;
}

module.exports = { patchDlopen };
