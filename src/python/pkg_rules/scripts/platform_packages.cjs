'use strict';
// Installations for another platform than this one: what the package managers do not do themselves.

const fs = require('node:fs');
const path = require('node:path');

/** pnpm installs for these platforms in the place of its own. */
function setPlatformOfPnpm(directory, { os, cpu, libc }) {
  const file = path.join(directory, 'package.json');
  const fields = readJson(file);
  const supportedArchitectures = { os: [os], cpu: [cpu], libc: libc ? [libc] : ['current'] };
  fields.pnpm = { ...fields.pnpm, supportedArchitectures };
  // Not written in place: the file may be shared with other sandboxes.
  fs.rmSync(file);
  fs.writeFileSync(file, JSON.stringify(fields));
}

/**
 * Removes packages for other platforms: yarn installs those of all, npm those of both C libraries if the lock file was made by a
 * version that did not know of them.
 * @param {string[]} directories `node_modules`, with the package.json beside them
 */
function removeForeignPackages(directories, platform) {
  const projects = directories.map((directory) => path.join(path.dirname(directory), 'package.json'));
  const installed = directories.flatMap((directory) => [...packagesIn(directory)]);
  const foreign = installed.filter(({ fields }) => !isFor(fields, platform));
  if (foreign.length === 0) return;
  const fitting = installed.filter(({ fields }) => isFor(fields, platform));
  const required = new Set(
    [...projects.map(readJson), ...fitting.map(({ fields }) => fields)].flatMap(requiredBy),
  );
  for (const { directory, name } of foreign)
    // What something cannot do without is an error of the project, which shows where it is used.
    if (!required.has(name)) fs.rmSync(directory, { recursive: true });
  for (const directory of directories) removeDanglingPrograms(path.join(directory, '.bin'));
}

function* packagesIn(nodeModules) {
  if (!fs.existsSync(nodeModules)) return;
  for (const entry of fs.readdirSync(nodeModules, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    const directory = path.join(nodeModules, entry.name);
    if (entry.name.startsWith('@')) {
      for (const child of fs.readdirSync(directory, { withFileTypes: true }))
        if (child.isDirectory())
          yield* packageAt(path.join(directory, child.name), `${entry.name}/${child.name}`);
    } else {
      yield* packageAt(directory, entry.name);
    }
  }
}

function* packageAt(directory, name) {
  const file = path.join(directory, 'package.json');
  if (fs.existsSync(file)) yield { directory, name, fields: readJson(file) };
  yield* packagesIn(path.join(directory, 'node_modules'));
}

function requiredBy({ dependencies, optionalDependencies }) {
  return Object.keys(dependencies ?? {}).filter((name) => !Object.hasOwn(optionalDependencies ?? {}, name));
}

/** As npm decides; core/npm/platforms.py has the same rule for lock files. */
function isFor(fields, platform) {
  return ['os', 'cpu', 'libc'].every((key) => allows([fields[key] ?? []].flat(), platform[key]));
}

function allows(names, wanted) {
  if (names.length === 0 || (names.length === 1 && names[0] === 'any')) return true;
  if (names.includes(`!${wanted}`)) return false;
  return names.includes(wanted) || (wanted !== '' && names.every((name) => name.startsWith('!')));
}

function removeDanglingPrograms(directory) {
  if (!fs.existsSync(directory)) return;
  for (const name of fs.readdirSync(directory)) {
    const file = path.join(directory, name);
    if (!fs.existsSync(file)) fs.rmSync(file);
  }
}

function readJson(file) {
  return JSON.parse(fs.readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
}

module.exports = { removeForeignPackages, setPlatformOfPnpm };
