'use strict';

// Parts of Node that programs cannot require.

/** `process.binding(name)`, without the warning that only developers of Node can act upon. */
function binding(name) {
  const { noDeprecation } = process;
  // With --no-deprecation there is no warning, and the property cannot be written.
  if (noDeprecation) return process.binding(name);
  try {
    // Node warns of `process.binding` with --pending-deprecation; the user of the app cannot do anything.
    process.noDeprecation = true;
    return process.binding(name);
  } finally {
    if (noDeprecation === undefined) delete process.noDeprecation;
    else process.noDeprecation = noDeprecation;
  }
}

module.exports = { binding };
