import { bucketOf } from '#platform/ids';
import { bucketFrom, type Route, routeOf, whereRouted } from '#platform/route';
import { type Connection, type Sql, sql } from '#platform/sql';
import type { JournalEntry, SellerPart } from './journal-rules.ts';

const columns = sql`order_id, kind, ref_id, gateway, currency, customer, clearing, sellers, tax, shipping, fees, parts`;

/** New rows of the journal as the insert of a statement takes them; `e` is their alias. */
function rowsOf(entries: JournalEntry[]): Sql {
  return sql`unnest(
    ${entries.map(entry => bucketOf(entry.order_id))}::smallint[],
    ${entries.map(entry => entry.order_id)}::uuid[],
    ${entries.map(entry => entry.kind)}::text[],
    ${entries.map(entry => entry.ref_id)}::uuid[],
    ${entries.map(entry => entry.gateway)}::text[],
    ${entries.map(entry => entry.currency)}::text[],
    ${entries.map(entry => entry.customer)}::bigint[],
    ${entries.map(entry => entry.clearing)}::bigint[],
    ${entries.map(entry => entry.sellers)}::bigint[],
    ${entries.map(entry => entry.tax)}::bigint[],
    ${entries.map(entry => entry.shipping)}::bigint[],
    ${entries.map(entry => entry.fees)}::bigint[],
    ${entries.map(entry => JSON.stringify(entry.parts))}::json[]
  ) as e (bucket, order_id, kind, ref_id, gateway, currency, customer, clearing, sellers, tax, shipping, fees, parts)`;
}

/** `insert …` for the part of a statement that writes payments: only of those orders that it `written`. */
export function postWritten(entries: JournalEntry[], at: string, route: Route): Sql {
  return sql`
    insert into payments.journal (bucket, ${columns}, at)
    select ${bucketFrom(route, 'w.bucket')}, e.order_id, e.kind, e.ref_id, e.gateway, e.currency, e.customer, e.clearing,
      e.sellers, e.tax, e.shipping, e.fees, e.parts, ${at}::timestamptz
    from ${rowsOf(entries)}
    join written w on w.bucket = e.bucket and w.order_id = e.order_id`;
}

/** For payments that the transaction has locked. */
export async function appendEntries(tx: Connection, entries: JournalEntry[], at: string, route: Route): Promise<void> {
  if (entries.length === 0) return;
  await tx.query(sql`
    insert into payments.journal (bucket, ${columns}, at)
    select ${bucketFrom(route, 'e.bucket')}, e.order_id, e.kind, e.ref_id, e.gateway, e.currency, e.customer, e.clearing,
      e.sellers, e.tax, e.shipping, e.fees, e.parts, ${at}::timestamptz
    from ${rowsOf(entries)}${whereRouted(route, 'e')}`);
}

export type Standing = Pick<JournalEntry, 'order_id' | 'customer' | 'tax' | 'shipping'> & { parts: SellerPart[] };

/** What these orders have in their accounts, entry by entry. */
export async function readStandings(tx: Connection, orderIds: string[]): Promise<Standing[]> {
  if (orderIds.length === 0) return [];
  return await tx.query<Standing>(sql`
    select j.order_id, j.customer, j.tax, j.shipping, j.parts
    from unnest(${orderIds.map(bucketOf)}::smallint[], ${orderIds}::uuid[]) as i (bucket, order_id)
    join payments.journal j on j.bucket = i.bucket and j.order_id = i.order_id
    ${whereRouted(routeOf(orderIds), 'j')}`);
}

export interface EntryRow extends Omit<JournalEntry, 'kind'> {
  kind: JournalEntry['kind'] | 'opening';
  at: string;
}

/** An order's entries, oldest first. */
export function readEntries(db: Connection, orderId: string): Promise<EntryRow[]> {
  return db.query<EntryRow>(sql`
    select ${columns}, at from payments.journal
    where bucket = ${bucketOf(orderId)} and order_id = ${orderId}
    order by at, kind, ref_id`);
}

export interface BalanceRow {
  gateway: string;
  currency: string;
  entries: number;
  customer: number;
  clearing: number;
  sellers: number;
  tax: number;
  shipping: number;
  fees: number;
}

/** Sums over the entries of a time, from inclusive to exclusive. */
export function readBalances(db: Connection, { from, to }: { from: string; to: string }): Promise<BalanceRow[]> {
  return db.query<BalanceRow>(sql`
    select gateway, currency, count(*) as entries, sum(customer)::bigint as customer, sum(clearing)::bigint as clearing,
      sum(sellers)::bigint as sellers, sum(tax)::bigint as tax, sum(shipping)::bigint as shipping,
      sum(fees)::bigint as fees
    from payments.journal where at >= ${from} and at < ${to}
    group by gateway, currency order by gateway, currency`);
}
