import { seededRandom } from '#platform/seeded-random';

/** Chance from a seed: the demo catalog is the same on every machine and at every start. */
export interface Chance {
  /** From 0 to below 1. */
  next(): number;
  /** A whole number, both ends included. */
  between(min: number, max: number): number;
  isHit(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** So many different ones, in random order. */
  sample<Item>(items: readonly Item[], count: number): Item[];
}

export function chanceFrom(seed: string): Chance {
  const next = seededRandom(seed);
  const between = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    between,
    isHit: probability => next() < probability,
    pick: items => items[between(0, items.length - 1)]!,
    sample(items, count) {
      const left = [...items];
      return Array.from(
        { length: Math.min(count, left.length) },
        () => left.splice(between(0, left.length - 1), 1)[0]!,
      );
    },
  };
}
