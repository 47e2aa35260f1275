'use strict';

// Makes Node's ES module loader work on the payload, through the public hooks: Node itself links, evaluates and
// reports; only where modules are and what they contain comes from here.

const Module = require('node:module');
const format = require('./format.cjs');
const conditionsOfProcess = require('./conditions.cjs');
const { patchFindPackageJSON } = require('./find_package_json.cjs');
const hooksOfUser = require('./hooks_of_user.cjs');
const { packageOf } = require('./resolver.cjs');
const { addLine, moduleNotFound, unknownModuleFormat } = require('./node_errors.cjs');
const { MissingExportExplanation } = require('./missing_exports.cjs');
const { checkSource } = require('./no_source.cjs');
const { NODE_MAJOR } = require('./versions.cjs');
const { answerRealPathOnce } = require('./real_main_path.cjs');
const { INSIDE_URL, insidePath, toUrl } = require('./urls.cjs');

const PATH_OR_URL = /^[./#]|^[A-Za-z][A-Za-z0-9+.-]*:/;

/**
 * @param {object} runtime
 * @param {import('./tree.cjs').Tree} runtime.tree
 * @param {import('./import_resolver.cjs').ImportResolver} runtime.importResolver
 * @param {import('./esm_compile.cjs').ModuleCompiler} runtime.moduleCompiler
 * @param {(id: string) => void} runtime.beforeBuiltin
 * @returns {() => void} undo
 */
function patchEsm({ tree, importResolver, moduleCompiler, beforeBuiltin }) {
  const { payload } = tree;
  const warnedOf = new Set();

  function resolve(specifier, context, nextResolve) {
    const { conditions } = context;
    // `require` has its own way, which hooks would only lengthen.
    if (conditions[0] === 'require') return nextResolve(specifier, context);
    if (Module.isBuiltin(specifier)) {
      beforeBuiltin(specifier);
      return nextResolve(specifier, context);
    }
    if (hooksOfUser.asyncHooksActive) return nextResolve(specifier, context);
    const found = importResolver.resolve(specifier, context.parentURL, conditionSet(conditions));
    if (found !== null) {
      if (found.format === 'builtin') beforeBuiltin(found.url);
      else if (explanation !== null && found.format === 'commonjs')
        explanation.resolved(specifier, context.parentURL);
      return {
        url: found.url,
        format: found.format,
        importAttributes: context.importAttributes,
        shortCircuit: true,
      };
    }
    const result = resolveByNode(specifier, context, nextResolve);
    // Something on the disk has the path of the mount point; it is not part of the app.
    if (result.url.startsWith(INSIDE_URL))
      throw moduleNotFound(specifier, insidePath(context.parentURL ?? ''));
    return result;
  }

  /** With one more line in the error if a packaged module imports a package that is nowhere. */
  function resolveByNode(specifier, context, nextResolve) {
    try {
      return nextResolve(specifier, context);
    } catch (error) {
      const parent = insidePath(context.parentURL ?? '');
      if (
        parent !== null &&
        error.code === 'ERR_MODULE_NOT_FOUND' &&
        !PATH_OR_URL.test(specifier)
      ) {
        const { hintForPackage } = require('./missing_modules.cjs');
        addLine(error, hintForPackage(tree, specifier, []));
      }
      throw error;
    }
  }

  function load(url, context, nextLoad) {
    const file = insidePath(withoutSuffix(url));
    const entry = file === null ? -1 : tree.fileEntry(file);
    if (hooksOfUser.asyncHooksActive && !isForThisThread(entry, context)) {
      // Hooks in a thread got what stands for the source (hooks_thread.cjs), and may have left it as it is.
      if (entry >= 0 && payload.isStripped(entry)) moduleCompiler.expect(entry, url, payload.source(entry));
      return nextLoad(url, context);
    }
    if (entry < 0) return loadByNode(url, context, nextLoad);
    const known = isText(context.importAttributes)
      ? 'text'
      : (context.format ?? importResolver.formatOf(entry, file));
    if (known === 'text') checkSource(payload, { entry, directory: null }, 'open', file);
    if ((known === 'module' || known === 'commonjs') && !hasKeys(context.importAttributes)) {
      if (payload.moduleFormat(entry) === format.FORMAT_DETECTED_MODULE)
        warnOfMissingType(url, file);
      // Node 22 loads imported CommonJS modules with the real `require` only if it is told to.
      return {
        format: known,
        source: sourceOf(entry, file, url, context),
        shortCircuit: true,
        shouldBeReloadedByCJSLoader: known === 'commonjs',
      };
    }
    // Node's default step gets the source and does the rest: import attributes, unknown extensions, syntax.
    const source =
      known === 'wasm' || known === 'addon' || isForHooksOfUser(context)
        ? payload.content(entry)
        : payload.source(entry);
    const result = nextLoad(url, { ...context, format: known, source });
    if (
      known === undefined &&
      (result.format === 'module' || result.format === 'module-typescript')
    )
      warnOfMissingType(url, file);
    return result;
  }

  /** Scripts whose source is not here: Node would compile what hooks in a thread give out for them. */
  function isForThisThread(entry, { conditions }) {
    return (
      entry >= 0 &&
      payload.isStripped(entry) &&
      (conditions?.[0] === 'require' || !payload.isModuleCode(entry))
    );
  }

  function sourceOf(entry, file, url, context) {
    if (process.sourceMapsEnabled && !payload.isStripped(entry)) {
      const { inlineSourceMap } = require('./source_maps.cjs');
      return inlineSourceMap(tree, payload.text(entry), file);
    }
    const source = payload.source(entry, isForHooksOfUser(context));
    moduleCompiler.expect(entry, url, source);
    return source;
  }

  /** What Node says of a module that is only known by its syntax. */
  function warnOfMissingType(url, file) {
    const pkg = packageOf(tree, file);
    if (pkg === null || url.includes('/node_modules/') || warnedOf.has(pkg.path)) return;
    warnedOf.add(pkg.path);
    process.emitWarning(
      `Module type of ${url} is not specified and it doesn't parse as CommonJS.\n` +
        'Reparsing as ES module because module syntax was detected. This incurs a performance overhead.\n' +
        `To eliminate this warning, add "type": "module" to ${require('node:path').join(pkg.path, 'package.json')}.`,
      { code: 'MODULE_TYPELESS_PACKAGE_JSON' },
    );
  }

  moduleCompiler.onInstall = (node) =>
    require('./esm_graph.cjs').shortenImports(node, importResolver, moduleCompiler);
  const hooks = hooksOfUser.registerOwnHooks({ resolve });
  let loadHooks = hooksOfUser.registerOwnHooks({ load });
  const explanation =
    NODE_MAJOR > 22
      ? null
      : new MissingExportExplanation({
          pause: () => loadHooks.deregister(),
          resume: () => (loadHooks = hooksOfUser.registerOwnHooks({ load })),
        });
  const undoFindPackageJSON = patchFindPackageJSON(importResolver);
  return () => {
    hooks.deregister();
    loadHooks.deregister();
    undoFindPackageJSON();
  };
}

/** Where there are hooks, Node has another error for `data:` URLs of types that no module has. */
function loadByNode(url, context, nextLoad) {
  if (!url.startsWith('data:')) return nextLoad(url, context);
  try {
    return nextLoad(url, context);
  } catch (error) {
    throw error.code === 'ERR_INVALID_RETURN_PROPERTY_VALUE' ? unknownModuleFormat(url) : error;
  }
}

/** Hooks of the app get the bytes of what is imported and the text of what is required, as they do from Node. */
function isForHooksOfUser({ conditions }) {
  return hooksOfUser.userHooksActive && conditions?.[0] !== 'require';
}

/** Whether a file is imported as text, whatever it is. */
function isText(importAttributes) {
  return (
    importAttributes?.type === 'text' &&
    conditionsOfProcess.nodeOptions().includes('--experimental-import-text')
  );
}

let lastConditions;
let lastConditionSet;

/** Node passes the same array every time, unless another hook made one. */
function conditionSet(conditions) {
  if (conditions !== lastConditions) {
    lastConditions = conditions;
    lastConditionSet =
      conditions === undefined ? conditionsOfProcess.importConditions : new Set(conditions);
  }
  return lastConditionSet;
}

function withoutSuffix(url) {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}

function hasKeys(object) {
  for (const key in object) return key !== undefined;
  return false;
}

/**
 * Runs an entry point that is an ES module by its package, as Node runs one. Node looks for the package.json on the
 * disk to decide that, so for this one question the entry point gets a name that needs no package.json.
 */
function runModuleEntryPoint(entryPoint) {
  const alias = `${entryPoint}.mjs`;
  const aliasUrl = toUrl(alias);
  const { _findPath } = Module;
  Module._findPath = function findEntryPoint() {
    Module._findPath = _findPath;
    return alias;
  };
  answerRealPathOnce(alias);
  const hooks = hooksOfUser.registerOwnHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier !== aliasUrl || context.parentURL !== undefined)
        return nextResolve(specifier, context);
      hooks.deregister();
      return { url: toUrl(entryPoint), format: 'module', shortCircuit: true };
    },
  });
  Module.runMain(entryPoint);
}

module.exports = { patchEsm, runModuleEntryPoint };
