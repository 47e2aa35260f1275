'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { pipeline } = require('node:stream/promises');

const ROOT = path.join(__dirname, '..');

/** Copies files of the program to a real folder by three different ways and tells what arrived. */
exports.copyOut = async function copyOut(target) {
  if (target === undefined) throw new Error('copy needs a folder');
  fs.mkdirSync(target, { recursive: true });
  const logo = path.join(ROOT, 'data', 'logo.png');

  fs.copyFileSync(logo, path.join(target, 'copied.png'));
  await fs.promises.copyFile(logo, path.join(target, 'promised.png'));
  await pipeline(fs.createReadStream(logo), fs.createWriteStream(path.join(target, 'piped.png')));
  await fs.promises.cp(path.join(ROOT, 'templates'), path.join(target, 'templates'), { recursive: true });

  const original = fs.readFileSync(logo);
  return fs
    .readdirSync(target, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({
      name: path.relative(target, file).split(path.sep).join('/'),
      size: fs.statSync(file).size,
      same: file.endsWith('.png') ? fs.readFileSync(file).equals(original) : undefined,
    }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
};
