import { bucketOf } from '#platform/ids';
import { bucketFrom, type Route, routedTo, routeOf, whereRouted } from '#platform/route';
import { asJson, type Connection, sql } from '#platform/sql';
import type { JournalEntry } from './journal-rules.ts';
import { postWritten } from './journal-store.ts';
import type { RefundRow } from './refund-rules.ts';
import type { PaymentRow, Row } from './rules.ts';

const columns = sql`p.bucket, p.order_id, p.payment_id, p.person_id, p.amount, p.currency, p.method, p.gateway,
  p.gateway_ref, p.status, p.captured, p.refunding, p.refunded, p.reason, p.next_action, p.outcome_known, p.wanted,
  p.attempts, p.next_try_at, p.created_at, p.captured_at, p.version`;

const refundColumns = sql`r.bucket, r.refund_id, r.order_id, r.amount, r.note, r.split, r.status, r.gateway_ref,
  r.problem, r.attempts, r.next_try_at, r.created_at, r.ended_at`;

const each = <Value>(rows: Row[], read: (row: PaymentRow) => Value) => rows.map(row => read(row as PaymentRow) ?? null);

/** The payments of these orders, in no order; also the notes of unwanted ones. */
export function readPayments(db: Connection, orderIds: string[]): Promise<Row[]> {
  return db.query<Row>(sql`
    select ${columns}
    from unnest(${orderIds.map(bucketOf)}::smallint[], ${orderIds}::uuid[]) as i (bucket, order_id)
    join payments.payments p on p.bucket = i.bucket and p.order_id = i.order_id
    ${whereRouted(routeOf(orderIds), 'p')}`);
}

/** As `readPayments`, locked in key order, so that two groups can't wait for each other. */
export function lockPayments(tx: Connection, orderIds: string[], route: Route): Promise<Row[]> {
  return tx.query<Row>(sql`
    select ${columns}
    from unnest(${orderIds.map(bucketOf)}::smallint[], ${orderIds}::uuid[]) as i (bucket, order_id)
    join payments.payments p on p.bucket = i.bucket and p.order_id = i.order_id${routedTo(route, 'p')}
    order by p.bucket, p.order_id
    for update of p`);
}

/**
 * Writes the first row of each order, its event and its entry in the ledger in one statement; answers the order ids it
 * wrote. An order that has a row keeps it. The rows must be of different orders.
 */
export async function insertPayments(
  db: Connection,
  rows: Row[],
  entries: JournalEntry[],
  at: string,
  route: Route,
): Promise<string[]> {
  const written = await db.query<{ order_id: string }>(sql`
    with written as (
      insert into payments.payments (bucket, order_id, payment_id, person_id, amount, currency, method, gateway,
        gateway_ref, status, captured, captured_at, reason, next_action, outcome_known, next_try_at, created_at,
        version)
      select * from unnest(
        ${rows.map(row => row.bucket)}::smallint[],
        ${rows.map(row => row.order_id)}::uuid[],
        ${each(rows, row => row.payment_id)}::uuid[],
        ${each(rows, row => row.person_id)}::uuid[],
        ${each(rows, row => row.amount)}::bigint[],
        ${each(rows, row => row.currency)}::text[],
        ${each(rows, row => row.method)}::text[],
        ${each(rows, row => row.gateway)}::text[],
        ${each(rows, row => row.gateway_ref)}::text[],
        ${rows.map(row => row.status)}::text[],
        ${each(rows, row => row.captured ?? 0)}::bigint[],
        ${each(rows, row => row.captured_at)}::timestamptz[],
        ${rows.map(row => row.reason)}::text[],
        ${each(rows, row => asJson(row.next_action))}::jsonb[],
        ${rows.map(row => (row as PaymentRow).outcome_known ?? true)}::boolean[],
        ${each(rows, row => row.next_try_at)}::timestamptz[],
        ${rows.map(row => row.created_at)}::timestamptz[],
        ${rows.map(row => row.version)}::integer[]
      ) as i (bucket, order_id)${whereRouted(route, 'i')}
      order by i.bucket, i.order_id
      on conflict (bucket, order_id) do nothing
      returning bucket, order_id, payment_id, amount, reason, status, version
    ), told as (
      insert into payments.outbox (bucket, aggregate_id, version, type, data)
      select ${bucketFrom(route, 'bucket')}, payment_id, version, 'payment.' || status, jsonb_build_object(
        'order_id', order_id, 'payment_id', payment_id, 'amount', amount, 'reason', reason)
      from written where status in ('authorized', 'failed', 'captured')
    ), posted as (${postWritten(entries, at, route)}
    )
    select order_id from written`);
  return written.map(({ order_id }) => order_id);
}

/**
 * Checks and takes in one statement: authorised payments become captured, with their event and their entry in the
 * ledger; answers what did.
 */
export function capturePayments(
  db: Connection,
  entries: JournalEntry[],
  at: string,
  route: Route,
): Promise<PaymentRow[]> {
  const orderIds = entries.map(entry => entry.order_id);
  return db.query<PaymentRow>(sql`
    with locked as (
      select p.bucket, p.order_id
      from unnest(${orderIds.map(bucketOf)}::smallint[], ${orderIds}::uuid[]) as i (bucket, order_id)
      join payments.payments p on p.bucket = i.bucket and p.order_id = i.order_id
      where p.status = 'authorized'${routedTo(route, 'p')}
      order by p.bucket, p.order_id
      for update of p
    ), written as (
      update payments.payments p
      set status = 'captured', captured = amount, captured_at = ${at}, outcome_known = true, wanted = null,
        attempts = 0, next_try_at = null, version = version + 1
      from locked l
      where p.bucket = l.bucket and p.order_id = l.order_id${routedTo(route, 'p')}
      returning ${columns}
    ), told as (
      insert into payments.outbox (bucket, aggregate_id, version, type, data)
      select ${bucketFrom(route, 'bucket')}, payment_id, version, 'payment.captured', jsonb_build_object(
        'order_id', order_id, 'payment_id', payment_id, 'amount', amount, 'reason', reason)
      from written
    ), posted as (${postWritten(entries, at, route)}
    )
    select * from written`);
}

/** Overwrites rows that the transaction has locked; a change of status is noted with its time. */
export async function updatePayments(tx: Connection, rows: PaymentRow[], at: string, route: Route): Promise<void> {
  await tx.query(sql`
    update payments.payments p
    set payment_id = i.payment_id, person_id = i.person_id, amount = i.amount, currency = i.currency,
      method = i.method, gateway = i.gateway, gateway_ref = i.gateway_ref, status = i.status, captured = i.captured,
      refunding = i.refunding, refunded = i.refunded, reason = i.reason, next_action = i.next_action,
      outcome_known = i.outcome_known, wanted = i.wanted, attempts = i.attempts, next_try_at = i.next_try_at,
      captured_at = i.captured_at, version = i.version,
      steps = case when p.status = i.status then p.steps
        else p.steps || jsonb_build_object('from', p.status, 'to', i.status, 'at', ${at}::text) end
    from unnest(
      ${rows.map(row => row.bucket)}::smallint[],
      ${rows.map(row => row.order_id)}::uuid[],
      ${rows.map(row => row.payment_id)}::uuid[],
      ${rows.map(row => row.person_id)}::uuid[],
      ${rows.map(row => row.amount)}::bigint[],
      ${rows.map(row => row.currency)}::text[],
      ${rows.map(row => row.method)}::text[],
      ${rows.map(row => row.gateway)}::text[],
      ${rows.map(row => row.gateway_ref)}::text[],
      ${rows.map(row => row.status)}::text[],
      ${rows.map(row => row.captured)}::bigint[],
      ${rows.map(row => row.refunding)}::bigint[],
      ${rows.map(row => row.refunded)}::bigint[],
      ${rows.map(row => row.reason)}::text[],
      ${rows.map(row => asJson(row.next_action))}::jsonb[],
      ${rows.map(row => row.outcome_known)}::boolean[],
      ${rows.map(row => row.wanted)}::text[],
      ${rows.map(row => row.attempts)}::integer[],
      ${rows.map(row => row.next_try_at)}::timestamptz[],
      ${rows.map(row => row.captured_at)}::timestamptz[],
      ${rows.map(row => row.version)}::integer[]
    ) as i (bucket, order_id, payment_id, person_id, amount, currency, method, gateway, gateway_ref, status, captured,
      refunding, refunded, reason, next_action, outcome_known, wanted, attempts, next_try_at, captured_at, version)
    where p.bucket = i.bucket and p.order_id = i.order_id${routedTo(route, 'p')}`);
}

/** In the bucket of their order, which is theirs. */
export function readRefunds(db: Connection, refunds: { order_id: string; refund_id: string }[]): Promise<RefundRow[]> {
  return db.query<RefundRow>(sql`
    select ${refundColumns}
    from unnest(
      ${refunds.map(refund => bucketOf(refund.order_id))}::smallint[],
      ${refunds.map(refund => refund.refund_id)}::uuid[]
    ) as i (bucket, refund_id)
    join payments.refunds r on r.bucket = i.bucket and r.refund_id = i.refund_id
    ${whereRouted(routeOf(refunds.map(refund => refund.order_id)), 'r')}`);
}

/** Writes new refunds and the end of known ones, whose payments the transaction has locked. */
export async function saveRefunds(tx: Connection, rows: RefundRow[], route: Route): Promise<void> {
  await tx.query(sql`
    insert into payments.refunds as r (bucket, refund_id, order_id, amount, note, split, status, gateway_ref,
      problem, next_try_at, created_at, ended_at)
    select * from unnest(
      ${rows.map(row => row.bucket)}::smallint[],
      ${rows.map(row => row.refund_id)}::uuid[],
      ${rows.map(row => row.order_id)}::uuid[],
      ${rows.map(row => row.amount)}::bigint[],
      ${rows.map(row => row.note)}::text[],
      ${rows.map(row => asJson(row.split))}::json[],
      ${rows.map(row => row.status)}::text[],
      ${rows.map(row => row.gateway_ref)}::text[],
      ${rows.map(row => row.problem)}::text[],
      ${rows.map(row => row.next_try_at)}::timestamptz[],
      ${rows.map(row => row.created_at)}::timestamptz[],
      ${rows.map(row => row.ended_at)}::timestamptz[]
    ) as i (bucket, refund_id)${whereRouted(route, 'i')}
    order by i.bucket, i.refund_id
    on conflict (bucket, refund_id) do update
    set status = excluded.status, gateway_ref = excluded.gateway_ref, problem = excluded.problem,
      next_try_at = excluded.next_try_at, ended_at = excluded.ended_at`);
}

/**
 * Takes payments whose time has come, and sets their next time at once: a sweeper that dies has lost nothing, and a
 * second one passes over what the first has locked.
 */
export function claimDuePayments(
  db: Connection,
  limits: { now: string; firstMs: number; mostMs: number; batch: number },
  route: Route,
): Promise<Row[]> {
  return db.query<Row>(sql`
    update payments.payments p
    set attempts = p.attempts + 1, next_try_at = ${limits.now}::timestamptz
      + least(${limits.firstMs} * power(2, least(p.attempts + 1, 20)), ${limits.mostMs}) * interval '1 millisecond'
    from (
      select bucket, order_id from payments.payments
      where next_try_at <= ${limits.now}${routedTo(route)}
      order by next_try_at limit ${limits.batch}
      for update skip locked
    ) due
    where p.bucket = due.bucket and p.order_id = due.order_id${routedTo(route, 'p')}
    returning ${columns}`);
}

export function claimDueRefunds(
  db: Connection,
  limits: { now: string; firstMs: number; mostMs: number; batch: number },
  route: Route,
): Promise<RefundRow[]> {
  return db.query<RefundRow>(sql`
    update payments.refunds r
    set attempts = r.attempts + 1, next_try_at = ${limits.now}::timestamptz
      + least(${limits.firstMs} * power(2, least(r.attempts + 1, 20)), ${limits.mostMs}) * interval '1 millisecond'
    from (
      select bucket, refund_id from payments.refunds
      where next_try_at <= ${limits.now}${routedTo(route)}
      order by next_try_at limit ${limits.batch}
      for update skip locked
    ) due
    where r.bucket = due.bucket and r.refund_id = due.refund_id${routedTo(route, 'r')}
    returning ${refundColumns}`);
}

/** Where `claimDuePayments` and `claimDueRefunds` would find some. */
export async function readDueBuckets(db: Connection, now: string): Promise<number[]> {
  const rows = await db.query<{ bucket: number }>(sql`
    select bucket from payments.payments where next_try_at <= ${now}
    union
    select bucket from payments.refunds where next_try_at <= ${now}
    order by bucket`);
  return rows.map(row => row.bucket);
}

/** What has ended, or never was, needs no more looks at the gateways. */
export async function endWatch(db: Connection, orderId: string): Promise<void> {
  await db.query(sql`
    update payments.payments set next_try_at = null
    where bucket = ${bucketOf(orderId)} and order_id = ${orderId} and status in ('unwanted', 'failed')
      and wanted is null`);
}

/** What has been without an end since before `since`, oldest first. */
export function listUnsettled(db: Connection, since: string, most: number): Promise<PaymentRow[]> {
  return db.query<PaymentRow>(sql`
    select ${columns} from payments.payments p
    where p.next_try_at is not null and p.status <> 'unwanted' and (p.wanted is not null or not p.outcome_known)
      and p.created_at < ${since}
    order by p.created_at limit ${most}`);
}

/** Refunds that were reserved before `since` and are not given back, or that the gateway refused later. */
export function listUnsettledRefunds(db: Connection, since: string, most: number): Promise<RefundRow[]> {
  return db.query<RefundRow>(sql`
    select ${refundColumns} from payments.refunds r
    where r.next_try_at is not null and r.created_at < ${since} or r.status = 'failed' and r.attempts > 0
    order by r.created_at limit ${most}`);
}
