'use strict';

// Paths to call functions with.

const path = require('node:path');
const { pathToFileURL } = require('node:url');

const ROOT = path.join(__dirname, '../tree');

/** The ways to say a path; functions have to treat them alike. */
const SHAPES = {
  string: (name) => `${ROOT}/${name}`,
  buffer: (name) => Buffer.from(`${ROOT}/${name}`),
  url: (name) => pathToFileURL(`${ROOT}/${name}`),
  relative: (name) => path.relative(process.cwd(), ROOT) + `/${name}`,
  dotted: (name) => `${ROOT}/folder/../../tree/./${name}`,
  roundabout: (name) => `/tmp/../${ROOT}//${name}`,
};

// Of everything that can be at a path, or in the way of it.
const NAMES = [
  'file.txt',
  'empty',
  'folder',
  'folder/',
  'folder/.',
  'folder/inner.json',
  'folder//deep/./deeper/x',
  'folder/../file.txt',
  'link.txt',
  'link.txt/',
  'link-to-folder',
  'link-to-folder/',
  'link-to-folder/inner.json',
  'link-deep/../inner.json',
  'link-deep/../../file.txt',
  'link-deep/link-up',
  'link-through-parent',
  'missing',
  'missing/',
  'missing/below',
  'missing/../file.txt',
  'file.txt/',
  'file.txt/.',
  'file.txt/below',
  'file.txt/../file.txt',
  'broken-link',
  'broken-link/',
  'loop',
  'loop/below',
  'ping',
  'chain/40',
  'chain/41',
  'ünï.txt',
  'run.sh',
  // Directories with links to directories, which listings that go below may follow.
  '.',
  'cycle',
  'cycle/self/self/file.txt',
  `cycle/${'self/'.repeat(40)}file.txt`,
  `cycle/${'self/'.repeat(41)}file.txt`,
  `link-to-folder/../cycle/${'self/'.repeat(39)}file.txt`,
  `link-to-folder/../cycle/${'self/'.repeat(40)}file.txt`,
  'mutual/one',
  'node_modules',
  'node_modules/one/index.js',
  'node_modules/one/../two/lib/two.js',
  'node_modules/own/package.json',
  'node_modules/own/../one',
];

// Enough to see that a shape, or an option, is understood.
const FEW_NAMES = [
  'file.txt',
  'folder',
  'missing',
  'ünï.txt',
  'link-to-folder/inner.json',
  'link-deep/..',
];

// The mount point, and out of it.
const ABOVE = [
  '/snapshot',
  '/snapshot/',
  '/snapshot/../snapshot/app/tree/file.txt',
  '/snapshot/none/../..',
];

// What is no path. That some are numbers matters to functions that take descriptors too.
const NO_PATHS = [
  undefined,
  null,
  {},
  [],
  true,
  3.5,
  -1,
  '',
  'a\0b',
  Symbol('path'),
  new URL('http://host/snapshot'),
];

module.exports = { ABOVE, FEW_NAMES, NAMES, NO_PATHS, ROOT, SHAPES };
