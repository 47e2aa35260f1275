import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import legacy, { directory, flavour as requiredFlavour } from './legacy.cjs';
import * as legacyNamespace from './legacy.cjs';
import answer, { shared } from './shared.mjs';
import { flavour as importedFlavour } from '#flavour';

const require = createRequire(import.meta.url);
// Computed names: literal ones that cannot be resolved already fail the build.
const missing = { file: ['.', 'not-there.mjs'].join('/'), package: ['no', 'such', 'package'].join('-') };
const startedAt = await Promise.resolve('top-level await');

/** What a module learns about itself and its neighbours; each line is a promise that Node makes. */
export async function facts() {
  const later = await legacy.later();
  return {
    url: import.meta.url,
    filename: import.meta.filename,
    dirname: import.meta.dirname,
    sameFile: fileURLToPath(import.meta.url) === import.meta.filename,
    isMain: import.meta.main ?? null,
    resolved: {
      relative: import.meta.resolve('./shared.mjs'),
      missing: import.meta.resolve(missing.file),
      subpathImport: import.meta.resolve('#flavour'),
      package: import.meta.resolve('unified'),
      builtin: import.meta.resolve('node:fs'),
      byRequire: require.resolve('#flavour'),
    },
    entryPoint: process.argv[1],
    startedAt,
    flavours: [importedFlavour, requiredFlavour, require('#flavour').flavour],
    interop: {
      directory,
      names: Object.keys(legacyNamespace).sort(),
      sharedOnce: legacy.shared === shared && later.shared === shared && require('./shared.mjs').shared === shared,
      answer: answer() + later.default(),
    },
    json: require('../package.json').version,
    dynamicJson: (await import('./data/palette.json', { with: { type: 'json' } })).default.code,
    data: (await import('data:text/javascript,export default 6*7')).default,
    errors: [
      await errorOf(missing.file),
      await errorOf(missing.package),
      await errorOf('unified/lib/index.js'),
      await errorOf('./data/palette.json'),
      await errorOf('./failures/syntax.js'),
    ],
  };
}

const errorOf = (specifier) =>
  import(specifier).then(
    () => 'no error',
    (error) => `${error.name} ${error.code}: ${error.message}`,
  );
