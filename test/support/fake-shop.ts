import type { Catalog, CatalogProduct } from '#catalog';
import type { Inventory } from '#inventory';
import type { Orders } from '#orders';
import type { DomainEvent, EventBatch, ReadEvents } from '#platform/outbox';

/** Catalog, inventory and orders as arrays, with their events, for modules that read them. */
export interface FakeShop {
  catalog: Catalog;
  inventory: Inventory;
  orders: Orders;
  products: Map<string, CatalogProduct>;
  /** Creates or changes a product, raises its version and sends the event. */
  put(product: Partial<CatalogProduct> & { product_id: string }): CatalogProduct;
  remove(productId: string): void;
  setStock(productId: string, available: number): void;
  /** Confirms an order of one unit of each. */
  order(orderId: string, productIds: string[]): void;
  /** Sends an event again as it was, so that it arrives late. */
  sendAgain(source: Source, eventId: string): void;
  events: Record<Source, DomainEvent[]>;
  listen(source: string, listener: () => void): () => void;
  /** How many products were scanned, and what runs before each page of a scan. */
  scanned: number;
  beforeScan: () => Promise<void>;
}

type Source = 'catalog' | 'inventory' | 'orders';

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
  const ordered = new Map<string, string[]>();
  const events: FakeShop['events'] = { catalog: [], inventory: [], orders: [] };
  const heard = () => new Set<() => void>();
  const listeners = { catalog: heard(), inventory: heard(), orders: heard() };

  function send(source: Source, type: string, aggregateId: string, version: number): void {
    const event_id = String(events[source].length + 1);
    events[source].push({ event_id, type, aggregate_id: aggregateId, version, at: '', data: {} });
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
    order(orderId, productIds) {
      ordered.set(orderId, productIds);
      send('orders', 'order.confirmed', orderId, 3);
    },
    sendAgain(source, eventId) {
      const event = events[source].find(each => each.event_id === eventId)!;
      events[source].push({ ...event, event_id: String(events[source].length + 1) });
      for (const listener of listeners[source]) listener();
    },
    listen(source, listener) {
      const all = listeners[source as Source];
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
    inventory: fakeInventory(stock, events.inventory),
    orders: fakeOrders(ordered, events.orders),
  };
  return shop;
}

function fakeInventory(stock: Map<string, number>, events: DomainEvent[]): Inventory {
  return {
    async getAvailability({ product_ids }: { product_ids: string[] }) {
      return product_ids.map(product_id => ({ product_id, available: stock.get(product_id) ?? 0 }));
    },
    readEvents: async (input: ReadEvents) => readBatch(events, input),
  } as unknown as Inventory;
}

function fakeOrders(ordered: Map<string, string[]>, events: DomainEvent[]): Orders {
  return {
    async getDeliveries({ order_ids }: { order_ids: string[] }) {
      return order_ids.flatMap(order_id => {
        const items = ordered.get(order_id)?.map(product_id => ({ product_id, quantity: 1 }));
        return items === undefined ? [] : [{ order_id, items }];
      });
    },
    readEvents: async (input: ReadEvents) => readBatch(events, input),
  } as unknown as Orders;
}

function readBatch(all: DomainEvent[], { after, limit }: ReadEvents): EventBatch {
  const from = after === 'now' ? all.length : Number(after);
  const events = all.slice(from, from + limit);
  const head = String(all.length);
  return { events, cursor: from + events.length === 0 ? '' : String(from + events.length), seen_to: head, head };
}
