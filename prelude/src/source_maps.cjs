'use strict';

// Source maps of packaged files. Node reads them with functions that it took before the payload was mounted, but takes
// those that are in a `data:` URL: so where source maps are enabled, that is where they are put.

const Module = require('node:module');
const { fileURLToPath, pathToFileURL } = require('node:url');
const { insidePath } = require('./urls.cjs');

const COMMENT = /\/[*/]#\s+sourceMappingURL=(\S+)/g;

/**
 * The source with its source map inside, if it names one that is packaged; else the source as it is.
 * @param {import('./tree.cjs').Tree} tree
 * @param {string} source
 * @param {string} filename
 */
function inlineSourceMap(tree, source, filename) {
  if (filename.includes('node_modules') && !Module.getSourceMapsSupport?.().nodeModules)
    return source;
  const comment = [...source.matchAll(COMMENT)].at(-1);
  if (comment === undefined || URL.canParse(comment[1])) return source;
  const mapUrl = URL.parse(comment[1], pathToFileURL(filename).href);
  const text = mapUrl === null ? null : textAt(tree, mapUrl.href);
  if (text === null) return source;
  const map = parse(text);
  if (map === null) return source;
  completeSources(tree, map, mapUrl);
  const data = Buffer.from(JSON.stringify(map)).toString('base64');
  const start = comment.index + comment[0].length - comment[1].length;
  return `${source.slice(0, start)}data:application/json;base64,${data}${source.slice(start + comment[1].length)}`;
}

/** Sources count from the map, and Node can read only those of the disk. */
function completeSources(tree, map, mapUrl) {
  const { sourceRoot = '' } = map;
  map.sources = map.sources.map((source) => new URL(sourceRoot + source, mapUrl).href);
  map.sourceRoot = '';
  map.sourcesContent = map.sources.map(
    (url, number) => map.sourcesContent?.[number] ?? textAt(tree, url),
  );
}

function parse(text) {
  try {
    const map = JSON.parse(text);
    return Array.isArray(map?.sources) ? map : null;
  } catch {
    // Node does without a source map that is not JSON, silently.
    return null;
  }
}

function textAt(tree, url) {
  const file = insidePath(url) === null ? null : fileURLToPath(url);
  const found = file === null ? null : tree.lookup(file);
  return found === null || typeof found === 'number' || found.directory !== null
    ? null
    : tree.payload.text(found.entry);
}

module.exports = { inlineSourceMap };
