import { bucketOf } from '#platform/ids';
import { bucketFrom, type Route, routedTo, routeOf, whereRouted } from '#platform/route';
import { type Connection, sql } from '#platform/sql';
import type { CheckoutState, Frozen } from './store.ts';

export interface CheckoutRow extends Frozen {
  checkout_id: string;
  state: CheckoutState;
  order_id: string | null;
  expires_at: string;
  created_at: string;
}

const checkoutColumns = sql`checkout_id, state, order_id, expires_at, created_at, person_id, person_kind, email, lines,
  reservation_id, parts, subtotal, discount, shipping_cost, tax, total, shipping_address, billing_address,
  shipping_method`;

export async function readCheckouts(db: Connection, checkoutIds: string[]): Promise<CheckoutRow[]> {
  return db.query<CheckoutRow>(sql`
    select ${checkoutColumns} from orders.checkouts
    join unnest(${checkoutIds.map(bucketOf)}::smallint[], ${checkoutIds}::uuid[]) as asked (bucket, checkout_id)
      using (bucket, checkout_id)${whereRouted(routeOf(checkoutIds), 'checkouts')}`);
}

/** A person's open checkouts, and superseded ones, whose hold may live still: it ends later than this. */
export async function readOlderCheckouts(db: Connection, personId: string, endsAfter: string): Promise<CheckoutRow[]> {
  return db.query<CheckoutRow>(sql`
    select ${checkoutColumns} from orders.checkouts
    where bucket = ${bucketOf(personId)} and person_id = ${personId} and state in ('open', 'superseded')
      and expires_at > ${endsAfter}
    order by checkout_id`);
}

/** What each person's open checkouts hold. */
export async function readOpenLines(
  db: Connection,
  personIds: string[],
  now: string,
): Promise<Pick<CheckoutRow, 'person_id' | 'lines'>[]> {
  return db.query(sql`
    select c.person_id, c.lines from orders.checkouts c
    join unnest(${personIds.map(bucketOf)}::smallint[], ${personIds}::uuid[]) as asked (bucket, person_id)
      using (bucket, person_id)
    where c.state = 'open' and c.expires_at > ${now}${routedTo(routeOf(personIds), 'c')}`);
}

/**
 * open → ended, where no payment has begun. Locked in key order: two newer checkouts may end the same older ones. All
 * are of one person, hence of one bucket.
 */
function endOpen(checkoutIds: string[], route: Route, state: 'superseded' | 'released') {
  return sql`
    with open as materialized (
      select c.bucket, c.checkout_id from orders.checkouts c
      join unnest(${checkoutIds.map(bucketOf)}::smallint[], ${checkoutIds}::uuid[]) as asked (bucket, checkout_id)
        using (bucket, checkout_id)
      where c.state = 'open'${routedTo(route, 'c')} order by c.bucket, c.checkout_id for update of c
    ), ended as (
      update orders.checkouts c set state = ${state} from open
      where c.bucket = open.bucket and c.checkout_id = open.checkout_id${routedTo(route, 'c')}
      returning c.*
    )`;
}

/** Answers the ones that this call ended. */
export async function endOpenCheckouts(
  db: Connection,
  checkoutIds: string[],
  state: 'superseded' | 'released',
): Promise<CheckoutRow[]> {
  return db.query<CheckoutRow>(
    sql`${endOpen(checkoutIds, routeOf(checkoutIds), state)} select ${checkoutColumns} from ended`,
  );
}

/** Never to an earlier time: of two who were told different ends, the later one is the hold's. */
export async function moveExpiry(db: Connection, checkoutId: string, expiresAt: string): Promise<void> {
  await db.query(sql`
    update orders.checkouts set expires_at = greatest(expires_at, ${expiresAt})
    where bucket = ${bucketOf(checkoutId)} and checkout_id = ${checkoutId}`);
}

/** Opens a checkout in the place of older ones, by one statement; answers the older ones that it ended. */
export async function openCheckout(db: Connection, row: CheckoutRow, olderIds: string[]): Promise<CheckoutRow[]> {
  const bucket = bucketOf(row.checkout_id);
  return db.query<CheckoutRow>(sql`
    ${endOpen(olderIds, bucket, 'superseded')}, opened as (
      insert into orders.checkouts (bucket, ${checkoutColumns})
      select ${bucketFrom(bucket, 'bucket')}, ${checkoutColumns}
      from jsonb_populate_record(null::orders.checkouts, ${JSON.stringify(row)}::jsonb)
      on conflict do nothing
    )
    select ${checkoutColumns} from ended`);
}

/**
 * Ends checkouts that have been open for long after their time. Their holds have expired, but for one that was sold to
 * an order which failed meanwhile, because its process stopped between the two.
 */
export async function endForgottenCheckouts(
  db: Connection,
  before: string,
  limit: number,
  route: Route = null,
): Promise<CheckoutRow[]> {
  return db.query<CheckoutRow>(sql`
    with forgotten as materialized (
      select bucket, checkout_id from orders.checkouts
      where state = 'open' and order_id is not null and expires_at < ${before}${routedTo(route)}
      order by bucket, checkout_id limit ${limit} for update
    )
    update orders.checkouts c set state = 'released' from forgotten
    where c.bucket = forgotten.bucket and c.checkout_id = forgotten.checkout_id${routedTo(route, 'c')}
    returning c.*`);
}

/** Drops checkouts that ended, or whose hold ran out, more than a week ago. */
export async function dropOldCheckouts(
  db: Connection,
  before: string,
  limit: number,
  route: Route = null,
): Promise<number> {
  const rows = await db.query<{ checkout_id: string }>(sql`
    delete from orders.checkouts where (bucket, checkout_id) in (
      select bucket, checkout_id from orders.checkouts
      where expires_at < ${before} and state <> 'paying'${routedTo(route)} limit ${limit})
      ${routedTo(route, 'checkouts')}
    returning checkout_id`);
  return rows.length;
}

/** Where `endForgottenCheckouts` and `dropOldCheckouts` would find some. */
export async function readOldBuckets(db: Connection, before: string): Promise<number[]> {
  const rows = await db.query<{ bucket: number }>(sql`
    select distinct bucket from orders.checkouts where expires_at < ${before} order by bucket`);
  return rows.map(row => row.bucket);
}
