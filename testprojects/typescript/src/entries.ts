export interface Entry {
  readonly name: string;
  readonly amount: number;
}

export class EntryError extends Error {
  readonly line: number;

  constructor(line: number, text: string) {
    super(`Line ${line} is no name and amount: ${JSON.stringify(text)}`);
    this.line = line;
  }
}

/** One entry for each line that is not empty: a name, spaces, an amount. */
export function parseEntries(text: string): Entry[] {
  return text.split('\n').flatMap((line, index): Entry[] => {
    if (line.trim() === '') return [];
    const match = /^(?<name>.*\S)\s+(?<amount>-?\d+(?:\.\d+)?)$/.exec(line);
    if (match === null) throw new EntryError(index + 1, line);
    const { name, amount } = match.groups as { name: string; amount: string };
    return [{ name, amount: Number(amount) } satisfies Entry];
  });
}
