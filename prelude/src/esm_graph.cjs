'use strict';

// The short way of imports between packaged ES modules: what is requested goes from the payload to Node's loader as a
// job with a record from cached data, without hooks, sources and their checks. Node runs and reports these jobs as it
// does its own; every other request goes Node's way (docs/decisions/0006).

const { isBuiltin } = require('node:module');
const conditionsOfProcess = require('./conditions.cjs');
const format = require('./format.cjs');
const hooksOfUser = require('./hooks_of_user.cjs');

const DOT = 46;

class ModuleGraph {
  /**
   * @param {object} node the parts of Node that `ModuleCompiler` has found
   * @param {import('./import_resolver.cjs').ImportResolver} importResolver
   * @param {import('./esm_compile.cjs').ModuleCompiler} moduleCompiler
   */
  constructor(node, importResolver, moduleCompiler) {
    this.node = node;
    this.loadCache = node.loader.loadCache;
    this.payload = importResolver.tree.payload;
    this.importResolver = importResolver;
    this.moduleCompiler = moduleCompiler;
    this.UnlinkedJob = makeUnlinkedJob(node.ModuleJob);
    // What `phase` is in requests of modules that are to be run: undefined in Node 22, which has no phases.
    this.evaluationPhase = node.newJob(this.UnlinkedJob, '', null, null).phase;
  }

  /** `{url, entry}` of what a packaged module requests, if that is the plain case; null if it is for Node. */
  find(parentUrl, { specifier, attributes, phase }) {
    if (
      parentUrl === undefined ||
      phase !== this.evaluationPhase ||
      hooksOfUser.userHooksActive ||
      hasKeys(attributes) ||
      (specifier.charCodeAt(0) !== DOT && isBuiltin(specifier))
    ) {
      return null;
    }
    let found;
    try {
      found = this.importResolver.resolve(
        specifier,
        parentUrl,
        conditionsOfProcess.importConditions,
      );
    } catch {
      // Node's way leads to the same error, which is to come from there.
      return null;
    }
    return found !== null && found.format === 'module' && this.#isPlain(found.entry) ? found : null;
  }

  /** Whether there is nothing to do but to run the cached data. */
  #isPlain(entry) {
    const { payload } = this;
    return (
      payload.isModuleCode(entry) &&
      payload.moduleFormat(entry) === format.FORMAT_MODULE &&
      (!process.sourceMapsEnabled || payload.isStripped(entry))
    );
  }

  /** The job of what was found, which Node links in its constructor; null if V8 does not take the cached data. */
  newJob({ url, entry }, attributes) {
    const wrap = this.moduleCompiler.compile(url, entry);
    if (wrap === null) return null;
    const job = this.node.newJob(this.node.ModuleJob, url, attributes, wrap);
    this.loadCache.set(url, undefined, job);
    return job;
  }

  /** The same for modules that are loaded on behalf of `require`. */
  newJobForRequire({ url, entry }, attributes) {
    const wrap = this.moduleCompiler.compile(url, entry);
    if (wrap === null) return null;
    const job = this.node.newJobForRequire(url, attributes, wrap);
    this.loadCache.set(url, undefined, job);
    return job;
  }

  /**
   * The job of what was found, linked with all that it requests, in the order and with the failures of Node 24 and
   * later, but not one call within the other: graphs may be deep. Null if V8 does not take the cached data.
   * @param {(parentUrl: string, request: object) => object} jobOfNode Node's way to a job
   */
  linkedJob(found, attributes, jobOfNode) {
    const root = this.#begin(found, attributes);
    if (root === null) return null;
    const unfinished = [root];
    try {
      while (unfinished.length > 0) {
        const { job, requests, modules } = unfinished.at(-1);
        if (modules.length === requests.length) {
          job.module.link(modules);
          unfinished.pop();
          continue;
        }
        const request = requests[modules.length];
        const requested = this.#requestedJob(job.url, request, unfinished) ?? jobOfNode(job.url, request);
        if (request.phase === this.evaluationPhase) job.linked.push(requested);
        modules.push(requested.module);
        job.commonJsDeps.push(requested.module.isCommonJS);
      }
    } catch (error) {
      for (const { job } of unfinished) {
        this.loadCache.delete(job.url);
        // As Node leaves it.
        job.linked = undefined;
      }
      throw error;
    }
    return root.job;
  }

  /** A job that is there, or that was begun just now and put on the end of `unfinished`; null if it is for Node. */
  #requestedJob(parentUrl, request, unfinished) {
    const found = this.find(parentUrl, request);
    if (found === null) return null;
    const known = this.loadCache.get(found.url);
    if (known !== undefined) return known;
    const begun = this.#begin(found, request.attributes);
    if (begun === null) return null;
    unfinished.push(begun);
    return begun.job;
  }

  /** A job to be linked; in the cache, because what it requests may request it. */
  #begin({ url, entry }, attributes) {
    const wrap = this.moduleCompiler.compile(url, entry);
    if (wrap === null) return null;
    const job = this.node.newJob(this.UnlinkedJob, url, attributes, wrap);
    job.commonJsDeps = [];
    this.loadCache.set(url, undefined, job);
    return { job, requests: wrap.getModuleRequests(), modules: [] };
  }
}

/** The class of jobs that do not link themselves. */
function makeUnlinkedJob(ModuleJob) {
  return class UnlinkedJob extends ModuleJob {
    link() {
      return [];
    }

    // Node 22.
    _link() {
      return Promise.resolve([]);
    }
  };
}

function hasKeys(object) {
  for (const key in object) return key !== undefined;
  return false;
}

/**
 * Puts the short way in front of the functions by which Node's loader follows imports.
 * @param {object} node
 * @param {import('./import_resolver.cjs').ImportResolver} importResolver
 * @param {import('./esm_compile.cjs').ModuleCompiler} moduleCompiler
 */
function shortenImports(node, importResolver, moduleCompiler) {
  const graph = new ModuleGraph(node, importResolver, moduleCompiler);
  if (node.requestTypes === undefined) shortenImportsOfNode22(node, graph);
  else shortenImportsOfNode24(node, graph);
}

function shortenImportsOfNode24({ loader, requestTypes, ModuleJob }, graph) {
  const { loadCache, getOrCreateModuleJob } = loader;
  const { kImportInRequiredESM, kRequireInImportedCJS } = requestTypes;

  function jobOfNode(parentUrl, request, requestType) {
    return getOrCreateModuleJob.call(loader, parentUrl, request, requestType);
  }

  loader.getOrCreateModuleJob = function getModuleJob(parentUrl, request, requestType) {
    const found = requestType === kRequireInImportedCJS ? null : graph.find(parentUrl, request);
    if (found === null) return jobOfNode(parentUrl, request, requestType);
    const known = loadCache.get(found.url);
    const isRequired = requestType === kImportInRequiredESM;
    if (known !== undefined) {
      // Node knows which of them `require` may not import.
      return isRequired ? jobOfNode(parentUrl, request, requestType) : known;
    }
    const job = isRequired
      ? graph.newJobForRequire(found, request.attributes)
      : graph.linkedJob(found, request.attributes, jobOfNode);
    return job ?? jobOfNode(parentUrl, request, requestType);
  };
  instantiateEntryAtOnce(ModuleJob);
}

/** Node 22 waits for each request, and so do programs that import several modules at a time. */
function shortenImportsOfNode22({ loader }, graph) {
  const { loadCache, getModuleJobForImport, getModuleJobForRequire } = loader;

  async function jobOf(found, parentUrl, specifier, attributes) {
    // Where Node waits for its resolution.
    await undefined;
    return (
      loadCache.get(found.url) ??
      graph.newJob(found, attributes) ??
      getModuleJobForImport.call(loader, specifier, parentUrl, attributes)
    );
  }

  loader.getModuleJobForImport = function getModuleJob(specifier, parentUrl, attributes) {
    const found = graph.find(parentUrl, { specifier, attributes });
    return found === null
      ? getModuleJobForImport.call(loader, specifier, parentUrl, attributes)
      : jobOf(found, parentUrl, specifier, attributes);
  };

  loader.getModuleJobForRequire = function getModuleJob(specifier, parentUrl, attributes) {
    const found = graph.find(parentUrl, { specifier, attributes });
    const job =
      found === null || loadCache.get(found.url) !== undefined
        ? null
        : graph.newJobForRequire(found, attributes);
    return job ?? getModuleJobForRequire.call(loader, specifier, parentUrl, attributes);
  };
}

/**
 * Before it instantiates a graph, Node waits for each of its jobs in turn, though all are linked. That takes some
 * promises for each, and only counts when other modules are imported at the same time; when the entry point is, there
 * are none.
 */
function instantiateEntryAtOnce(ModuleJob) {
  const { run } = ModuleJob.prototype;
  ModuleJob.prototype.run = function runJob(isEntryPoint) {
    if (this.isMain && this.instantiated === undefined && !this.inspectBrk) instantiate(this);
    return run.call(this, isEntryPoint);
  };
}

function instantiate(entryJob) {
  const jobs = new Set([entryJob]);
  for (const job of jobs) {
    if (!Array.isArray(job.linked)) return;
    for (const requested of job.linked) jobs.add(requested);
  }
  try {
    entryJob.module.instantiate();
  } catch {
    // Node tries it again, and explains the error.
    return;
  }
  const done = Promise.resolve();
  for (const job of jobs) job.instantiated = done;
}

module.exports = { shortenImports };
