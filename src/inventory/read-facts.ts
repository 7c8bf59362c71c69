import type { FactPage, FactSpan } from '#platform/facts';
import { placeAfter } from '#platform/facts';
import type { Sharding } from '#platform/route';
import type { Database } from '#platform/sql';
import type { Inventory } from './contract.ts';
import * as store from './facts-store.ts';

type FactReads = Pick<Inventory, 'readStockFacts' | 'readHoldFacts' | 'readSaleFacts' | 'readReservationFacts'>;

export function readFacts(db: Database, sharding: Sharding): FactReads {
  return {
    readStockFacts: page => readStock(db, page),
    readHoldFacts: span => readHolds(db, span, sharding),
    async readSaleFacts({ after, limit }) {
      const rows = await store.readSaleFacts(db, placeAfter(after), limit);
      return rows.map(({ bucket, ...row }) => ({ key: `${hex(bucket)} ${row.reservation_id}`, ...row }));
    },
    async readReservationFacts({ reservations }) {
      const rows = await store.readReservationFacts(db, reservations);
      return rows.map(({ units, ...row }) => ({ ...row, units: JSON.stringify(units) }));
    },
  };
}

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

async function readStock(db: Database, { after, limit }: FactPage) {
  const [bucket = '00', product_id = FIRST_ID, warehouse_id = FIRST_ID, pool = ''] = after?.split(' ') ?? [];
  const place = { bucket: Number.parseInt(bucket, 16), product_id, warehouse_id, pool };
  const rows = await store.readStockFacts(db, place, limit);
  return rows.map(({ bucket: own, ...row }) => ({
    key: [hex(own), row.product_id, row.warehouse_id, row.pool].join(' '),
    ...row,
  }));
}

async function readHolds(db: Database, span: FactSpan, sharding: Sharding) {
  const shapes = await store.readHoldShapes(db, span);
  const shelves = await store.readShelves(db, span);
  return { shapes, ...shelves, ...(await store.readTorn(db, span, sharding)) };
}

function hex(bucket: number): string {
  return bucket.toString(16).padStart(2, '0');
}
