import rehypeHighlight from 'rehype-highlight';
import rehypeStringify from 'rehype-stringify';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';

const processor = unified().use(remarkRehype).use(rehypeHighlight).use(rehypeStringify).freeze();

export default async function formatAsHtml(tree) {
  return `${processor.stringify(await processor.run(tree))}\n`;
}
