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

/** mulberry32: 32 bits of state are plenty for a catalog, and the text of a seed picks them by FNV-1a. */
export function chanceFrom(seed: string): Chance {
  let state = 0x811c9dc5;
  for (const char of seed) state = Math.imul(state ^ char.codePointAt(0)!, 0x01000193);

  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296;
  }

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
