'use strict';

// The folder on disk that native addons are loaded from.
//
// A bundle (an addon and the libraries it needs, see core/native/bundles.py) has a folder named by its content. Nothing
// in the cache is trusted: before each use every byte is compared with what the build recorded. Nothing is written in
// place, as another process may have it mapped: a bundle is written beside, flushed to the disk and renamed.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const crypto = require('node:crypto');

const NAME = 'pkg-native';
const VARIABLE = 'PKG_NATIVE_CACHE_PATH';
const KEEP_VARIABLE = 'PKG_NATIVE_CACHE_KEEP';
const USED = '.used';
const DAY = 24 * 60 * 60 * 1000;
const UNUSED_DAYS = 30;
const ATTEMPTS = 20;

// O_TMPFILE of Linux, but for its second bit, which is O_DIRECTORY.
const UNNAMED = 0o20000000;

const isWindows = process.platform === 'win32';
const OTHERS_MAY_WRITE = 0o022;
const STICKY = 0o1000;

class NativeCacheError extends Error {
  constructor(addon, failures) {
    super(
      `The native addon ${addon} has to be written to a disk before it can be loaded, and no folder could be used:\n` +
        failures.map((failure) => `  * ${failure}\n`).join('') +
        `Set ${VARIABLE} to a folder that only you can write to, on a disk that programs may be run from.`,
    );
    this.code = 'ERR_DLOPEN_FAILED';
  }
}

/** Why a folder cannot be used; not an error of the program. */
class Unusable extends Error {}

/**
 * Paths of the bundle's addon on disk, checked, the best first; the next one is made when it is asked for.
 * @param {{id: string, files: {place: string, source: string, size: number, sha256: string}[]}} bundle
 * @param {(source: string) => Buffer} read the content of one of its files
 * @param {string[]} failures gets a line for each folder that could not be used
 */
function* placesOf(bundle, read, failures) {
  for (const { folder, chosen } of candidates()) {
    try {
      const directory = bundleDirectory(usable(folder, chosen), bundle, read);
      yield path.join(directory, ...bundle.files[0].place.split('/'));
    } catch (error) {
      if (!(error instanceof Unusable) && error.syscall === undefined) throw error;
      failures.push(`${folder}: ${error.message}`);
    }
  }
  if (process.platform === 'linux' && bundle.files.length === 1) {
    try {
      yield unnamedFile(bundle, read);
    } catch (error) {
      if (error.syscall === undefined) throw error;
      failures.push(`a file without a name in ${os.tmpdir()}: ${error.message}`);
    }
  }
}

/** Folders to try. One that the user chose is the only one. */
function* candidates() {
  const chosen = process.env[VARIABLE];
  if (chosen) {
    yield { folder: path.resolve(chosen), chosen: true };
    return;
  }
  const base = cacheFolder();
  if (base !== null) yield { folder: path.join(base, NAME), chosen: false };
  const user = isWindows ? '' : `-${process.getuid()}`;
  yield { folder: path.join(os.tmpdir(), `${NAME}${user}`), chosen: false };
}

/** Where programs keep what they can make again, or null where the user has no such place. */
function cacheFolder() {
  const { LOCALAPPDATA, XDG_CACHE_HOME, HOME } = process.env;
  if (isWindows) return LOCALAPPDATA || null;
  if (XDG_CACHE_HOME && path.isAbsolute(XDG_CACHE_HOME)) return XDG_CACHE_HOME;
  return HOME && path.isAbsolute(HOME) ? path.join(HOME, '.cache') : null;
}

/** The folder, made if it is missing, if nobody else could put something into it. */
function usable(folder, chosen) {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  // The last part must not be a link that somebody else can turn.
  const stats = fs.lstatSync(folder);
  if (!stats.isDirectory()) throw new Unusable('it is not a folder');
  if (isWindows) return folder;
  const user = process.getuid();
  if (stats.mode & OTHERS_MAY_WRITE) {
    if (chosen && stats.mode & STICKY) return usable(path.join(folder, `${user}`), false);
    throw new Unusable('others may write to it');
  }
  // A folder that an administrator filled for all users is fine, too.
  if (stats.uid !== user && !(chosen && stats.uid === 0))
    throw new Unusable('it belongs to somebody else');
  return folder;
}

function bundleDirectory(root, bundle, read) {
  const directory = path.join(root, bundle.id);
  let problem = null;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = fs.lstatSync(directory, { throwIfNoEntry: false });
    if (found !== undefined) {
      problem = whatIsWrong(directory, found, bundle);
      if (problem === null) {
        noteUse(directory);
        return directory;
      }
      moveAway(root, directory);
    }
    if (attempt > 0) pause(attempt);
    clean(root, bundle.id);
    if (install(root, directory, bundle, read)) return directory;
  }
  throw new Unusable(`${bundle.id} in it does not come to be right: ${problem}`);
}

/** Why a bundle cannot be used, or null if it is, to the last byte, what the build made it of. */
function whatIsWrong(directory, found, bundle) {
  if (!found.isDirectory()) return 'it is not a folder';
  const stranger = wrongOwner(found);
  if (stranger !== null) return stranger;
  const expected = new Set(bundle.files.map(({ place }) => place));
  for (const entry of fs.readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const place = path
      .relative(directory, path.join(entry.parentPath, entry.name))
      .replaceAll(path.sep, '/');
    // Libraries are looked for in these folders: nothing else may lie in them.
    if (!entry.isDirectory() && place !== USED && !expected.has(place)) return `it has ${place}`;
  }
  for (const { place, size, sha256 } of bundle.files) {
    const file = path.join(directory, ...place.split('/'));
    const stats = fs.lstatSync(file, { throwIfNoEntry: false });
    if (stats === undefined || !stats.isFile()) return `${place} is no file`;
    if (stats.size !== size) return `${place} has ${stats.size} instead of ${size} bytes`;
    const problem = wrongOwner(stats);
    if (problem !== null) return `${place}: ${problem}`;
    if (sha256Of(fs.readFileSync(file)) !== sha256) return `${place} has another content`;
  }
  return null;
}

function wrongOwner(stats) {
  if (isWindows) return null;
  if (stats.uid !== process.getuid() && stats.uid !== 0) return 'it belongs to somebody else';
  return stats.mode & OTHERS_MAY_WRITE ? 'others may write to it' : null;
}

/** Writes the bundle beside its place and moves it there; false if somebody else was quicker. */
function install(root, directory, bundle, read) {
  const unfinished = fs.mkdtempSync(path.join(root, `.tmp-${bundle.id.slice(0, 8)}-`));
  try {
    const folders = new Set([unfinished]);
    for (const file of bundle.files) {
      const target = path.join(unfinished, ...file.place.split('/'));
      for (let folder = path.dirname(target); !folders.has(folder); folder = path.dirname(folder))
        folders.add(folder);
      fs.mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
      writeWhole(target, read(file.source));
    }
    for (const folder of folders) flushFolder(folder);
    fs.renameSync(unfinished, directory);
  } catch (error) {
    fs.rmSync(unfinished, { recursive: true, force: true });
    // On Windows a folder cannot be replaced, and a virus scanner may hold the new one for a moment.
    if (['EEXIST', 'ENOTEMPTY'].includes(error.code)) return false;
    if (isWindows && ['EPERM', 'EACCES', 'EBUSY'].includes(error.code)) return false;
    throw error;
  }
  flushFolder(root);
  return true;
}

function writeWhole(file, content) {
  const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_WRONLY } = fs.constants;
  const descriptor = fs.openSync(file, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o500);
  try {
    for (let written = 0; written < content.length;)
      written += fs.writeSync(descriptor, content, written);
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

function flushFolder(folder) {
  // Windows does not open folders, and keeps their entries by itself.
  if (isWindows) return;
  const descriptor = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** A file that is not in any folder: what remains where nothing can be kept. It stays open, as glibc knows it by its name. */
function unnamedFile(bundle, read) {
  const { O_DIRECTORY, O_RDWR } = fs.constants;
  const descriptor = fs.openSync(os.tmpdir(), UNNAMED | O_DIRECTORY | O_RDWR, 0o700);
  const content = read(bundle.files[0].source);
  for (let written = 0; written < content.length;)
    written += fs.writeSync(descriptor, content, written);
  return `/proc/self/fd/${descriptor}`;
}

/** Other processes may have mapped what is in there: it keeps its content, under another name, until it is deleted. */
function moveAway(root, directory) {
  const away = path.join(root, `.bad-${crypto.randomBytes(8).toString('hex')}`);
  try {
    fs.renameSync(directory, away);
    fs.rmSync(away, { recursive: true, force: true });
  } catch (error) {
    // Another process was quicker, or (on Windows) has the file open.
    if (error.syscall === undefined) throw error;
  }
}

/** Once a day at most: so that the cleaning of other programs leaves what is in use. */
function noteUse(directory) {
  const file = path.join(directory, USED);
  try {
    const stats = fs.lstatSync(file, { throwIfNoEntry: false });
    if (stats !== undefined && Date.now() - stats.mtimeMs < DAY) return;
    fs.closeSync(fs.openSync(file, 'w', 0o600));
    const now = new Date();
    fs.utimesSync(file, now, now);
  } catch (error) {
    // A cache that is not ours to write to.
    if (error.syscall === undefined) throw error;
  }
}

/** Removes bundles that nobody has used for a month, and what crashed processes left; only when one is to be added. */
function clean(root, ownId) {
  if (process.env[KEEP_VARIABLE]) return;
  for (const name of fs.readdirSync(root)) {
    const directory = path.join(root, name);
    const isRemains = name.startsWith('.tmp-') || name.startsWith('.bad-');
    if (name === ownId || !(isRemains || /^[0-9a-f]{64}$/.test(name))) continue;
    try {
      const used = fs.lstatSync(path.join(directory, USED), { throwIfNoEntry: false });
      const { mtimeMs } = used ?? fs.lstatSync(directory);
      if (Date.now() - mtimeMs < (isRemains ? 1 : UNUSED_DAYS) * DAY) continue;
      if (isRemains) fs.rmSync(directory, { recursive: true, force: true });
      else moveAway(root, directory);
    } catch (error) {
      // Another process cleans as well, or uses it.
      if (error.syscall === undefined) throw error;
    }
  }
}

function pause(attempt) {
  const milliseconds = Math.min(5 * 2 ** attempt, 200) * (0.5 + Math.random() / 2);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function sha256Of(content) {
  return crypto.createHash('sha256').update(content).digest('hex');
}

module.exports = { NativeCacheError, placesOf, sha256Of };
