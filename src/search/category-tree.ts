import { namedThings } from './language/category-names.ts';
import { indexText } from './words.ts';

export const NO_CATEGORY = -1;

/** Paths from the root by small numbers; a parent's number is below its children's. */
export class CategoryTree {
  readonly names: string[] = [];
  readonly parents: number[] = [];
  /** As a dictionary's. */
  readonly keys: string[] = [];
  /** What each name names. */
  readonly things: string[][][] = [];
  readonly #ids = new Map<string, number>();

  get size(): number {
    return this.names.length;
  }

  intern(path: readonly string[]): number {
    return path.reduce((parent, name) => {
      return this.#ids.get(keyOf(parent, name)) ?? this.#add(parent, name);
    }, NO_CATEGORY);
  }

  #add(parent: number, name: string): number {
    this.#ids.set(keyOf(parent, name), this.names.length);
    this.parents.push(parent);
    this.keys.push(` ${indexText(name)}`);
    this.things.push(namedThings(name));
    return this.names.push(name) - 1;
  }

  /** Undefined for a path that no product has brought; `NO_CATEGORY` for the empty one. */
  find(path: readonly string[]): number | undefined {
    let id: number | undefined = NO_CATEGORY;
    for (const name of path) {
      id = this.#ids.get(keyOf(id, name));
      if (id === undefined) return undefined;
    }
    return id;
  }

  /** Names and parents in the order of their numbers. */
  load({ names, parents }: { names: string[]; parents: number[] }): void {
    for (const [at, name] of names.entries()) this.#add(parents[at]!, name);
  }

  pathOf(id: number): string[] {
    const path: string[] = [];
    for (let at = id; at !== NO_CATEGORY; at = this.parents[at]!) path.unshift(this.names[at]!);
    return path;
  }

  /** 1 for each category that is `id` or lies below it. */
  below(id: number): Uint8Array {
    const inside = new Uint8Array(this.size);
    for (let at = 0; at < this.size; at++) {
      const parent = this.parents[at]!;
      if (id === NO_CATEGORY || at === id || (parent !== NO_CATEGORY && inside[parent] === 1)) inside[at] = 1;
    }
    return inside;
  }

  /** Sums of `counts` (by category) for the direct children of `id`, whatever lies below them included. */
  rollUp(id: number, counts: Int32Array): { id: number; count: number }[] {
    const sums = Int32Array.from(counts);
    for (let at = this.size - 1; at >= 0; at--) {
      const parent = this.parents[at]!;
      if (parent !== NO_CATEGORY) sums[parent]! += sums[at]!;
    }
    const children: { id: number; count: number }[] = [];
    for (let at = 0; at < this.size; at++) {
      if (this.parents[at] === id && sums[at]! > 0) children.push({ id: at, count: sums[at]! });
    }
    return children;
  }
}

function keyOf(parent: number, name: string): string {
  return `${parent}\0${name}`;
}
