import type { Catalog, CatalogProduct } from '#catalog';
import { limits } from '#limits';
import type { Clock } from '#platform/clock';

/** The products of the shop in blocks, a file of the sitemap each. Nothing but the blocks' ends is kept in memory. */
export interface SitemapBlocks {
  count(): Promise<number>;
  /** The living products of a block, as they are read; null where there is no such block. */
  read(block: number): Promise<AsyncGenerator<CatalogProduct[]> | null>;
}

/**
 * A block ends at a product's id, and new products come after all others, so an end stays where it is: finding the ends
 * reads every product once, and later only those of the last block.
 */
export function createSitemapBlocks(deps: { scanProducts: Catalog['scanProducts']; clock: Clock }): SitemapBlocks {
  const { scanProducts, clock } = deps;
  const ends: string[] = [];
  let hasRest = false;
  let knownUntilMs = 0;
  let learning: Promise<void> | undefined;
  const scan = (after: string | null) => scanProducts({ after, limit: limits.sitemapBatchMax });

  async function learn(): Promise<void> {
    let after = ends.at(-1) ?? null;
    for (let inBlock = 0; ; ) {
      const batch = await scan(after);
      hasRest = inBlock + batch.length > 0;
      if (batch.length === 0) break;
      after = batch.at(-1)!.product_id;
      inBlock += batch.length;
      if (inBlock >= limits.sitemapBlockMax) {
        ends.push(after);
        inBlock = 0;
      }
    }
    knownUntilMs = clock.nowMs() + limits.sitemapKnownMs;
  }

  async function count(): Promise<number> {
    if (clock.nowMs() >= knownUntilMs) {
      learning ??= learn().finally(() => {
        learning = undefined;
      });
      await learning;
    }
    return ends.length + Number(hasRest);
  }

  async function* readBlock(block: number): AsyncGenerator<CatalogProduct[]> {
    const end = ends[block];
    let after = ends[block - 1] ?? null;
    for (let read = 0; read < limits.sitemapBlockMax; ) {
      const batch = await scan(after);
      const within = end === undefined ? batch : batch.filter(({ product_id }) => product_id <= end);
      if (within.length === 0) return;
      yield within.filter(({ deleted }) => !deleted);
      if (within.length < batch.length) return;
      after = within.at(-1)!.product_id;
      read += within.length;
    }
  }

  return {
    count,
    read: async block => (block < (await count()) ? readBlock(block) : null),
  };
}
