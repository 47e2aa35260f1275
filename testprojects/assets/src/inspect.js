'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { promisify } = require('node:util');
const { pathToFileURL } = require('node:url');

const ROOT = path.join(__dirname, '..');
const FOLDERS = ['data', 'src', 'templates'];

/** Walks the program's own folders and asks about each file in several ways, which must agree. */
exports.inspect = async function inspect() {
  const files = {};
  for (const folder of FOLDERS) await walk(path.join(ROOT, folder), files);
  return {
    files: Object.fromEntries(Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1))),
    recursive: fs.readdirSync(path.join(ROOT, 'templates'), { recursive: true }).sort(),
    byUrl: fs.readFileSync(pathToFileURL(path.join(ROOT, 'templates/partials/header.txt')), 'utf8'),
    byBuffer: fs.readFileSync(Buffer.from(path.join(ROOT, 'templates/partials/footer.txt')), { encoding: 'latin1' }),
    exists: [fs.existsSync(ROOT), fs.existsSync(path.join(ROOT, 'nothing'))],
    real: path.relative(ROOT, await promisify(fs.realpath)(path.join(__dirname, '../templates/../data/logo.png'))),
    errors: await failures(),
  };
};

async function walk(folder, files) {
  const directory = await fs.promises.opendir(folder);
  for await (const entry of directory) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      await walk(file, files);
      continue;
    }
    const status = fs.lstatSync(file);
    const hash = crypto.createHash('sha256');
    for await (const chunk of fs.createReadStream(file)) hash.update(chunk);
    files[path.relative(ROOT, file).split(path.sep).join('/')] = {
      size: status.size,
      kind: [status.isFile(), status.isDirectory(), status.isSymbolicLink()],
      sameSize: (await fs.promises.stat(file)).size === fs.readFileSync(file).length,
      sha256: hash.digest('hex').slice(0, 16),
    };
  }
}

/** The error of each call, as a program that handles it sees it. */
async function failures() {
  const missing = path.join(ROOT, 'data', 'missing.txt');
  const file = path.join(ROOT, 'data', 'logo.png');
  const attempts = {
    readMissing: () => fs.readFileSync(missing),
    statMissing: () => fs.promises.stat(missing),
    quietMissing: () => fs.statSync(missing, { throwIfNoEntry: false }),
    readFolder: () => fs.promises.readFile(path.join(ROOT, 'data')),
    listFile: () => fs.readdirSync(file),
    throughFile: () => promisify(fs.open)(path.join(file, 'inside')),
    readLink: () => fs.readlinkSync(file),
    wrongType: () => fs.readFileSync({ path: file }),
    access: () => fs.promises.access(missing, fs.constants.R_OK),
  };
  const results = {};
  for (const [name, attempt] of Object.entries(attempts)) {
    try {
      results[name] = String(await attempt());
    } catch (error) {
      results[name] = { code: error.code, syscall: error.syscall, errno: error.errno, message: error.message };
    }
  }
  return results;
}
