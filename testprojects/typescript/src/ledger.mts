import type { Entry } from './entries.ts';

export class Ledger<T extends Entry> {
  readonly #entries: Iterable<T>;

  constructor(entries: Iterable<T>) {
    this.#entries = entries;
  }

  totals(): Map<string, number> {
    const totals = new Map<string, number>();
    for (const { name, amount } of this.#entries) totals.set(name, (totals.get(name) ?? 0) + amount);
    return totals;
  }
}
