import { parseEntries, type Entry } from './entries.ts';
import { Ledger } from './ledger.mts';
import format from './format.cts';
import units from './units.json' with { type: 'json' };

type Command = (...options: string[]) => Promise<number>;

async function readInput(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk as string;
  return text;
}

const commands: Record<string, Command> = {
  async sum(unit: string = 'pieces'): Promise<number> {
    const entries: readonly Entry[] = parseEntries(await readInput());
    const ledger = new Ledger<Entry>(entries);
    for (const [name, amount] of ledger.totals())
      console.log(format.line(name, amount, (units as Record<string, string>)[unit] ?? unit));
    return 0;
  },
  async where() {
    console.log(import.meta.filename, import.meta.main, format.filename, process.features.typescript);
    return 0;
  },
  async fail(how: string) {
    const { default: run } = (await import(`./failures/${how}.ts`)) as { default: () => never };
    return run();
  },
};

const [name = 'sum', ...options] = process.argv.slice(2);
const command: Command | undefined = commands[name];
if (command === undefined) {
  console.error(`Unknown command: ${name}`);
  process.exitCode = 2;
} else {
  process.exitCode = await command(...options);
}
