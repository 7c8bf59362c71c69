import type { Catalog, CatalogProduct } from '#catalog';
import type { Inventory } from '#inventory';
import type { DomainEvent, EventBatch, ReadEvents } from '#platform/outbox';

/** Catalog and inventory as arrays, with their events, for modules that read them. */
export interface FakeShop {
  catalog: Catalog;
  inventory: Inventory;
  products: Map<string, CatalogProduct>;
  /** Creates or changes a product, raises its version and sends the event. */
  put(product: Partial<CatalogProduct> & { product_id: string }): CatalogProduct;
  remove(productId: string): void;
  setStock(productId: string, available: number): void;
  /** Sends an event again as it was, so that it arrives late. */
  sendAgain(source: 'catalog' | 'inventory', eventId: string): void;
  events: Record<'catalog' | 'inventory', DomainEvent[]>;
  listen(source: string, listener: () => void): () => void;
  /** How many products were scanned, and what runs before each page of a scan. */
  scanned: number;
  beforeScan: () => Promise<void>;
}

/** An id whose order is that of `number`. */
export function fakeId(number: number): string {
  return `00000000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
}

const START_MS = Date.UTC(2026, 0, 1);

export function fakeProduct(product: Partial<CatalogProduct> & { product_id: string }): CatalogProduct {
  const at = new Date(START_MS).toISOString();
  return {
    external_id: null,
    seller: { seller_id: fakeId(0), name: 'Shop' },
    title: 'Thing',
    description: '',
    category_path: ['Things'],
    brand: null,
    price: { amount: 1000, currency: 'USD' },
    images: [],
    attributes: {},
    rating: 0,
    review_count: 0,
    prime: false,
    max_per_person: null,
    released_at: null,
    deleted: false,
    version: 1,
    created_at: at,
    updated_at: at,
    ...product,
  };
}

export function createFakeShop(): FakeShop {
  const products = new Map<string, CatalogProduct>();
  const stock = new Map<string, number>();
  const events: FakeShop['events'] = { catalog: [], inventory: [] };
  const listeners = { catalog: new Set<() => void>(), inventory: new Set<() => void>() };

  function send(source: 'catalog' | 'inventory', type: string, productId: string, version: number): void {
    const event_id = String(events[source].length + 1);
    events[source].push({ event_id, type, aggregate_id: productId, version, at: '', data: { product_id: productId } });
    for (const listener of listeners[source]) listener();
  }

  const shop: FakeShop = {
    products,
    events,
    scanned: 0,
    beforeScan: async () => {},
    put(product) {
      const former = products.get(product.product_id);
      const version = (former?.version ?? 0) + 1;
      const now = fakeProduct({ ...former, ...product, version });
      products.set(product.product_id, now);
      send('catalog', former === undefined ? 'product.created' : 'product.updated', product.product_id, version);
      return now;
    },
    remove(productId) {
      const former = products.get(productId)!;
      products.set(productId, { ...former, deleted: true, version: former.version + 1 });
      send('catalog', 'product.deleted', productId, former.version + 1);
    },
    setStock(productId, available) {
      stock.set(productId, available);
      send('inventory', 'stock.level_changed', productId, events.inventory.length + 1);
    },
    sendAgain(source, eventId) {
      const event = events[source].find(each => each.event_id === eventId)!;
      events[source].push({ ...event, event_id: String(events[source].length + 1) });
      for (const listener of listeners[source]) listener();
    },
    listen(source, listener) {
      const all = listeners[source as 'catalog' | 'inventory'];
      all.add(listener);
      return () => void all.delete(listener);
    },
    catalog: {
      async getProducts({ product_ids }: { product_ids: string[] }) {
        return product_ids.flatMap(id => products.get(id) ?? []);
      },
      async scanProducts({ after, limit }: { after: string | null; limit: number }) {
        await shop.beforeScan();
        const ids = [...products.keys()].filter(id => after === null || id > after).sort();
        shop.scanned += Math.min(limit, ids.length);
        return ids.slice(0, limit).map(id => products.get(id)!);
      },
      readEvents: async (input: ReadEvents) => readBatch(events.catalog, input),
    } as unknown as Catalog,
    inventory: {
      async getAvailability({ product_ids }: { product_ids: string[] }) {
        return product_ids.map(product_id => ({ product_id, available: stock.get(product_id) ?? 0 }));
      },
      readEvents: async (input: ReadEvents) => readBatch(events.inventory, input),
    } as unknown as Inventory,
  };
  return shop;
}

function readBatch(all: DomainEvent[], { after, limit }: ReadEvents): EventBatch {
  const from = after === 'now' ? all.length : Number(after);
  const events = all.slice(from, from + limit);
  const head = String(all.length);
  return { events, cursor: from + events.length === 0 ? '' : String(from + events.length), seen_to: head, head };
}
