import pMap from 'p-map';
import PQueue from 'p-queue';
import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';
import { EXIT, visit } from 'unist-util-visit';

const WORDS_PER_MINUTE = 200;

/** One line for each section: how large it is and how long it takes to read. */
export async function formatOutline(tree) {
  const sections = [];
  for (const node of tree.children) {
    if (node.type === 'heading' || sections.length === 0) sections.push([]);
    sections.at(-1).push(node);
  }
  const queue = new PQueue({ concurrency: 2 });
  const lines = await pMap(sections, (section) => queue.add(async () => describe(section)), { concurrency: 4 });
  return `${lines.join('\n')}\n`;
}

function describe(section) {
  let title = '(untitled)';
  let text = '';
  visit({ type: 'root', children: section }, 'heading', (node) => {
    title = node.children.map((child) => child.value ?? '').join('');
    return EXIT;
  });
  visit({ type: 'root', children: section }, (node) => {
    if (typeof node.value === 'string') text += `${node.value} `;
  });
  const words = text.split(/\s+/).filter(Boolean).length;
  const time = prettyMilliseconds((words / WORDS_PER_MINUTE) * 60_000, { secondsDecimalDigits: 0 });
  return `${title}: ${words} words, ${prettyBytes(Buffer.byteLength(text))}, ${time}`;
}
