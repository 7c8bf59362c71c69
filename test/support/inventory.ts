import assert from 'node:assert/strict';
import type { Inventory, ReserveStock, Warehouse } from '#inventory';
import { type Clock, systemClock } from '#platform/clock';
import { createIds } from '#platform/ids';
import { createLog } from '#platform/log';
import { createMetrics, type Metrics } from '#platform/metrics';
import type { Module } from '#platform/module';
import type { EventBatch, ReadEvents } from '#platform/outbox';
import type { Outcome } from '#platform/outcome';
import type { Redis } from '#platform/redis';
import type { Sharding } from '#platform/route';
import { type Database, sql } from '#platform/sql';
import type { LedgerStrategy } from '../../src/inventory/create-ledger.ts';
import { createInventory } from '../../src/inventory/index.ts';
import { testDatabase } from './postgres.ts';
import { sharding } from './sharding.ts';

type TestContext = { after(work: () => Promise<void>): void };

export const ids = createIds();
export const TTL_MS = 900_000;
const AT_HOME = { country: 'US', region: 'CA' };

/** A region of its own each, so that a test says by `ship_to` which is near. */
export const WAREHOUSES: Warehouse[] = [
  { warehouse_id: '01900000-0000-7000-8000-000000000001', name: 'West', country: 'US', region: 'CA' },
  { warehouse_id: '01900000-0000-7000-8000-000000000002', name: 'East', country: 'US', region: 'NY' },
  { warehouse_id: '01900000-0000-7000-8000-000000000003', name: 'Europe', country: 'DE', region: 'BE' },
];
export const [WEST, EAST, EUROPE] = WAREHOUSES.map(one => one.warehouse_id) as [string, string, string];

const noEvents = async (): Promise<EventBatch> => ({ events: [], cursor: '', seen_to: '0', head: '0' });

export interface OpenInventory {
  inventory: Inventory;
  module: Module<Inventory>;
  db: Database;
  url: string;
}

/**
 * The inventory on a database of its own, or a second instance on a given one, as another process would have. After the
 * test it is stopped, and everything that it holds must be in balance.
 */
export async function openInventory(
  t: TestContext,
  options: {
    db?: Database;
    clock?: Clock;
    warehouses?: Warehouse[];
    redis?: Redis;
    metrics?: Metrics;
    readEvents?: (input: ReadEvents) => Promise<EventBatch>;
    ledgerStrategy?: LedgerStrategy;
    sharding?: Sharding;
  } = {},
): Promise<OpenInventory> {
  const own = options.db === undefined ? await testDatabase(t, ['inventory']) : { db: options.db, url: '' };
  const module = createInventory({
    db: own.db,
    clock: options.clock ?? systemClock,
    ids,
    random: Math.random,
    log: createLog({ level: 'silent' }),
    metrics: options.metrics ?? createMetrics(),
    redis: options.redis,
    events: { listen: () => () => {} },
    catalog: { readEvents: options.readEvents ?? noEvents },
    warehouses: options.warehouses ?? WAREHOUSES,
    ledgerStrategy: options.ledgerStrategy,
    sharding: options.sharding ?? sharding,
  });
  await module.start!();
  return { inventory: module.api, module, ...own };
}

/** A new product with these units: a number lies in the west. */
export async function stocked(inventory: Inventory, units: number | Record<string, number>): Promise<string> {
  const product_id = ids.next();
  const shelves = typeof units === 'number' ? { [WEST]: units } : units;
  for (const [warehouse_id, quantity] of Object.entries(shelves)) {
    const movement_id = ids.nextFor(product_id);
    const received = await inventory.receiveStock({ movement_id, product_id, warehouse_id, quantity, reason: '' });
    assert.equal(received.ok, true);
  }
  return product_id;
}

/** A reservation of one unit of each product, by a new person, unless told otherwise. */
export function reservation(
  products: string[],
  fields: { quantity?: number; person_id?: string; ttl_ms?: number } = {},
) {
  const { quantity = 1, person_id = ids.next(), ttl_ms = TTL_MS } = fields;
  const lines = products.map(product_id => ({ product_id, quantity }));
  return { reservation_id: ids.nextFor(person_id), person_id, lines, ship_to: AT_HOME, ttl_ms };
}

/** A reservation by its id and its products. */
export function keyOf({ reservation_id, lines }: Pick<ReserveStock, 'reservation_id' | 'lines'>) {
  return { reservation_id, product_ids: lines.map(line => line.product_id) };
}

/** How many were told what: 'ok', or the code of a refusal. */
export function tally(answers: readonly Outcome<unknown, string>[]): Record<string, number> {
  const told = Map.groupBy(answers, answer => (answer.ok ? 'ok' : answer.code));
  return Object.fromEntries([...told].map(([name, same]) => [name, same.length]));
}

/** Total, reserved and available of a product, as one reads them. */
export async function figures(inventory: Inventory, product_id: string): Promise<[number, number, number]> {
  const { total_quantity, reserved, available } = await inventory.getStock({ product_id });
  return [total_quantity, reserved, available];
}

/** Holds the lock of a product's stock, as another process would in the middle of a command, while `work` runs. */
export async function whileLocked(db: Database, productId: string, work: () => Promise<void>): Promise<void> {
  await db.transaction(async tx => {
    await tx.query(sql`select from inventory.stock where product_id = ${productId}::uuid for update`);
    await work();
  });
}

/** Every row that a ledger writes: to see that something has changed none. */
export async function readLedger(db: Database): Promise<Record<string, unknown>> {
  const [rows] = await db.query<Record<string, unknown>>(sql`
    select
      (select jsonb_agg(s order by s.product_id, s.warehouse_id) from inventory.stock s) as stock,
      (select jsonb_agg(h order by h.reservation_id, h.product_id, h.warehouse_id) from inventory.holds h) as holds,
      (select jsonb_agg(m order by m.position) from inventory.movements m) as movements,
      (select jsonb_agg(o order by o.event_id) from inventory.outbox o) as outbox`);
  return rows!;
}

/**
 * What must hold at every moment: movements sum to stock, open holds to what is reserved; a reservation is in one
 * state, came by one movement a part, and went by one more than came back.
 */
export async function assertBalanced(db: Database): Promise<void> {
  const unbalanced = await db.query(sql`
    select s.product_id, s.warehouse_id, s.total_quantity, s.reserved, m.total, m.reserved as moved, h.held
    from inventory.stock s
    left join (
      select bucket, product_id, warehouse_id, pool, sum(total_delta) as total, sum(reserved_delta) as reserved
      from inventory.movements group by 1, 2, 3, 4
    ) m using (bucket, product_id, warehouse_id, pool)
    left join (
      select bucket, product_id, warehouse_id, pool, sum(quantity) as held
      from inventory.holds where state = 'held' group by 1, 2, 3, 4
    ) h using (bucket, product_id, warehouse_id, pool)
    where s.total_quantity <> coalesce(m.total, 0) or s.reserved <> coalesce(m.reserved, 0)
      or s.reserved <> coalesce(h.held, 0) or s.available <> s.total_quantity - s.reserved`);
  assert.deepEqual(unbalanced, [], 'movements and holds sum to the stock');
  const torn = await db.query(sql`
    select reservation_id from inventory.holds group by reservation_id having count(distinct state) > 1`);
  assert.deepEqual(torn, [], 'all parts of a reservation are in one state');
  const wrong = await db.query(sql`
    select h.reservation_id, h.state, m.*
    from inventory.holds h
    left join lateral (
      select count(*) filter (where kind = 'hold') as comings,
        count(*) filter (where kind = 'sell') - count(*) filter (where kind = 'return') as sales,
        string_agg(kind, ',') filter (where kind in ('release', 'expire')) as goings,
        sum(total_delta) as total, sum(reserved_delta) as reserved
      from inventory.movements m
      where m.reservation_id = h.reservation_id and m.product_id = h.product_id and m.warehouse_id = h.warehouse_id
    ) m on true
    where m.comings <> 1 or m.sales <> (h.state = 'sold')::integer
      or m.goings is distinct from case h.state when 'released' then 'release' when 'expired' then 'expire' end
      or m.total <> case h.state when 'sold' then -h.quantity else 0 end
      or m.reserved <> case h.state when 'held' then h.quantity else 0 end`);
  assert.deepEqual(wrong, [], 'a hold comes by one movement, and goes by one more than come back');
}
