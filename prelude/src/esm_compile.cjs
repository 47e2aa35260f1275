'use strict';

// Gives V8 the cached data of ES modules. Node's loader resolves, links, runs and reports them as ever; it only gets
// module records that are not compiled from text (docs/decisions/0006).

const { acceptOptions, rejected } = require('./compile.cjs');
const { haveInternals, moduleWrap, requireInternal } = require('./internals.cjs');

class ModuleCompiler {
  /** @param {import('./payload.cjs').Payload} payload */
  constructor(payload) {
    this.payload = payload;
    // What was given to Node as the source of a module, until Node compiles it: `{entry, source, isStripped}` by URL.
    this.expected = new Map();
    this.node = null;
    // Called with the parts of Node when they are there (esm_graph.cjs).
    this.onInstall = null;
    // The same functions for all modules: there may be thousands.
    this.callbacks = {
      __proto__: null,
      initializeImportMeta: (meta, referrer) => this.#initializeImportMeta(meta, referrer),
      importModuleDynamically: (specifier, referrer, attributes, phase) =>
        this.node.loader.import(specifier, referrer.url, attributes, phase),
    };
  }

  /**
   * To be called when `source`, a string or bytes, is given to Node as the source of a module: it stands for the cached
   * data of the module, if there is some. If a hook of the app changes it, Node compiles what it gets.
   */
  expect(entry, url, source) {
    const { payload } = this;
    if (!payload.isModuleCode(entry)) return;
    const isStripped = payload.isStripped(entry);
    if (process.sourceMapsEnabled && !isStripped) return;
    if (this.node === null) {
      if (!haveInternals()) return;
      this.#install();
    }
    this.expected.set(url, { entry, source, isStripped });
  }

  #install() {
    const { translators } = requireInternal('internal/modules/esm/translators');
    const loader = requireInternal('internal/modules/esm/loader').getOrInitializeCascadedLoader();
    const { registerModule, requestTypes } = requireInternal('internal/modules/esm/utils');
    const { ModuleJob, ModuleJobSync } = requireInternal('internal/modules/esm/module_job');
    // The jobs take their phase and type of request, which came with Node 24, before and after what both versions have.
    const [phase, types] = requestTypes === undefined ? [[], []] : [[undefined], [requestTypes.kImportInRequiredESM]];
    this.node = {
      ModuleWrap: moduleWrap(),
      loader,
      registerModule,
      requestTypes,
      ModuleJob,
      newJob: (Job, url, attributes, wrap) =>
        new Job(loader, url, attributes, wrap, ...phase, false, false),
      newJobForRequire: (url, attributes, wrap) =>
        new ModuleJobSync(loader, url, attributes, wrap, ...phase, false, false, ...types),
    };
    this.onInstall?.(this.node);
    const compiler = this;

    const translate = translators.get('module');
    translators.set('module', function moduleStrategy(url, context, parentUrl) {
      const wrap = compiler.#take(url, context.source);
      if (wrap === null) return Reflect.apply(translate, this, arguments);
      if (parentUrl === undefined) wrap.isMain = true;
      return wrap;
    });

    const { importSyncForRequire } = loader;
    const { toUrl } = require('./urls.cjs');
    loader.importSyncForRequire = function requireModule(module, filename, source, isMain, parent) {
      const url = toUrl(filename);
      const wrap = loader.loadCache.get(url) === undefined ? compiler.#take(url, source) : null;
      // Node's own function goes on with a module that is linked, as if an `import` had come first.
      if (wrap !== null) compiler.#link(url, wrap);
      return importSyncForRequire.call(loader, module, filename, source, isMain, parent);
    };
  }

  /** A module record with the code of the payload; null if Node is to compile the source. */
  #take(url, source) {
    const expected = this.expected.get(url);
    if (expected === undefined) return null;
    this.expected.delete(url);
    if (!isSame(source, expected.source)) return null;
    const text = typeof source === 'string' && !expected.isStripped ? source : undefined;
    return this.compile(url, expected.entry, text);
  }

  /**
   * A module record from the cached data of a file, whose `source` need not be decoded again if it is at hand; null if
   * V8 does not take that data.
   */
  compile(url, entry, source) {
    const { payload } = this;
    const isStripped = payload.isStripped(entry);
    const text = source ?? (isStripped ? payload.moduleText(entry) : payload.text(entry));
    const cachedData = payload.unwrappedData(entry);
    acceptOptions(cachedData, isStripped);
    let wrap;
    try {
      wrap = new this.node.ModuleWrap(url, undefined, text, 0, 0, cachedData);
    } catch (error) {
      if (error.code !== 'ERR_VM_MODULE_CACHED_DATA_REJECTED') throw error;
      rejected(url, isStripped);
      return null;
    }
    this.node.registerModule(wrap, { __proto__: this.callbacks });
    return wrap;
  }

  /** Fills `import.meta` as Node does: newer versions do that outside of JavaScript, for modules that they compiled. */
  #initializeImportMeta(meta, { url, isMain }) {
    const { loader } = this.node;
    if (loader.importMetaInitialize !== undefined) return loader.importMetaInitialize(meta, { url, isMain });
    const twin = loader.createModuleWrap('export default import.meta', url, { isMain });
    twin.link([]);
    twin.instantiate();
    twin.evaluateSync();
    return Object.defineProperties(meta, Object.getOwnPropertyDescriptors(twin.getNamespace().default));
  }

  /** Links a module, and what it imports, for `require`. */
  #link(url, wrap) {
    const { loader, newJobForRequire } = this.node;
    loader.loadCache.set(url, undefined, newJobForRequire(url, { __proto__: null }, wrap));
    if (wrap.instantiateSync !== undefined) wrap.instantiateSync();
    else wrap.instantiate();
  }
}

/** Hooks of the app may get bytes, and Node may copy those on the way. */
function isSame(source, given) {
  return source === given || (typeof given !== 'string' && asText(source) === asText(given));
}

function asText(source) {
  if (typeof source === 'string') return source;
  return Buffer.from(source.buffer ?? source, source.byteOffset, source.byteLength).utf8Slice();
}

module.exports = { ModuleCompiler };
