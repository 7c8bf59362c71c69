/** Where a parcel is after reports in any order, and which orders are complete: pure decisions on rows written here. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { OrderDelivery } from '#orders';
import { bucketOf } from '#platform/ids';
import type { ShipmentStatus } from './contract.ts';
import {
  arrivedOrders,
  cancel,
  deliver,
  inOrder,
  parcelsOf,
  type Report,
  reportedStatus,
  ship,
  track,
} from './rules.ts';
import type { ShipmentRow } from './store.ts';

const ORDER = '01990000-0000-7000-8000-0000000000aa';
const EAST = '01990000-0000-7000-8000-000000000001';
const WEST = '01990000-0000-7000-8000-000000000002';
const PRODUCT = '01990000-0000-7000-8000-0000000000b1';
const AT = '2026-01-01T00:00:00.000Z';

function parcel(status: ShipmentStatus, more: Partial<ShipmentRow> = {}): ShipmentRow {
  const delivery = { order_id: ORDER, parts: [{ product_id: PRODUCT, warehouse_id: EAST, quantity: 1 }] };
  const [row] = parcelsOf(delivery as OrderDelivery, AT);
  return { ...row!, status, carrier: 'simulated', tracking_number: 'T1', ...more };
}

function report(status: ShipmentStatus, event_id: string = status): Report {
  return { carrier: 'simulated', event_id, tracking_number: 'T1', status, at: AT, place: null };
}

test('an order gets one parcel a warehouse, with ids that are the same each time and lie in its bucket', () => {
  const parts = [
    { product_id: PRODUCT, warehouse_id: WEST, quantity: 2 },
    { product_id: PRODUCT, warehouse_id: EAST, quantity: 1 },
    { product_id: ORDER, warehouse_id: WEST, quantity: 3 },
  ];
  const parcels = parcelsOf({ order_id: ORDER, parts } as OrderDelivery, AT);
  assert.deepEqual(
    parcels.map(({ warehouse_id, parts }) => [warehouse_id, parts]),
    [
      [EAST, [{ product_id: PRODUCT, quantity: 1 }]],
      [
        WEST,
        [
          { product_id: PRODUCT, quantity: 2 },
          { product_id: ORDER, quantity: 3 },
        ],
      ],
    ],
  );
  assert.deepEqual(
    parcels,
    parcelsOf({ order_id: ORDER, parts: parts.toReversed() } as OrderDelivery, AT).map((row, i) => ({
      ...row,
      parts: parcels[i]!.parts,
    })),
  );
  assert.deepEqual(
    parcels.map(({ shipment_id }) => bucketOf(shipment_id)),
    [0xaa, 0xaa],
  );
});

test('reports in any order leave a parcel at the one that is farthest along, and each is kept', () => {
  const statuses: ShipmentStatus[] = ['in_transit', 'out_for_delivery', 'delivered'];
  fc.assert(
    fc.property(fc.subarray(statuses, { minLength: 1 }), fc.infiniteStream(fc.nat()), (some, chance) => {
      const reports = some.map(status => report(status));
      const shuffled = reports.toSorted(() => (chance.next().value % 2 === 0 ? 1 : -1));
      let now = parcel('shipped');
      let kept = 0;
      for (const one of shuffled) {
        const moves = track([now], [one], AT);
        now = moves.parcels[0] ?? now;
        kept += moves.tracking.length;
      }
      assert.equal(now.status, some.at(-1));
      assert.equal(kept, some.length);
      assert.deepEqual(track([parcel('shipped')], shuffled, AT).parcels[0]?.status, some.at(-1));
    }),
  );
});

test('a delivered or cancelled parcel moves no more, and a repeated status changes nothing', () => {
  assert.deepEqual(track([parcel('delivered')], [report('in_transit')], AT).parcels, []);
  assert.deepEqual(track([parcel('cancelled')], [report('delivered')], AT).parcels, []);
  assert.deepEqual(track([parcel('in_transit')], [report('in_transit', 'again')], AT).parcels, []);
});

test("a report counts for its own carrier's parcel alone", () => {
  const other = parcel('shipped', { carrier: 'dhl' });
  assert.deepEqual(track([other], [report('delivered')], AT), { parcels: [], tracking: [] });
});

test('only parcels that wait can leave or be cancelled', () => {
  const all = (['pending', 'shipped', 'in_transit', 'delivered', 'cancelled'] as const).map(status =>
    parcel(status, { shipment_id: `01990000-0000-8000-8000-00000000${status.length}0aa` }),
  );
  const sendings = new Map(
    all.map(({ shipment_id }) => [shipment_id, { carrier: 'ups', tracking_number: '1Z', place: 'East' }]),
  );
  const shipped = ship(all, sendings, AT);
  assert.deepEqual(
    shipped.parcels.map(({ status, carrier, tracking_number, version }) => [status, carrier, tracking_number, version]),
    [['shipped', 'ups', '1Z', 2]],
  );
  assert.deepEqual(
    shipped.tracking.map(({ place }) => place),
    ['East'],
  );
  assert.deepEqual(
    cancel(all, AT).parcels.map(({ status }) => status),
    ['cancelled'],
  );
  assert.equal(deliver(all, AT).parcels.length, 3);
});

test('an order has arrived with its last parcel, cancelled ones aside, and is told once', () => {
  const first = parcel('delivered', { shipment_id: '01990000-0000-8000-8000-0000000001aa' });
  const last = parcel('in_transit', { shipment_id: '01990000-0000-8000-8000-0000000002aa' });
  const gone = parcel('cancelled', { shipment_id: '01990000-0000-8000-8000-0000000003aa' });
  const moves = track([first, last, gone], [report('delivered')], AT);
  assert.deepEqual(arrivedOrders([first, last, gone], moves), [ORDER]);
  const open = parcel('shipped', { shipment_id: '01990000-0000-8000-8000-0000000004aa', tracking_number: 'T2' });
  assert.deepEqual(arrivedOrders([first, last, open], track([first, last, open], [report('delivered')], AT)), []);
  assert.deepEqual(arrivedOrders([first], track([first], [report('delivered')], AT)), []);
});

test('a type of event that we do not follow has no status', () => {
  assert.equal(reportedStatus('parcel.out_for_delivery'), 'out_for_delivery');
  for (const type of ['parcel.lost', 'parcel.pending', 'parcel.cancelled', 'delivered', 'parcel.constructor']) {
    assert.equal(reportedStatus(type), null, type);
  }
});

test('events of one moment are told with the farthest along at the end', () => {
  const told = inOrder([
    { status: 'delivered', at: AT },
    { status: 'shipped', at: AT },
    { status: 'in_transit', at: '2025-12-31T00:00:00.000Z' },
  ] as const satisfies { status: ShipmentStatus; at: string }[] as { status: ShipmentStatus; at: string }[]);
  assert.deepEqual(
    told.map(({ status }) => status),
    ['in_transit', 'shipped', 'delivered'],
  );
});
