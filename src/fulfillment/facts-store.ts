import { type FactsWanted, wantedRows } from '#platform/facts';
import { type Connection, type Sql, sql } from '#platform/sql';
import type { ShipmentStatus } from './contract.ts';

export interface ParcelFactRow {
  order_id: string;
  parcels: { status: ShipmentStatus; parts: { product_id: string; quantity: number }[] }[];
  age_ms: number;
}

/** All parcels of an order at once, by the index that keeps them single. */
export async function readParcelFacts(db: Connection, wanted: FactsWanted, now: string): Promise<ParcelFactRow[]> {
  const { where, end } = wantedRows(wanted, sql`bucket, order_id`);
  return await db.query<ParcelFactRow>(sql`
    select order_id, jsonb_agg(jsonb_build_object('status', status, 'parts', parts)) as parcels,
      (extract(epoch from ${now}::timestamptz - max(updated_at)) * 1000)::bigint as age_ms
    from fulfillment.shipments
    where ${where}
    group by bucket, order_id ${end}`);
}

/** Where a parcel is now was told; what it went through before it may have passed over. */
export function changesIn({ from, to }: { from: number; to: number }): Sql {
  return sql`
    select shipment_id as aggregate_id, 'shipment.moved ' || told as told_as,
      case when told = status then updated_at end as at
    from fulfillment.shipments
    cross join unnest(array['shipped', 'in_transit', 'out_for_delivery', 'delivered', 'cancelled']) as told
    where bucket between ${from} and ${to}`;
}
