import { LRUCache } from 'lru-cache';
import { limits } from '#limits';
import type { CatalogProduct } from './contract.ts';

export interface ProductCache {
  /** In the order asked, unknown ids left out. The products are shared: nobody changes them. */
  get(productIds: string[]): Promise<CatalogProduct[]>;
  /** After a commit: what this process has just written. */
  put(product: CatalogProduct): void;
  /** The product is at this version or beyond: what is older is forgotten, and not taken in again. */
  outdate(productId: string, version: number): void;
}

/** `product` is null where only the version is known, so that a slower read of an older row can't settle in. */
interface Entry {
  version: number;
  product: CatalogProduct | null;
}

/**
 * Products by id, the most recently used ones. Reads of one turn of the event loop travel in one statement:
 * `setImmediate` runs after the sockets that are ready have been read (see group-commit.ts).
 */
export function createProductCache(options: {
  read: (productIds: string[]) => Promise<CatalogProduct[]>;
  bytesMax: number;
}): ProductCache {
  const entries = new LRUCache<string, Entry>({ maxSize: options.bytesMax, sizeCalculation: sizeOf });
  let next: { ids: Set<string>; read: Promise<Map<string, CatalogProduct>> } | undefined;

  function put(product: CatalogProduct): void {
    const known = entries.peek(product.product_id);
    if (known !== undefined && known.version > product.version) return;
    entries.set(product.product_id, { version: product.version, product: Object.freeze(product) });
  }

  async function readSoon(ids: Set<string>): Promise<Map<string, CatalogProduct>> {
    await new Promise(resolve => setImmediate(resolve));
    next = undefined;
    const found = new Map<string, CatalogProduct>();
    const asked = [...ids];
    for (let from = 0; from < asked.length; from += limits.idsPerReadMax) {
      for (const product of await options.read(asked.slice(from, from + limits.idsPerReadMax))) {
        put(product);
        found.set(product.product_id, product);
      }
    }
    return found;
  }

  function load(productIds: string[]): Promise<Map<string, CatalogProduct>> {
    if (next === undefined) {
      const ids = new Set<string>();
      next = { ids, read: readSoon(ids) };
    }
    for (const id of productIds) next.ids.add(id);
    return next.read;
  }

  return {
    put,
    outdate(productId, version) {
      const known = entries.peek(productId);
      if (known === undefined || known.version < version) entries.set(productId, { version, product: null });
    },
    async get(productIds) {
      const found = new Map<string, CatalogProduct>();
      const missing: string[] = [];
      for (const id of productIds) {
        const product = entries.get(id)?.product;
        if (product) found.set(id, product);
        else missing.push(id);
      }
      const loaded = missing.length === 0 ? found : await load(missing);
      return productIds.flatMap(id => found.get(id) ?? loaded.get(id) ?? []);
    },
  };
}

/** Roughly the bytes on the heap, without walking the whole product. */
function sizeOf({ product }: Entry): number {
  if (product === null) return 200;
  const text = product.title.length + product.description.length + product.images.length * 100;
  return 1000 + 2 * text + 120 * Object.keys(product.attributes).length;
}
