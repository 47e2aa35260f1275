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
   * @param {(parentUrl: string, request: object) => object} jobOfNode Node's way to a job, or to a promise of one
   */
  constructor(node, importResolver, moduleCompiler, jobOfNode) {
    this.node = node;
    this.loadCache = node.loader.loadCache;
    this.payload = importResolver.tree.payload;
    this.importResolver = importResolver;
    this.moduleCompiler = moduleCompiler;
    this.jobOfNode = jobOfNode;
    this.PackagedJob = makeJobClass(node.ModuleJob, this);
    // What `phase` is in requests of modules that are to be run: undefined in Node 22, which has no phases.
    this.evaluationPhase = new (class extends this.PackagedJob {
      link() {}
      _link() {
        return Promise.resolve();
      }
    })(node.loader, '', null, null).phase;
  }

  /**
   * The job of what a module requests, linked or being linked, if that is the plain case; null if it is for Node.
   * @param {boolean} isRequired whether the module is loaded on behalf of `require`
   */
  job(parentUrl, request, isRequired) {
    const found = this.#find(parentUrl, request);
    if (found === null) return null;
    const { url } = found;
    const known = this.loadCache.get(url);
    // Node knows which of them `require` may not import.
    if (known !== undefined) return isRequired ? null : known;
    const wrap = this.moduleCompiler.compile(url, found.entry);
    if (wrap === null) return null;
    if (!isRequired) return this.node.newJob(this.PackagedJob, url, request.attributes, wrap);
    const job = this.node.newJobForRequire(url, request.attributes, wrap);
    this.loadCache.set(url, undefined, job);
    return job;
  }

  /** `{url, entry}` of what a packaged module requests, or null. */
  #find(parentUrl, { specifier, attributes, phase }) {
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

  /** Links a new job with those of all it requests, and gives these: Node 24 and later. */
  link(job) {
    const { url, module } = job;
    // Before what it requests: that may request it, too.
    this.loadCache.set(url, undefined, job);
    const requests = module.getModuleRequests();
    const jobs = [];
    const modules = [];
    job.commonJsDeps = [];
    try {
      for (const request of requests) {
        const requested = this.job(url, request, false) ?? this.jobOfNode(url, request);
        if (request.phase === this.evaluationPhase) jobs.push(requested);
        modules.push(requested.module);
        job.commonJsDeps.push(requested.module.isCommonJS);
      }
      module.link(modules);
    } catch (error) {
      this.loadCache.delete(url);
      throw error;
    }
    return jobs;
  }

  /** The same in Node 22, whose own way leads to promises. */
  linkLater(job) {
    const { url, module } = job;
    this.loadCache.set(url, undefined, job);
    let isComplete = true;
    const jobs = module.getModuleRequests().map((request) => {
      const requested = this.job(url, request, false);
      if (requested !== null) return requested;
      isComplete = false;
      return this.jobOfNode(url, request);
    });
    if (!isComplete) return linkAll(module, jobs);
    module.link(jobs.map((requested) => requested.module));
    return Promise.resolve(jobs);
  }
}

/** @param {Array<object|Promise<object>>} requested */
async function linkAll(module, requested) {
  const jobs = await Promise.all(requested);
  module.link(await Promise.all(jobs.map((job) => job.modulePromise)));
  return jobs;
}

/** The class of jobs that are linked the short way. */
function makeJobClass(ModuleJob, graph) {
  return class PackagedJob extends ModuleJob {
    link() {
      return graph.link(this);
    }

    // Node 22.
    _link() {
      return graph.linkLater(this);
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
  const { loader, requestTypes, ModuleJob } = node;
  const graphFor = (jobOfNode) =>
    new ModuleGraph(node, importResolver, moduleCompiler, jobOfNode);
  if (requestTypes === undefined) {
    shortenImportsOfNode22(loader, graphFor);
    return;
  }
  const { kImportInRequiredESM, kRequireInImportedCJS } = requestTypes;
  const { getOrCreateModuleJob } = loader;
  const graph = graphFor((parentUrl, request) =>
    getOrCreateModuleJob.call(loader, parentUrl, request));
  loader.getOrCreateModuleJob = function getModuleJob(parentUrl, request, requestType) {
    const job =
      requestType === kRequireInImportedCJS
        ? null
        : graph.job(parentUrl, request, requestType === kImportInRequiredESM);
    return job ?? getOrCreateModuleJob.call(loader, parentUrl, request, requestType);
  };
  instantiateEntryAtOnce(ModuleJob);
}

function shortenImportsOfNode22(loader, graphFor) {
  const { getModuleJobForImport, getModuleJobForRequire } = loader;
  const graph = graphFor((parentUrl, { specifier, attributes }) =>
    getModuleJobForImport.call(loader, specifier, parentUrl, attributes));
  loader.getModuleJobForImport = async function getModuleJob(specifier, parentUrl, attributes) {
    const job = graph.job(parentUrl, { specifier: `${specifier}`, attributes }, false);
    return job ?? getModuleJobForImport.call(loader, specifier, parentUrl, attributes);
  };
  loader.getModuleJobForRequire = function getModuleJob(specifier, parentUrl, attributes) {
    const job = graph.job(parentUrl, { specifier, attributes }, true);
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
