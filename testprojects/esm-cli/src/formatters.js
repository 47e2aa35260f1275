import camelCase from 'camelcase';
import escapeStringRegexp from 'escape-string-regexp';

// Loaded when asked for, by a name that is only known then; each is a subpath import of this package.
const loaders = new Map([
  ['html', () => import('#format/html')],
  ['outline', () => import('#format/outline')],
  ['text', () => import('#format/text')],
]);

export const formatters = [...loaders.keys()];

export async function loadFormatter(name) {
  const load = loaders.get(name);
  if (load === undefined) {
    const near = new RegExp(`^${escapeStringRegexp(name.slice(0, 1))}`);
    const hint = formatters.find((known) => near.test(known));
    throw new RangeError(`no format ${name}${hint ? `, did you mean ${hint}?` : ''}`);
  }
  const module = await load();
  return module[camelCase(`format-${name}`)] ?? module.default;
}
