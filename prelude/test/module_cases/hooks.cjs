'use strict';

// Hooks of the app: module.registerHooks and module.register.

const HOOKED = {
  'real.cjs': "module.exports = 'original';",
  'real.mjs': "export default 'original';",
  'data.json': '"original"',
};

module.exports = [
  {
    name: 'register-hooks-in-commonjs',
    inStandard: { differs: 'A source that is not there cannot be changed.', instead: /^virtual virtual:x original original hooked/ },
    files: {
      ...HOOKED,
      'main.js': `
const { registerHooks } = require('module');
const seen = [];
const hooks = registerHooks({
  resolve(specifier, context, next) {
    seen.push(['resolve', specifier, context.parentURL, context.conditions.includes('require'), Object.keys(context)]);
    if (specifier === 'virtual:x') return { url: 'virtual:x', format: 'commonjs', shortCircuit: true };
    if (specifier === 'alias') return next('./real.cjs', context);
    const result = next(specifier, context);
    seen.push([result.url, result.format]);
    return result;
  },
  load(url, context, next) {
    if (url === 'virtual:x') return { source: 'module.exports = "virtual " + __filename', format: 'commonjs', shortCircuit: true };
    const result = next(url, context);
    seen.push(['load', url, context.format, result.format, typeof result.source]);
    return result.source == null ? result : { ...result, source: String(result.source).replace('original', 'hooked') };
  },
});
console.log(require('virtual:x'), require('alias'), require('./real.mjs').default, require('./data.json'), require('path').sep);
try { console.log(require.resolve('alias')) } catch (error) { console.log(error.code) }
try { require('./missing') } catch (error) { console.log(error.code, error.message) }
console.log(JSON.stringify(seen, null, 1));
hooks.deregister();
delete require.cache[require.resolve('./real.cjs')];
console.log(require('./real.cjs'));
`,
    },
    hints: 1,
  },
  {
    name: 'requests-after-hooks-are-gone',
    files: {
      'main.js': `
const { registerHooks } = require('module');
const hooks = registerHooks({ resolve: (specifier, context, next) => next(specifier === 'alias' ? './lib.js' : specifier, context) });
console.log(require('alias'));
hooks.deregister();
try { console.log(require('alias')) } catch (error) { console.log(error.code, error.message) }
console.log(require('./lib'));
delete require.cache[require.resolve('./lib')];
try { console.log(require('alias')) } catch (error) { console.log(error.code) }
`,
      'lib.js': "module.exports = 'lib';",
    },
  },
  {
    name: 'register-hooks-in-modules',
    inStandard: { differs: 'A source that is not there cannot be changed.', instead: /^virtual:x original original\n/ },
    entry: 'main.mjs',
    files: {
      ...HOOKED,
      'main.mjs': `
import { registerHooks } from 'node:module';
const seen = [];
const hooks = registerHooks({
  resolve(specifier, context, next) {
    seen.push(['resolve', specifier, context.parentURL, context.conditions, context.importAttributes]);
    if (specifier === 'virtual:x') return { url: 'virtual:x', format: 'module', shortCircuit: true };
    const result = next(specifier, context);
    seen.push([result.url, result.format]);
    return result;
  },
  load(url, context, next) {
    if (url === 'virtual:x') return { source: 'export default import.meta.url', format: 'module', shortCircuit: true };
    const result = next(url, context);
    seen.push(['load', url, context.format, result.format, result.source?.constructor.name]);
    return result.source == null ? result : { ...result, source: String(result.source).replace('original', 'hooked') };
  },
});
console.log((await import('virtual:x')).default, (await import('./real.mjs')).default, (await import('./real.cjs')).default);
console.log((await import('./data.json', { with: { type: 'json' } })).default, (await import('node:path')).sep, import.meta.resolve('virtual:x'));
await import('./missing.mjs').catch((error) => console.log(error.code, error.message));
console.log(JSON.stringify(seen, null, 1));
hooks.deregister();
console.log((await import('./real.mjs?again')).default);
`,
    },
    hints: 1,
  },
  {
    name: 'chains-of-hooks',
    inStandard: { differs: 'A source that is not there cannot be changed.', instead: /The source of this module is not in the executable/ },
    files: {
      'main.js': `
const { registerHooks } = require('module');
const make = (name) => registerHooks({
  resolve(specifier, context, next) { const result = next(specifier, { ...context, [name]: 1 }); console.log(name, 'resolve', specifier, Object.keys(context)); return result; },
  load(url, context, next) { const result = next(url, context); result.source = String(result.source) + '\\nmodule.exports.push(' + JSON.stringify(name) + ');'; return result; },
});
const first = make('first');
const second = make('second');
console.log(require('./a'));
first.deregister();
console.log(require('./b'));
first.deregister();
second.deregister();
console.log(require('./c'), Object.isFrozen(first), typeof first.deregister, Object.keys(first));
for (const hooks of [{ resolve: 1 }, { load: 'x' }, undefined]) {
  try { registerHooks(hooks) } catch (error) { console.log(error.name, error.code, error.message) }
}
const bad = registerHooks({ resolve() { return { url: 'file:///x' } } });
try { require('./d') } catch (error) { console.log(error.code, error.message) }
bad.deregister();
const none = registerHooks({ load() { return { shortCircuit: true, format: 'commonjs' } } });
try { require('./d') } catch (error) { console.log(error.code, error.message) }
none.deregister();
console.log(require('./d'));
`,
      'a.js': 'module.exports = ["a"];',
      'b.js': 'module.exports = ["b"];',
      'c.js': 'module.exports = ["c"];',
      'd.js': 'module.exports = ["d"];',
    },
  },
  {
    name: 'hooks-that-transpile',
    files: {
      'main.js': `
const { registerHooks } = require('module');
const { readFileSync } = require('fs');
const { fileURLToPath } = require('url');
registerHooks({
  load(url, context, next) {
    if (!url.includes('.coffee')) return next(url, context);
    const source = readFileSync(fileURLToPath(url), 'utf8').replace(/^print (.*)$/gm, 'console.log($1);');
    return { format: 'module', source, shortCircuit: true };
  },
});
require('./program.coffee');
import('./program.coffee?again').then((ns) => console.log(Object.keys(ns)));
`,
      'program.coffee': "import { sep } from 'path';\nprint sep\nexport const x = 1;\n",
    },
  },
  {
    name: 'register',
    entry: 'main.mjs',
    outside: {
      'hooks.mjs': `
export async function initialize(data) { data.port.postMessage('initialized ' + data.number); }
export async function resolve(specifier, context, next) {
  return specifier === 'virtual:async' ? { url: 'virtual:async', format: 'module', shortCircuit: true } : next(specifier, context);
}
export async function load(url, context, next) {
  return url === 'virtual:async' ? { source: 'export default "async virtual"', format: 'module', shortCircuit: true } : next(url, context);
}`,
    },
    files: {
      'main.mjs': `
import { register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
const { port1, port2 } = new MessageChannel();
const initialized = new Promise((resolve) => port1.once('message', resolve));
register('./hooks.mjs', pathToFileURL(process.cwd() + '/'), { data: { number: 5, port: port2 }, transferList: [port2] });
console.log(await initialized);
port1.close();
console.log((await import('virtual:async')).default, (await import('./lib.mjs')).default, (await import('./cjs.cjs')).default);
`,
      'lib.mjs': "import x from './inner.mjs'; export default 'lib ' + x;",
      'inner.mjs': "export default 'inner';",
      'cjs.cjs': "module.exports = 'cjs ' + require('./dep.cjs');",
      'dep.cjs': "module.exports = 'dep';",
    },
  },
  {
    name: 'register-packaged-hooks',
    entry: 'main.mjs',
    files: {
      'main.mjs': `
import { register } from 'node:module';
register('./hooks.mjs', import.meta.url);
register('hooks-package', { parentURL: import.meta.url });
console.log((await import('virtual:packaged')).default, (await import('virtual:package')).default);
`,
      'hooks.mjs': `
import { answer } from './answer.mjs';
export async function resolve(specifier, context, next) {
  return specifier === 'virtual:packaged' ? { url: specifier, format: 'module', shortCircuit: true } : next(specifier, context);
}
export async function load(url, context, next) {
  return url === 'virtual:packaged' ? { source: 'export default ' + answer, format: 'module', shortCircuit: true } : next(url, context);
}`,
      'answer.mjs': 'export const answer = 42;',
      'node_modules/hooks-package/package.json': '{"type": "module", "exports": "./index.js"}',
      'node_modules/hooks-package/index.js': `
export async function resolve(specifier, context, next) {
  return specifier === 'virtual:package' ? { url: specifier, format: 'module', shortCircuit: true } : next(specifier, context);
}
export async function load(url, context, next) {
  return url === 'virtual:package' ? { source: 'export default "package"', format: 'module', shortCircuit: true } : next(url, context);
}`,
    },
  },
  {
    name: 'registered-hooks-see-packaged-modules',
    inStandard: [
      { until: 22, differs: 'Hooks in a thread of Node 22 cannot be made of CommonJS without its source.', instead: /EACCES/ },
      { since: 24, differs: 'A source that is not there cannot be changed.', instead: /^inner .*\noriginal cjs  more/ },
    ],
    entry: 'main.mjs',
    files: {
      'main.mjs': `
import { register } from 'node:module';
register('./hooks.mjs', import.meta.url, { data: 'changed' });
const { default: value } = await import('./lib.mjs?query');
console.log(value, (await import('./lib.cjs')).default, (await import('alias')).default, import.meta.resolve('alias'));
console.log((await import('./data.json', { with: { type: 'json' } })).default);
for (const id of ['./nope.mjs', 'nope', './data.json']) await import(id).catch((error) => console.log(error.code, error.message.split('\\n')[0]));
import('typed').then((ns) => console.log(ns.default), (error) => console.log(error.code));
`,
      'hooks.mjs': `
import { readFileSync } from 'node:fs';
import cjs from './used-by-hooks.cjs';
let text;
export function initialize(data) { text = data; }
export function resolve(specifier, context, next) { return next(specifier === 'alias' ? './aliased.mjs' : specifier, context); }
export async function load(url, context, next) {
  const result = await next(url, context);
  if (!url.includes('lib.mjs')) return result;
  return { ...result, source: String(result.source).replace('original', text + readFileSync(new URL('./note.txt', import.meta.url), 'utf8') + cjs) };
}`,
      'used-by-hooks.cjs': "module.exports = require('./more.cjs');",
      'more.cjs': "module.exports = ' more';",
      'note.txt': ' note',
      'lib.mjs': "import './inner.mjs'; export default 'original';",
      'inner.mjs': "console.log('inner', import.meta.url);",
      'lib.cjs': "module.exports = 'cjs ' + require('./more.cjs');",
      'aliased.mjs': "export default 'aliased';",
      'data.json': '{"a": 1}',
      'node_modules/typed/package.json': '{"main": "a.js", "type": "module"}',
      'node_modules/typed/a.js': "export default 'typed';",
    },
  },
];
