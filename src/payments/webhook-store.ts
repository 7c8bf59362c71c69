import { createHash } from 'node:crypto';
import { type Route, routedTo, whereRouted } from '#platform/route';
import { type Connection, join, type Sql, sql } from '#platform/sql';
import type { WebhookFilter, WebhookName } from './contract.ts';
import type { GatewayEvent } from './gateway.ts';

export type WebhookClaim = Pick<GatewayEvent, 'about' | 'gateway_ref' | 'amount' | 'currency' | 'refund_id'>;

export interface WebhookRow {
  bucket: number;
  gateway: string;
  event_id: string;
  order_id: string | null;
  type: string;
  claim: WebhookClaim;
  body: Record<string, unknown>;
  state: 'received' | 'done' | 'stuck';
  problem: string | null;
  detail: string | null;
  attempts: number;
  received_at: string;
  processed_at: string | null;
}

const columns = sql`w.bucket, w.gateway, w.event_id, w.order_id, w.type, w.claim, w.body, w.state, w.problem, w.detail,
  w.attempts, w.received_at, w.processed_at`;

/** Of the event's id, since its order is only a claim. */
export function bucketOfEvent(eventId: string): number {
  return createHash('sha256').update(eventId).digest()[0]!;
}

/** Keeps each event once, however often it comes; they are due at once. */
export async function keepWebhooks(db: Connection, rows: WebhookRow[], route: Route): Promise<void> {
  await db.query(sql`
    insert into payments.webhooks (bucket, gateway, event_id, order_id, type, claim, body, state,
      next_try_at, received_at)
    select i.bucket, i.gateway, i.event_id, i.order_id, i.type, i.claim, i.body, 'received',
      i.received_at, i.received_at
    from unnest(
      ${rows.map(row => row.bucket)}::smallint[],
      ${rows.map(row => row.gateway)}::text[],
      ${rows.map(row => row.event_id)}::text[],
      ${rows.map(row => row.order_id)}::text[],
      ${rows.map(row => row.type)}::text[],
      ${rows.map(row => JSON.stringify(row.claim))}::jsonb[],
      ${rows.map(row => JSON.stringify(row.body))}::jsonb[],
      ${rows.map(row => row.received_at)}::timestamptz[]
    ) as i (bucket, gateway, event_id, order_id, type, claim, body, received_at)
    ${whereRouted(route, 'i')}
    order by i.bucket, i.gateway, i.event_id
    on conflict (bucket, gateway, event_id) do nothing`);
}

/** Takes what is due, and sets the next time at once: who dies in the middle leaves it for later. */
export function claimWebhooks(
  db: Connection,
  limits: { now: string; firstMs: number; mostMs: number; batch: number },
  route: Route,
): Promise<WebhookRow[]> {
  return db.query<WebhookRow>(sql`
    update payments.webhooks w
    set attempts = w.attempts + 1, next_try_at = ${limits.now}::timestamptz
      + least(${limits.firstMs} * power(2, least(w.attempts, 20)), ${limits.mostMs}) * interval '1 millisecond'
    from (
      select bucket, gateway, event_id from payments.webhooks
      where next_try_at <= ${limits.now}${routedTo(route)}
      order by next_try_at limit ${limits.batch}
      for update skip locked
    ) due
    where w.bucket = due.bucket and w.gateway = due.gateway and w.event_id = due.event_id
      ${routedTo(route, 'w')}
    returning ${columns}`);
}

/** Where `claimWebhooks` would find some. */
export async function readDueBuckets(db: Connection, now: string): Promise<number[]> {
  const rows = await db.query<{ bucket: number }>(sql`
    select distinct bucket from payments.webhooks where next_try_at <= ${now} order by bucket`);
  return rows.map(row => row.bucket);
}

export async function endWebhook(
  db: Connection,
  webhook: WebhookRow,
  end: { state: 'done' | 'stuck'; problem: string | null; detail: string | null; at: string },
): Promise<void> {
  await db.query(sql`
    update payments.webhooks
    set state = ${end.state}, problem = ${end.problem}, detail = ${end.detail}, processed_at = ${end.at},
      next_try_at = null
    where bucket = ${webhook.bucket} and gateway = ${webhook.gateway} and event_id = ${webhook.event_id}`);
}

/** Newest first, by any gateway and bucket. */
export function readWebhooks(
  db: Connection,
  filter: WebhookFilter,
  { limit, offset }: { limit: number; offset: number },
): Promise<WebhookRow[]> {
  return db.query<WebhookRow>(sql`
    select ${columns} from payments.webhooks w where ${matching(filter)}
    order by w.received_at desc, w.gateway, w.event_id limit ${limit} offset ${offset}`);
}

/** Counted up to `most`. */
export async function countWebhooks(db: Connection, filter: WebhookFilter, most: number): Promise<number> {
  const rows = await db.query<{ count: number }>(sql`
    select count(*) from (select 1 from payments.webhooks w where ${matching(filter)} limit ${most}) counted`);
  return rows[0]!.count;
}

function matching({ gateway, state, order_id }: WebhookFilter): Sql {
  const conditions = [
    gateway === undefined ? null : sql`w.gateway = ${gateway}`,
    state === undefined ? null : sql`w.state = ${state}`,
    order_id === undefined ? null : sql`w.order_id = ${order_id}`,
  ].filter(condition => condition !== null);
  return conditions.length === 0 ? sql`true` : join(conditions, ' and ');
}

export async function readWebhook(db: Connection, name: WebhookName): Promise<WebhookRow | undefined> {
  const rows = await db.query<WebhookRow>(sql`select ${columns} from payments.webhooks w where ${named(name)}`);
  return rows[0];
}

/** Received once more, and taken: the inbox finds it at `nextTryAt`, should its caller die. */
export async function putBackWebhook(
  db: Connection,
  name: WebhookName,
  nextTryAt: string,
): Promise<WebhookRow | undefined> {
  const rows = await db.query<WebhookRow>(sql`
    update payments.webhooks w
    set state = 'received', problem = null, detail = null, processed_at = null, attempts = w.attempts + 1,
      next_try_at = ${nextTryAt}
    where ${named(name)}
    returning ${columns}`);
  return rows[0];
}

function named({ gateway, event_id }: WebhookName): Sql {
  return sql`w.bucket = ${bucketOfEvent(event_id)} and w.gateway = ${gateway} and w.event_id = ${event_id}`;
}

export function listStuckWebhooks(db: Connection, most: number): Promise<WebhookRow[]> {
  return db.query<WebhookRow>(sql`
    select ${columns} from payments.webhooks w where w.state = 'stuck' order by w.received_at limit ${most}`);
}

/** Gateways repeat a webhook for some days at most; what is stuck stays. */
export async function pruneWebhooks(db: Connection, before: string): Promise<void> {
  await db.query(sql`
    delete from payments.webhooks where state = 'done' and received_at < ${before} and next_try_at is null`);
}
