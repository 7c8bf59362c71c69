import type { Clock } from '#platform/clock';
import type { CategoryNode } from './contract.ts';

export interface CategoryTree {
  read(): Promise<CategoryNode[]>;
  /** A product came, went or moved. */
  outdate(): void;
}

/** A count that costs less than this is never worth an answer that is out of date. */
const CHEAP_MS = 25;

/**
 * The tree is counted anew by the first who asks after a change. Where counting is expensive (a million products),
 * that happens at most once in `refreshMs`, and whoever asks between gets the tree as it was.
 */
export function createCategoryTree(options: {
  count: () => Promise<{ category_path: string[]; count: number }[]>;
  clock: Clock;
  refreshMs: number;
}): CategoryTree {
  const { count, clock, refreshMs } = options;
  let tree: CategoryNode[] = [];
  let changes = 1;
  let counted = 0;
  let counting: Promise<void> | undefined;
  let quietUntilMs = 0;

  async function refresh(): Promise<void> {
    const startedMs = clock.nowMs();
    const upTo = changes;
    tree = growTree(await count());
    counted = upTo;
    const tookMs = clock.nowMs() - startedMs;
    quietUntilMs = tookMs < CHEAP_MS ? 0 : clock.nowMs() + refreshMs;
  }

  return {
    outdate() {
      changes += 1;
    },
    async read() {
      const seen = changes;
      while (counted < seen && (counted === 0 || clock.nowMs() >= quietUntilMs)) {
        counting ??= refresh().finally(() => {
          counting = undefined;
        });
        await counting;
      }
      return tree;
    },
  };
}

/** From paths in order. A category's count holds those of the categories below it. */
function growTree(counts: { category_path: string[]; count: number }[]): CategoryNode[] {
  const roots: CategoryNode[] = [];
  const nodes = new Map<string, CategoryNode>();
  for (const { category_path: names, count } of counts) {
    let siblings = roots;
    for (let depth = 1; depth <= names.length; depth += 1) {
      const path = names.slice(0, depth);
      const key = path.join('\u0001');
      let node = nodes.get(key);
      if (node === undefined) {
        node = { name: path.at(-1)!, path, product_count: 0, children: [] };
        nodes.set(key, node);
        siblings.push(node);
      }
      node.product_count += count;
      siblings = node.children;
    }
  }
  return roots;
}
