// Goal: with 100,000 orders the lists, counts and figures of staff and sellers answer at once, by their indexes.
// Method: rows inserted by statements; each question is asked, its answer compared, its time and its plan looked at.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OrderStatus } from '#orders';
import { type Database, type Sql, sql } from '#platform/sql';
import { testDatabase } from '../../test/support/postgres.ts';
import { countAllOrders, countByStatus, readAllOrders } from './list-store.ts';
import { countSellerOrders, readSellerOrders, readSteps, readTopProducts } from './seller-orders-store.ts';

const ORDERS = 100_000;
/** What each may take, best of some tries, since other tests run beside this one. */
const TIME_MAX_MS = 200;
const TRIES = 5;
const DAY_MS = 86_400_000;
/** Has one order of a hundred; fifty others share the rest. */
const SMALL_SELLER = '00000000-0000-7000-9000-000000000001';
const FIRST_PAGE = { before: null, offset: 0, limit: 25 };
const YEAR = { from: '2026-03-01T00:00:00.000Z', to: '2027-03-01T00:00:00.000Z' };

/** An order a minute from 1 March on: ten that are being paid, few that were cancelled or shipped. */
async function fillOrders(db: Database): Promise<void> {
  await db.query(sql`
    create table made as
      select n, at, ('00000000-0000-7000-8000-' || lpad(to_hex(n % 2000), 12, '0'))::uuid as product,
        ('00000000-0000-7000-9000-' || lpad(to_hex(case when n % 100 = 0 then 1 else n % 50 + 2 end), 12, '0'))::uuid
          as seller,
        (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '70008' || right(md5(n::text), 15))::uuid
          as id
      from generate_series(1, ${ORDERS}::integer) n,
        lateral (select timestamptz '2026-03-01T00:00:00Z' + n * interval '1 minute' as at) each`);
  await db.query(sql`
    insert into orders.orders (bucket, order_id, checkout_id, kind, status, subtotal, discount, shipping_cost, tax,
      total, version, deadline_at, created_at, updated_at)
    select get_byte(uuid_send(id), 15), id, id, 'buy_now',
      case when n > ${ORDERS}::integer - 10 then 'PAYMENT_PENDING' when n % 1000 = 7 then 'CANCELLED'
        when n % 500 = 3 then 'SHIPPED' when n % 3 = 0 then 'DELIVERED' else 'CONFIRMED' end,
      1000, 0, 599, 116, 1715, 3, case when n > ${ORDERS}::integer - 10 then at end, at, at
    from made`);
  await db.query(sql`
    insert into orders.order_contents (bucket, order_id, person_id, person_kind, email, lines, reservation_id, parts,
      shipping_address, shipping_method)
    select get_byte(uuid_send(id), 15), id, id, 'guest', 'g' || n || '@example.test',
      json_build_array(json_build_object('product_id', product, 'seller_id', seller, 'title', 'Thing', 'quantity', 1,
        'unit_price', 1000, 'discount', 0, 'tax', 73)),
      id, '[]', '{"name":"Ada","city":"Oakland","country":"US"}', 'standard'
    from made`);
  await db.query(sql`
    insert into orders.seller_orders (seller_id, order_id, is_first, status, units, amount, currency, guest_email,
      product_ids, product_units, product_amounts, confirmed_at, cancelled_at, version)
    select (lines -> 0 ->> 'seller_id')::uuid, order_id, true, status, 1, 1000, 'USD', email,
      array[(lines -> 0 ->> 'product_id')::uuid], array[1],
      array[1000], created_at, case when status = 'CANCELLED' then created_at end, 2
    from orders.orders join orders.order_contents using (bucket, order_id) where status <> 'PAYMENT_PENDING'`);
  await db.query(sql`analyze`);
}

/** The answer, which must have come in time. */
async function timed<Answer>(name: string, ask: () => Promise<Answer>): Promise<Answer> {
  let best = Number.POSITIVE_INFINITY;
  for (let tries = 0; ; tries += 1) {
    const startMs = performance.now();
    const answer = await ask();
    best = Math.min(best, performance.now() - startMs);
    if (best < TIME_MAX_MS || tries === TRIES) {
      assert.ok(best < TIME_MAX_MS, `${name} took ${best} ms`);
      return answer;
    }
  }
}

/** The plan of the last statement that `ask` sends. */
async function planOf(db: Database, ask: (explaining: Database) => Promise<unknown>): Promise<string> {
  let plan = '';
  const explaining: Database = {
    ...db,
    async query<Row>(statement: Sql) {
      const rows = await db.query<{ 'QUERY PLAN': string }>(sql`explain ${statement}`);
      plan = rows.map(row => row['QUERY PLAN']).join('\n');
      return db.query<Row>(statement);
    },
  };
  await ask(explaining);
  return plan;
}

test('a hundred thousand orders stay usable', async t => {
  const { db } = await testDatabase(t, ['orders']);
  await fillOrders(db);

  await t.test('the list of staff, whole and by each status, and its counts', async () => {
    const counts = { PAYMENT_PENDING: 10, SHIPPED: 200, CANCELLED: 100, CONFIRMED: 10_001, PAYMENT_FAILED: 0 };
    assert.equal((await timed('all', () => readAllOrders(db, {}, FIRST_PAGE))).length, 25);
    assert.equal(
      (await timed('the last page', () => readAllOrders(db, {}, { ...FIRST_PAGE, offset: 9_975 }))).length,
      25,
    );
    for (const [name, count] of Object.entries(counts)) {
      const status = name as OrderStatus;
      const rows = await timed(name, () => readAllOrders(db, { status }, FIRST_PAGE));
      assert.deepEqual(new Set(rows.map(row => row.status)), new Set(count === 0 ? [] : [status]));
      assert.equal(await timed(`count of ${name}`, () => countAllOrders(db, { status }, 10_001)), count);
      const plan = await planOf(db, explaining => readAllOrders(explaining, { status }, FIRST_PAGE));
      assert.match(plan, status === 'PAYMENT_PENDING' ? /orders_due/ : /orders_by_status/, plan);
      assert.doesNotMatch(plan, /Seq Scan/, plan);
    }
    const statuses = Object.keys(counts) as OrderStatus[];
    const all = await timed('countByStatus', () => countByStatus(db, statuses, 10_001));
    assert.deepEqual(
      all,
      statuses.map(status => ({ status, count: counts[status as keyof typeof counts] })),
    );
  });

  await t.test('the list by seller, buyer and time', async () => {
    const filter = { seller_id: SMALL_SELLER };
    assert.equal(await timed('count of a seller', () => countAllOrders(db, filter, 10_001)), 1_000 - 1);
    assert.equal((await timed('of a seller', () => readAllOrders(db, filter, FIRST_PAGE))).length, 25);
    const buyer = { person_id: null, email: 'G500@EXAMPLE.test' };
    const [found, ...others] = await timed('of a buyer', () => readAllOrders(db, { buyer }, FIRST_PAGE));
    assert.deepEqual([found?.email, others], ['g500@example.test', []]);
    const created = {
      from: '2026-03-03T00:00:00.000Z',
      to: '2026-03-03T00:05:00.000Z',
      id_from: '019cac6b-0000-0000-0000-000000000000',
      id_to: '019cb130-0000-0000-0000-000000000000',
    };
    assert.equal((await timed('of a time', () => readAllOrders(db, { created }, FIRST_PAGE))).length, 5);
    const own = { seller_id: SMALL_SELLER, status: 'DELIVERED' } as const;
    assert.equal((await timed("a seller's own", () => readSellerOrders(db, own, FIRST_PAGE))).length, 25);
    assert.equal(await timed("a seller's own count", () => countSellerOrders(db, own, 10_001)), 333);
  });

  await t.test('the figures of the shop and of a seller', async () => {
    const byDay = { ...YEAR, stepMs: DAY_MS };
    const steps = await timed('a year by days', () => readSteps(db, byDay));
    assert.equal(steps.length, 365);
    const total = (name: 'orders' | 'cancelled') => steps.reduce((sum, step) => sum + step[name], 0);
    assert.deepEqual([total('orders'), total('cancelled')], [ORDERS - 10 - 100, 100]);
    const plan = await planOf(db, explaining => readSteps(explaining, byDay));
    assert.match(plan, /seller_orders_confirmed/, plan);
    const own = await timed("a seller's year", () => readSteps(db, { ...byDay, seller_id: SMALL_SELLER }));
    assert.equal(
      own.reduce((sum, step) => sum + step.orders, 0),
      999,
    );
    const top = await timed('top', () => readTopProducts(db, YEAR, { most: 50_000, top: 10 }));
    assert.deepEqual([top.length, top[0]?.units, top[0]?.amount], [10, 26, 26_000]);
  });
});
