import { createHash } from 'node:crypto';
import { type Connection, sql } from '#platform/sql';
import type { ShipmentStatus } from './contract.ts';

export interface WebhookRow {
  carrier: string;
  event_id: string;
  type: string;
  tracking_number: string;
  status: ShipmentStatus | null;
  at: string;
  place: string | null;
  state: 'received' | 'applied' | 'ignored' | 'unknown_parcel';
  received_at: string;
}

type Key = Pick<WebhookRow, 'carrier' | 'event_id'>;

function bucketOfEvent(eventId: string): number {
  return createHash('sha256').update(eventId).digest()[0]!;
}

const columns = sql`w.carrier, w.event_id, w.type, w.tracking_number, w.status, w.at, w.place, w.state, w.received_at`;

/** Keeps each event once, however often it comes; what is to be applied is due at once. */
export async function keepWebhooks(db: Connection, rows: WebhookRow[]): Promise<void> {
  const entries = rows.map(row => ({ ...row, bucket: bucketOfEvent(row.event_id) }));
  await db.query(sql`
    insert into fulfillment.webhooks (bucket, carrier, event_id, type, tracking_number, status, at, place, state,
      received_at, next_try_at)
    select w.bucket, ${columns}, case w.state when 'received' then w.received_at end
    from jsonb_populate_recordset(null::fulfillment.webhooks, ${JSON.stringify(entries)}::jsonb) w
    order by w.bucket, w.carrier, w.event_id
    on conflict (bucket, carrier, event_id) do nothing`);
}

/** What is due, put off at once: who dies in the middle leaves it for later. */
export function claimWebhooks(
  db: Connection,
  due: { now: string; firstMs: number; mostMs: number; limit: number },
): Promise<WebhookRow[]> {
  return db.query<WebhookRow>(sql`
    update fulfillment.webhooks w set tries = w.tries + 1, next_try_at = ${due.now}::timestamptz
      + least(${due.firstMs}::float8 * power(2, least(w.tries, 20)), ${due.mostMs}::float8) * interval '1 millisecond'
    from (
      select bucket, carrier, event_id from fulfillment.webhooks where next_try_at <= ${due.now}
      order by next_try_at limit ${due.limit} for update skip locked
    ) d
    where w.bucket = d.bucket and w.carrier = d.carrier and w.event_id = d.event_id
    returning ${columns}`);
}

export async function endWebhooks(db: Connection, keys: Key[], state: 'applied' | 'unknown_parcel'): Promise<void> {
  const rows = keys.map(({ carrier, event_id }) => ({ bucket: bucketOfEvent(event_id), carrier, event_id }));
  await db.query(sql`
    update fulfillment.webhooks w set state = ${state}, next_try_at = null
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as d (bucket smallint, carrier text, event_id text)
    where w.bucket = d.bucket and w.carrier = d.carrier and w.event_id = d.event_id`);
}

/** Carriers repeat a webhook for some days at most. */
export async function pruneWebhooks(db: Connection, before: string, limit: number): Promise<number> {
  const rows = await db.query<{ event_id: string }>(sql`
    delete from fulfillment.webhooks where (bucket, carrier, event_id) in (
      select bucket, carrier, event_id from fulfillment.webhooks
      where received_at < ${before} and next_try_at is null limit ${limit})
    returning event_id`);
  return rows.length;
}
