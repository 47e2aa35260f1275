'use strict';

// The thread in which Node runs the hooks of `module.register`. What is mounted there are hooks before all others, so
// that hooks can be packaged, and see packaged modules.

const { isBuiltin } = require('node:module');
const conditionsOfProcess = require('./conditions.cjs');
const { keepBytecodeForThreads } = require('./v8_options.cjs');
const { openPayload } = require('./open_payload.cjs');
const { mount } = require('./start.cjs');
const { insidePath } = require('./urls.cjs');

// An ES module, which the thread imports.
const BOOTSTRAP = `
const { getRawAsset } = process.getBuiltinModule('node:sea');
const { Script } = process.getBuiltinModule('node:vm');
const cachedData = Buffer.from(getRawAsset('loader_cache'));
const hooks = {};
new Script(Buffer.from(getRawAsset('loader')).latin1Slice(), {
  filename: process.execPath,
  cachedData: cachedData.length > 0 ? cachedData : undefined,
}).runInThisContext()({}, process.getBuiltinModule, { hooks });
export const { resolve, load } = hooks;
`;

/** What has to be registered before the first hooks of the app. */
function urlOfHooks() {
  return `data:text/javascript,${encodeURIComponent(BOOTSTRAP)}`;
}

/** Called in the thread: mounts the payload, and gives the hooks. */
function makeHooks() {
  keepBytecodeForThreads();
  // Node 22 cannot have hooks of both kinds in this thread.
  const { tree, importResolver, moduleCompiler } = mount(openPayload(), () => {});

  async function resolve(specifier, context, nextResolve) {
    const found = isBuiltin(specifier)
      ? null
      : importResolver.resolve(
          specifier,
          context.parentURL,
          new Set(context.conditions ?? conditionsOfProcess.importConditions),
        );
    return found === null
      ? nextResolve(specifier, context)
      : { ...found, importAttributes: context.importAttributes, shortCircuit: true };
  }

  async function load(url, context, nextLoad) {
    const file = insidePath(url.replace(/[?#].*$/s, ''));
    const entry = file === null ? -1 : tree.fileEntry(file);
    if (entry < 0) return nextLoad(url, context);
    const format = context.format ?? importResolver.formatOf(entry, file);
    const isStripped = tree.payload.isStripped(entry);
    // The source of CommonJS modules is for the thread of the app to load.
    if (format === 'commonjs') {
      return isStripped
        ? { format, source: null, shortCircuit: true }
        : nextLoad(url, { ...context, format });
    }
    const source = tree.payload.source(entry, true);
    // What hooks are made of is loaded in this thread.
    if (isStripped) moduleCompiler.expect(entry, url, source);
    return nextLoad(url, { ...context, format, source });
  }

  return { resolve, load };
}

module.exports = { makeHooks, urlOfHooks };
