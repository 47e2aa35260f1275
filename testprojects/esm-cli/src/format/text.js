import chalk, { Chalk } from 'chalk';
import figures, { replaceSymbols } from 'figures';
import stringWidth from 'string-width';
import { visit } from 'unist-util-visit';
import wrapAnsi from 'wrap-ansi';

import { flavour } from '#flavour';

// Colour does not depend on the terminal, so that the output is the same everywhere.
const paint = new Chalk({ level: chalk.level === 0 ? 0 : 1 });

const plain = (node) => {
  let text = '';
  visit(node, (child) => {
    if (child.type === 'text' || child.type === 'inlineCode') text += child.value;
  });
  return text;
};

export async function formatText(tree, { width, palette }) {
  const lines = [];
  for (const node of tree.children) {
    switch (node.type) {
      case 'heading': {
        const title = plain(node);
        lines.push(paint[palette.heading](title), figures.line.repeat(stringWidth(title)));
        break;
      }
      case 'list':
        for (const item of node.children) {
          const mark = item.checked === null ? figures.bullet : item.checked ? figures.tick : figures.cross;
          lines.push(wrapAnsi(`${mark} ${plain(item)}`, width));
        }
        break;
      case 'code':
        lines.push(...node.value.split('\n').map((line) => paint[palette.code](`    ${line}`)));
        break;
      case 'table':
        lines.push(...table(node));
        break;
      default:
        lines.push(wrapAnsi(plain(node), width));
    }
    lines.push('');
  }
  return `${lines.join('\n')}${replaceSymbols(`✔ ${flavour}`, { useFallback: false })}\n`;
}

function table(node) {
  const rows = node.children.map((row) => row.children.map(plain));
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => stringWidth(row[column]))));
  return rows.map((row) =>
    row.map((cell, column) => cell + ' '.repeat(widths[column] - stringWidth(cell))).join(` ${figures.lineVertical} `),
  );
}
