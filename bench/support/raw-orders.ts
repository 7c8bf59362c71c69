import { timestamp } from '#platform/clock';
import { bucketOf, derivedId, type Ids } from '#platform/ids';
import { type Database, sql } from '#platform/sql';

/** What all raw orders have in common: one product from one warehouse, to one address. */
export interface RawOrder {
  product_id: string;
  warehouse_id: string;
  seller_id: string;
  email: string;
  address: object;
  /** Of its line alone, without that of its shipping. */
  lineTax: number;
  amounts: { subtotal: number; shipping_cost: number; tax: number; total: number };
}

interface RawGroup {
  of: RawOrder;
  people: string[];
  orders: string[];
  reservations: string[];
  payments: string[];
  now: string;
}

/**
 * Orders as hand-written SQL would write them: the rows of an order that goes well, in as many transactions as the
 * modules need, for `size` orders at once. Nothing is asked, decided or answered, so that this is the ceiling for those
 * who do.
 */
export async function writeRawOrders(db: Database, ids: Ids, of: RawOrder, size: number): Promise<void> {
  const people = Array.from({ length: size }, () => ids.next());
  const orders = people.map(id => ids.nextFor(id)).toSorted((a, b) => bucketOf(a) - bucketOf(b));
  const group: RawGroup = {
    ...{ of, people, orders },
    reservations: orders.map(id => derivedId(id, 'reservation')),
    payments: orders.map(id => derivedId(id, 'payment')),
    now: timestamp(Date.now()),
  };
  await hold(db, group);
  await create(db, group);
  await sell(db, group);
  await pay(db, group);
  await confirm(db, group);
  await recordSales(db, group);
}

const TTL_MS = 900_000;
const shelfOf = ({ product_id, warehouse_id }: RawOrder) => sql`
  bucket = ${bucketOf(product_id)} and product_id = ${product_id} and warehouse_id = ${warehouse_id} and pool = ''`;

async function hold(db: Database, { of, people, reservations, now }: RawGroup): Promise<void> {
  const product = sql`${bucketOf(of.product_id)}::smallint, ${of.product_id}::uuid, ${of.warehouse_id}::uuid`;
  await db.query(sql`
    with shelved as (
      update inventory.stock set reserved = reserved + ${people.length}, version = version + 1, updated_at = ${now}
      where ${shelfOf(of)}
    ), held as (
      insert into inventory.holds (bucket, product_id, warehouse_id, reservation_id, person_id, quantity, state,
        is_limited, expires_at, created_at)
      select ${product}, reservation_id, person_id, 1, 'held', false, ${timestamp(Date.now() + TTL_MS)}, ${now}
      from unnest(${reservations}::uuid[], ${people}::uuid[]) as u (reservation_id, person_id)
    )
    insert into inventory.movements (bucket, product_id, warehouse_id, kind, total_delta, reserved_delta,
      reservation_id, at)
    select ${product}, 'hold', 0, 1, reservation_id, ${now}
    from unnest(${reservations}::uuid[]) as u (reservation_id)`);
}

async function create(db: Database, { of, people, orders, reservations, now }: RawGroup): Promise<void> {
  const { subtotal, shipping_cost, tax, total } = of.amounts;
  const line = {
    product_id: of.product_id,
    seller_id: of.seller_id,
    title: 'Thing',
    quantity: 1,
    unit_price: subtotal,
  };
  const lines = JSON.stringify([{ ...line, discount: 0, tax: of.lineTax }]);
  const parts = JSON.stringify([{ product_id: of.product_id, warehouse_id: of.warehouse_id, quantity: 1 }]);
  const address = JSON.stringify(of.address);
  await db.query(sql`
    with new as materialized (
      select * from unnest(${orders.map(bucketOf)}::smallint[], ${orders}::uuid[], ${people}::uuid[],
        ${reservations}::uuid[], ${orders.map(() => lines)}::json[], ${orders.map(() => parts)}::json[],
        ${orders.map(() => address)}::json[]
      ) as n (bucket, order_id, person_id, reservation_id, lines, parts, address)
    ), contents as (
      insert into orders.order_contents (bucket, order_id, person_id, person_kind, email, lines, reservation_id, parts,
        shipping_address, shipping_method)
      select bucket, order_id, person_id, 'guest', ${of.email}, lines, reservation_id, parts, address, 'standard'
      from new
    ), products as (
      insert into orders.order_products (bucket, product_id, order_id)
      select bucket, ${of.product_id}::uuid, order_id from new
    )
    insert into orders.orders (bucket, order_id, checkout_id, kind, status, subtotal, discount, shipping_cost, tax,
      total, version, deadline_at, created_at, updated_at)
    select bucket, order_id, order_id, 'buy_now', 'PAYMENT_PENDING', ${subtotal}::bigint, 0, ${shipping_cost}::bigint,
      ${tax}::bigint, ${total}::bigint, 1, ${timestamp(Date.now() + TTL_MS)}, ${now}, ${now}
    from new`);
}

async function sell(db: Database, { of, orders, reservations, now }: RawGroup): Promise<void> {
  const bucket = bucketOf(of.product_id);
  await db.queryByKey(sql`
    with asked as materialized (
      select * from unnest(${orders.map(() => bucket)}::smallint[], ${orders.map(() => of.product_id)}::uuid[],
        ${reservations}::uuid[], ${orders}::uuid[]) as a (bucket, product_id, reservation_id, order_id)
    ), shelved as (
      update inventory.stock set reserved = reserved - ${orders.length},
        total_quantity = total_quantity - ${orders.length}, version = version + 1, updated_at = ${now}
      where ${shelfOf(of)}
    ), sold as (
      update inventory.holds h set state = 'sold', order_id = a.order_id, ended_at = ${now} from asked a
      where h.bucket = a.bucket and h.reservation_id = a.reservation_id and h.product_id = a.product_id
    )
    insert into inventory.movements (bucket, product_id, warehouse_id, kind, total_delta, reserved_delta,
      reservation_id, order_id, at)
    select bucket, product_id, ${of.warehouse_id}::uuid, 'sell', -1, -1, reservation_id, order_id, ${now} from asked`);
}

async function pay(db: Database, { of, people, orders, payments, now }: RawGroup): Promise<void> {
  const { total } = of.amounts;
  const told = orders.map((order_id, i) =>
    JSON.stringify({ order_id, payment_id: payments[i], amount: total, reason: null }),
  );
  await db.query(sql`
    with paid as (
      insert into payments.payments (bucket, order_id, payment_id, person_id, amount, currency, method, gateway,
        gateway_ref, status, captured, captured_at, outcome_known, created_at, version)
      select bucket, order_id, payment_id, person_id, ${total}::bigint, 'USD', 'card', 'raw', 'raw_' || order_id,
        'captured', ${total}::bigint, ${now}, true, ${now}, 2
      from unnest(${orders.map(bucketOf)}::smallint[], ${orders}::uuid[], ${payments}::uuid[], ${people}::uuid[])
        as u (bucket, order_id, payment_id, person_id)
    )
    insert into payments.outbox (bucket, aggregate_id, version, type, data)
    select bucket, payment_id, 2, 'payment.captured', data
    from unnest(${orders.map(bucketOf)}::smallint[], ${payments}::uuid[], ${told}::jsonb[])
      as u (bucket, payment_id, data)`);
}

async function confirm(db: Database, { people, orders, now }: RawGroup): Promise<void> {
  const step = JSON.stringify([{ status: 'CONFIRMED', at: now }]);
  const told = orders.map((order_id, i) => JSON.stringify({ order_id, person_id: people[i], kind: 'buy_now' }));
  await db.queryByKey(sql`
    with confirmed as (
      update orders.orders o set status = 'CONFIRMED', version = 2, deadline_at = null, updated_at = ${now},
        steps = ${step}::jsonb
      from unnest(${orders.map(bucketOf)}::smallint[], ${orders}::uuid[]) as u (bucket, order_id)
      where o.bucket = u.bucket and o.order_id = u.order_id
    )
    insert into orders.outbox (bucket, aggregate_id, version, type, data)
    select bucket, order_id, 2, 'order.confirmed', data
    from unnest(${orders.map(bucketOf)}::smallint[], ${orders}::uuid[], ${told}::jsonb[])
      as u (bucket, order_id, data)`);
}

async function recordSales(db: Database, { of, orders, now }: RawGroup): Promise<void> {
  await db.query(sql`
    insert into orders.seller_orders (seller_id, order_id, is_first, status, units, amount, currency, guest_email,
      product_ids, product_units, product_amounts, confirmed_at, version)
    select ${of.seller_id}::uuid, order_id, true, 'CONFIRMED', 1, ${of.amounts.subtotal}::bigint, 'USD', ${of.email},
      array[${of.product_id}::uuid], array[1], array[${of.amounts.subtotal}::bigint], ${now}, 2
    from unnest(${orders}::uuid[]) as u (order_id)`);
}
