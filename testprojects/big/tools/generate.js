'use strict';

// Writes MODULES modules that form one tree: each exports a class, some functions and constants, and imports its
// children. The same arguments write the same bytes.
const fs = require('node:fs');
const path = require('node:path');

const MODULES = 2000;
const PER_FOLDER = 50;
const CHILDREN = 3;

const NAMES = ['amount', 'balance', 'customer', 'delivery', 'invoice', 'margin', 'quota', 'rebate', 'shipment', 'tariff'];

const FORMATS = {
  cjs: {
    extension: '.js',
    head: () => "'use strict';\n",
    imports: (name, file) => `const ${name} = require('${file}');`,
    tail: (names) => `module.exports = { ${names.join(', ')} };\n`,
  },
  esm: {
    extension: '.mjs',
    head: () => '',
    imports: (name, file) => `import * as ${name} from '${file}';`,
    tail: (names) => `export { ${names.join(', ')} };\n`,
  },
};

function fileOf(index, format) {
  if (index === 0) return `index${format.extension}`;
  const folder = `group${String(Math.floor(index / PER_FOLDER)).padStart(2, '0')}`;
  return `${folder}/${NAMES[index % NAMES.length]}${index}${format.extension}`;
}

function specifier(from, to, format) {
  const relative = path.posix.relative(path.posix.dirname(fileOf(from, format)), fileOf(to, format));
  return relative.startsWith('.') ? relative : `./${relative}`;
}

function moduleText(index, format) {
  const noun = NAMES[index % NAMES.length];
  const Noun = noun[0].toUpperCase() + noun.slice(1);
  const children = [];
  for (let child = index * CHILDREN + 1; child <= index * CHILDREN + CHILDREN && child < MODULES; child++) {
    children.push(child);
  }
  const weights = Array.from({ length: 8 }, (_, i) => (index * 31 + i * 17) % 101);
  return `${format.head()}${children
    .map((child) => format.imports(`child${child}`, specifier(index, child, format)))
    .join('\n')}

const name = '${noun}${index}';
const weights = [${weights.join(', ')}];

/** One ${noun} of group ${Math.floor(index / PER_FOLDER)}; never changed after it was made. */
class ${Noun} {
  constructor(key, values) {
    this.key = key;
    this.values = values;
  }

  total() {
    return this.values.reduce((sum, value, at) => sum + value * weights[at % weights.length], 0);
  }

  scaled(factor) {
    return new ${Noun}(this.key, this.values.map((value) => value * factor));
  }

  toString() {
    return \`\${this.key}: \${this.total().toFixed(2)} (\${this.values.length} values)\`;
  }
}

function create(values = weights) {
  return new ${Noun}(name, values);
}

function validate(candidate) {
  if (!(candidate instanceof ${Noun})) throw new TypeError(\`\${String(candidate)} is not a ${noun}\`);
  if (candidate.values.some((value) => !Number.isFinite(value))) {
    throw new RangeError(\`\${candidate.key} has a value that is not a number\`);
  }
  return candidate;
}

function describe(depth = 0) {
  const indent = '  '.repeat(depth);
  const lines = [\`\${indent}\${create()}\`];
  for (const child of [${children.map((child) => `child${child}`).join(', ')}]) {
    lines.push(...child.describe(depth + 1));
  }
  return lines;
}

const count = 1${children.map((child) => ` + child${child}.count`).join('')};
const checksum = (weights[${index % 8}] * ${index + 1}${children
    .map((child) => ` + child${child}.checksum`)
    .join('')}) % 1000003;

${format.tail([Noun, 'checksum', 'count', 'create', 'describe', 'name', 'validate'])}`;
}

function main(formatName, target) {
  const format = FORMATS[formatName];
  if (format === undefined || target === undefined) {
    throw new Error(`usage: generate.js ${Object.keys(FORMATS).join('|')} FOLDER`);
  }
  for (let index = 0; index < MODULES; index++) {
    const file = path.join(target, fileOf(index, format));
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, moduleText(index, format));
  }
}

main(...process.argv.slice(2));
