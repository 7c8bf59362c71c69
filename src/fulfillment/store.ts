import { bucketOf, compareKeys } from '#platform/ids';
import { type Connection, sql } from '#platform/sql';
import type { ShipmentStatus } from './contract.ts';

export interface ShipmentRow {
  shipment_id: string;
  order_id: string;
  warehouse_id: string;
  parts: { product_id: string; quantity: number }[];
  status: ShipmentStatus;
  carrier: string | null;
  tracking_number: string | null;
  version: number;
  created_at: string;
  updated_at: string;
}

export interface TrackingRow {
  shipment_id: string;
  /** The carrier that reported it, or `shop`. */
  source: string;
  event_id: string;
  status: ShipmentStatus;
  at: string;
  place: string | null;
}

export interface ErrandRow {
  order_id: string;
  kind: 'ship' | 'deliver';
  carrier: string | null;
  tracking_number: string | null;
  tries: number;
}

const columns = sql`s.shipment_id, s.order_id, s.warehouse_id, s.parts, s.status, s.carrier, s.tracking_number,
  s.version, s.created_at, s.updated_at`;

/** Parcels that are there already stay as they are. */
export async function insertShipments(db: Connection, rows: ShipmentRow[]): Promise<void> {
  const sorted = rows.toSorted((a, b) => compareKeys(a.shipment_id, b.shipment_id));
  await db.query(sql`
    insert into fulfillment.shipments (bucket, shipment_id, order_id, warehouse_id, parts, status, carrier,
      tracking_number, version, created_at, updated_at)
    select * from unnest(
      ${sorted.map(row => bucketOf(row.shipment_id))}::smallint[], ${sorted.map(row => row.shipment_id)}::uuid[],
      ${sorted.map(row => row.order_id)}::uuid[], ${sorted.map(row => row.warehouse_id)}::uuid[],
      ${sorted.map(row => JSON.stringify(row.parts))}::jsonb[], ${sorted.map(row => row.status)}::text[],
      ${sorted.map(row => row.carrier)}::text[], ${sorted.map(row => row.tracking_number)}::text[],
      ${sorted.map(row => row.version)}::integer[], ${sorted.map(row => row.created_at)}::timestamptz[],
      ${sorted.map(row => row.updated_at)}::timestamptz[]
    )
    on conflict do nothing`);
}

export function readShipments(db: Connection, orderIds: string[]): Promise<ShipmentRow[]> {
  return db.query<ShipmentRow>(sql`
    select ${columns} from fulfillment.shipments s
    join unnest(${orderIds.map(bucketOf)}::smallint[], ${orderIds}::uuid[]) as asked (bucket, order_id)
      using (bucket, order_id)
    order by s.created_at, s.shipment_id`);
}

/** Two webhooks may bring the last two parcels of an order at once: who sees both must hold both. In key order. */
export function lockShipments(tx: Connection, orderIds: string[]): Promise<ShipmentRow[]> {
  return tx.query<ShipmentRow>(sql`
    select ${columns} from fulfillment.shipments s
    join unnest(${orderIds.map(bucketOf)}::smallint[], ${orderIds}::uuid[]) as asked (bucket, order_id)
      using (bucket, order_id)
    order by s.bucket, s.shipment_id
    for update of s`);
}

/** Of all buckets: a carrier names its number and nothing else that it would have to keep right. */
export function findShipments(
  db: Connection,
  numbers: { carrier: string; tracking_number: string }[],
): Promise<ShipmentRow[]> {
  return db.query<ShipmentRow>(sql`
    select distinct ${columns} from fulfillment.shipments s
    join unnest(${numbers.map(each => each.tracking_number)}::text[], ${numbers.map(each => each.carrier)}::text[])
      as asked (tracking_number, carrier) using (tracking_number, carrier)`);
}

export async function updateShipments(tx: Connection, rows: ShipmentRow[]): Promise<void> {
  await tx.query(sql`
    update fulfillment.shipments s set status = n.status, carrier = n.carrier, tracking_number = n.tracking_number,
      version = n.version, updated_at = n.updated_at
    from jsonb_populate_recordset(null::fulfillment.shipments, ${JSON.stringify(byKey(rows))}::jsonb) n
    where s.bucket = n.bucket and s.shipment_id = n.shipment_id`);
}

/** Each event once, however often it is told. */
export async function insertTracking(tx: Connection, rows: TrackingRow[]): Promise<void> {
  await tx.query(sql`
    insert into fulfillment.tracking_events (bucket, shipment_id, source, event_id, status, at, place)
    select t.bucket, t.shipment_id, t.source, t.event_id, t.status, t.at, t.place
    from jsonb_populate_recordset(null::fulfillment.tracking_events, ${JSON.stringify(byKey(rows))}::jsonb) t
    order by t.bucket, t.shipment_id, t.source, t.event_id
    on conflict (bucket, shipment_id, source, event_id) do nothing`);
}

export function readTracking(db: Connection, shipmentIds: string[]): Promise<TrackingRow[]> {
  return db.query<TrackingRow>(sql`
    select shipment_id, source, event_id, status, at, place from fulfillment.tracking_events
    join unnest(${shipmentIds.map(bucketOf)}::smallint[], ${shipmentIds}::uuid[]) as asked (bucket, shipment_id)
      using (bucket, shipment_id)`);
}

/** The errand as the first one asked for it. */
export async function keepErrand(
  db: Connection,
  errand: Omit<ErrandRow, 'tries'> & { next_try_at: string },
): Promise<ErrandRow> {
  const rows = await db.query<ErrandRow>(sql`
    insert into fulfillment.errands as e (bucket, order_id, kind, carrier, tracking_number, next_try_at)
    values (${bucketOf(errand.order_id)}, ${errand.order_id}, ${errand.kind}, ${errand.carrier},
      ${errand.tracking_number}, ${errand.next_try_at})
    on conflict (bucket, order_id, kind) do update set next_try_at = excluded.next_try_at
    returning order_id, kind, carrier, tracking_number, tries`);
  return rows[0]!;
}

/** Orders whose last parcel has arrived, to be told so. */
export async function keepDeliveries(tx: Connection, orderIds: string[], nextTryAt: string): Promise<void> {
  const sorted = orderIds.toSorted(compareKeys);
  await tx.query(sql`
    insert into fulfillment.errands (bucket, order_id, kind, next_try_at)
    select o.bucket, o.order_id, 'deliver', ${nextTryAt}
    from unnest(${sorted.map(bucketOf)}::smallint[], ${sorted}::uuid[]) as o (bucket, order_id)
    on conflict (bucket, order_id, kind) do nothing`);
}

export async function removeErrand(
  db: Connection,
  { order_id, kind }: Pick<ErrandRow, 'order_id' | 'kind'>,
): Promise<void> {
  await db.query(sql`
    delete from fulfillment.errands
    where bucket = ${bucketOf(order_id)} and order_id = ${order_id} and kind = ${kind}`);
}

/** What is due, put off at once so that two sweepers take different ones; each try waits longer than the last. */
export function takeDueErrands(
  db: Connection,
  due: { now: string; firstMs: number; mostMs: number; limit: number },
): Promise<ErrandRow[]> {
  return db.query<ErrandRow>(sql`
    update fulfillment.errands e set tries = e.tries + 1, next_try_at = ${due.now}::timestamptz
      + least(${due.firstMs}::float8 * power(2, least(e.tries, 20)), ${due.mostMs}::float8) * interval '1 millisecond'
    from (
      select bucket, order_id, kind from fulfillment.errands where next_try_at <= ${due.now}
      order by next_try_at limit ${due.limit} for update skip locked
    ) d
    where e.bucket = d.bucket and e.order_id = d.order_id and e.kind = d.kind
    returning e.order_id, e.kind, e.carrier, e.tracking_number, e.tries`);
}

/** Rows with their bucket, in key order: two groups lock and insert in one order. */
function byKey<Row extends { shipment_id: string }>(rows: Row[]): (Row & { bucket: number })[] {
  return rows
    .map(row => ({ ...row, bucket: bucketOf(row.shipment_id) }))
    .sort((a, b) => a.bucket - b.bucket || (a.shipment_id < b.shipment_id ? -1 : 1));
}
