import { readFileSync } from 'node:fs';

import pc from 'picocolors';

import { parseInventory, type Inventory } from './inventory';

const colours = pc.createColors(process.env.FORCE_COLOR === '1');

function show(inventory: Inventory): void {
  for (const { name, count, tags } of inventory.items) {
    const label = count === 0 ? colours.red(name) : colours.green(name);
    console.log(`${label}\t${count}\t${tags.join(' ')}`);
  }
}

try {
  show(parseInventory(JSON.parse(readFileSync(0, 'utf8'))));
} catch (error) {
  console.error(`bundled: ${(error as Error).message}`);
  process.exitCode = 1;
}
