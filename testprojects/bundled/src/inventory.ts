import { z } from 'zod';

const inventory = z.object({
  items: z.array(
    z.object({
      name: z.string().min(1),
      count: z.number().int().nonnegative(),
      tags: z.array(z.string()).default([]),
    }),
  ),
});

export type Inventory = z.infer<typeof inventory>;

/** Checks data from outside; the error names each place that is wrong. */
export function parseInventory(data: unknown): Inventory {
  const result = inventory.safeParse(data);
  if (result.success) return result.data;
  const places = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new TypeError(places.join('; '));
}
