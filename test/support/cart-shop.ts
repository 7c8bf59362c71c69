import type { Cart, CartModule, CartOwner } from '#cart';
import type { Catalog, CatalogProduct } from '#catalog';
import type { Inventory } from '#inventory';
import { type Clock, systemClock } from '#platform/clock';
import { createHotStore, type HotStore } from '#platform/hot-store';
import { createIds } from '#platform/ids';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import type { Module } from '#platform/module';
import type { Database } from '#platform/sql';
import type { Backup, CartBackup } from '../../src/cart/backup.ts';
import { createCart } from '../../src/cart/index.ts';

export const SELLER = '01990000-0000-7000-8000-00000000005e';

/** An id that reads well in a failed test: its last digits are `n`. */
export function idOf(n: number, kind = 0): string {
  return `01990000-0000-7000-80${String(kind).padStart(2, '0')}-${n.toString(16).padStart(12, '0')}`;
}

export const guest = (n: number): CartOwner => ({ kind: 'guest', person_id: idOf(n, 1) });
export const user = (n: number): CartOwner => ({ kind: 'user', person_id: idOf(n, 2) });

export interface Goods {
  price: number;
  available: number;
  deleted: boolean;
}

/** Catalogue and stock as plain data that a test may change at will. */
export function fakeShop() {
  const goods = new Map<string, Goods>();
  const calls = { getProducts: 0, getAvailability: 0, heldUnits: 0 };
  const held = new Map<string, Record<string, number>>();
  const catalog = {
    async getProducts({ product_ids }) {
      calls.getProducts += 1;
      await Promise.resolve();
      return product_ids.flatMap(id => {
        const entry = goods.get(id);
        return entry === undefined ? [] : [asProduct(id, entry)];
      });
    },
  } satisfies Partial<Catalog>;
  const inventory = {
    async getAvailability({ product_ids }) {
      calls.getAvailability += 1;
      await Promise.resolve();
      return product_ids.map(product_id => ({ product_id, available: goods.get(product_id)?.available ?? 0 }));
    },
  } satisfies Partial<Inventory>;
  return {
    calls,
    /** Units by product in the person's own open checkout. */
    hold: ({ person_id }: CartOwner, units: Record<string, number>) => void held.set(person_id, units),
    async heldUnits({ person_id }: { person_id: string }) {
      calls.heldUnits += 1;
      return Object.entries(held.get(person_id) ?? {}).map(([product_id, quantity]) => ({ product_id, quantity }));
    },
    catalog: catalog as Partial<Catalog> as Catalog,
    inventory: inventory as Partial<Inventory> as Inventory,
    /** Product `n`, made or changed; answers its id. */
    sell(n: number, { price = 1000, available = 100, deleted = false }: Partial<Goods> = {}): string {
      goods.set(idOf(n), { price, available, deleted });
      return idOf(n);
    },
  };
}

function asProduct(product_id: string, { price, deleted }: Goods): CatalogProduct {
  const at = '2026-01-01T00:00:00.000Z';
  return {
    product_id,
    external_id: null,
    seller: { seller_id: SELLER, name: 'Seller' },
    title: `Product ${Number.parseInt(product_id.slice(-12), 16)}`,
    description: '',
    category_path: ['All'],
    brand: null,
    price: { amount: price, currency: 'USD' },
    images: [],
    attributes: {},
    rating: 0,
    review_count: 0,
    prime: false,
    max_per_person: null,
    released_at: null,
    deleted,
    version: 1,
    created_at: at,
    updated_at: at,
  };
}

export type Shop = ReturnType<typeof fakeShop>;

export interface Running extends Module<CartModule> {
  add(owner: CartOwner, product_id: string, quantity: number, command_id?: string): ReturnType<CartModule['addItem']>;
  quantities(owner: CartOwner): Promise<Record<string, number>>;
}

/** A cart module as one process holds it. Two over one hot store are two processes over one Redis. */
export function runCart(
  shop: Pick<Shop, 'catalog' | 'inventory' | 'heldUnits'>,
  { clock = systemClock, hotStore = createHotStore({ clock }), ...options }: RunOptions,
): Running {
  const ids = createIds();
  const module = createCart({
    ...shop,
    hotStore,
    clock,
    ids,
    backup: options.backup,
    db: options.db as Database,
    currency: 'USD',
    random: () => 0.5,
    log: createLog({ level: 'silent' }),
    metrics: createMetrics(),
    events: { listen: () => () => {} },
  });
  const { api } = module;
  return {
    ...module,
    add: (owner, product_id, quantity, command_id = ids.next()) =>
      api.addItem({ owner, product_id, quantity, command_id }),
    quantities: async owner => quantitiesIn(await api.getCart({ owner })),
  };
}

interface RunOptions {
  clock?: Clock;
  hotStore?: HotStore;
  db?: Database;
  backup?: CartBackup;
}

/** Quantities by product, in the order of the cart. */
export function quantitiesIn({ items }: Cart): Record<string, number> {
  return Object.fromEntries(items.map(item => [item.product_id, item.quantity]));
}

/** A backup that keeps what PostgreSQL would, for tests that are not about it. */
export function backupInMemory(): CartBackup & { saves: number[] } {
  const rows = new Map<string, Backup>();
  const unheard = new Set<string>();
  const saves: number[] = [];
  return {
    saves,
    load: async owners => owners.map(owner => rows.get(owner.person_id)),
    async save(batch) {
      saves.push(batch.length);
      for (const entry of batch) {
        const kept = rows.get(entry.owner.person_id)?.cart.version ?? 0;
        if (kept < entry.cart.version) rows.set(entry.owner.person_id, entry);
      }
    },
    replace: async batch =>
      batch.map(({ seen_version, ...entry }) => {
        const { person_id } = entry.owner;
        if ((rows.get(person_id)?.cart.version ?? 0) !== seen_version) return false;
        rows.set(person_id, entry);
        unheard.add(person_id);
        return true;
      }),
    listUnheard: async () => [...unheard].map(id => rows.get(id)!),
    async markHeard(batch) {
      for (const { owner } of batch) unheard.delete(owner.person_id);
    },
    prune: async () => 0,
  };
}
