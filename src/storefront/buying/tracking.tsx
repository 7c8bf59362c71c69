import { Facts, Panel, type Step, Timeline } from '#design/parts';
import { useView } from '#design/view';
import type { Shipment, ShipmentStatus } from '#fulfillment';
import type { Order } from '#orders';
import type { Words } from '../words/words.ts';

const way: ShipmentStatus[] = ['pending', 'shipped', 'in_transit', 'out_for_delivery', 'delivered'];

/** Every parcel's way to the door, with what is still to come. */
export function Tracking({ order, shipments }: { order: Order; shipments: Shipment[] }) {
  const { words } = useView();
  const { orders, things } = words;
  if (shipments.length === 0) {
    return order.status === 'CONFIRMED' ? <Panel title={orders.tracking}>{orders.notPacked}</Panel> : null;
  }
  return (
    <Panel title={orders.tracking}>
      <div class="stack">
        {shipments.map((shipment, index) => (
          <div key={shipment.shipment_id}>
            {shipments.length > 1 && <h3>{orders.parcel(index + 1)}</h3>}
            {shipment.tracking_number !== null && (
              <Facts
                facts={[
                  [orders.carrier, shipment.carrier ?? '–'],
                  [orders.trackingNumber, <code>{shipment.tracking_number}</code>],
                ]}
              />
            )}
            <div class="panel-more">
              <Timeline steps={stepsOf(shipment, things)} />
            </div>
          </div>
        ))}
      </div>
    </Panel>
  );
}

/** What happened, in the order of time, then what did not yet; a step that was jumped over is not to come any more. */
function stepsOf({ status, events }: Shipment, things: Words['things']): Step[] {
  const past = [...events].sort((a, b) => (a.at < b.at ? -1 : 1));
  const done: Step[] = past.map(event => ({
    title: things.shipmentStatus[event.status],
    at: event.at,
    text: event.place ?? undefined,
    isDone: true,
  }));
  if (!events.some(event => event.status === status)) done.push({ title: things.shipmentStatus[status], isDone: true });
  if (status === 'cancelled') return done;
  const next = way.slice(way.indexOf(status) + 1);
  return [...done, ...next.map(later => ({ title: things.shipmentStatus[later], isDone: false }))];
}
