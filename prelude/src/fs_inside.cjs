'use strict';

// Finds what does a function of Node's file system binding inside, and gives its result as the binding would.

const { CopyCalls } = require('./copy_out.cjs');
const { CopyTreeCalls } = require('./fs_copy_trees.cjs');
const { DescriptorCalls } = require('./fs_descriptor_calls.cjs');
const { ListingCalls } = require('./fs_listing.cjs');
const { ReadingCalls } = require('./fs_reading.cjs');
const { RefusingCalls } = require('./fs_refusing.cjs');
const { complete } = require('./fs_requests.cjs');

/**
 * @param {import('./tree.cjs').Tree} tree
 * @param {import('./descriptors.cjs').Descriptors} descriptors
 * @param {Record<string, Function>} originals of the binding
 */
function insideCalls(tree, descriptors, originals) {
  const reading = new ReadingCalls(tree, descriptors, originals);
  const listing = new ListingCalls(tree, originals);
  const copying = new CopyCalls(reading, originals);
  const trees = new CopyTreeCalls(copying, listing);
  const refusing = new RefusingCalls(tree, originals);
  const ofDescriptors = new DescriptorCalls(descriptors);
  const groups = [reading, listing, refusing, copying, trees];
  const groupOf = (name) => groups.find((group) => name in group);

  return {
    reading,
    listing,
    descriptors,
    ofPath(name, place, given, rest) {
      if (name === 'access') reading.checkMode(rest[0]);
      return complete(rest, () => groupOf(name)[name](place, given, ...rest));
    },
    ofDescriptor(name, file, descriptor, rest) {
      return complete(rest, () => ofDescriptors[name](file, descriptor, ...rest));
    },
    ofDirectoryAboveRoot(given, rest) {
      return complete(rest, () => listing.readdirAboveRoot(given, ...rest));
    },
    /** Places may be null, for the real disk. */
    ofTwoPaths(name, places, given, rest) {
      const real = places.map((place, index) => place?.elsewhere ?? given[index]);
      const inside = places.map((place) =>
        place === null || place.elsewhere !== null ? null : place,
      );
      if (inside[0] === null && inside[1] === null) return originals[name](...real, ...rest);
      if (name === 'copyFile') copying.checkMode(rest[0]);
      return complete(rest, () => groupOf(name)[name](...inside, ...real, ...rest));
    },
  };
}

module.exports = { insideCalls };
