import type { Clause } from './language/understand.ts';

/** So few products with all words are followed by those that lack one of three or more. */
const FEW = 5;

/** Of a query that no product has whole, so many products with as many of its words as can be had. */
export const RELAXED_ENOUGH = 10;

export function mayLackOne(clauses: readonly Clause[], found: number): boolean {
  return clauses.length > 2 && found < FEW && !clauses.some(({ isPrecise }) => isPrecise);
}
