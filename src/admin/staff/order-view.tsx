import type { User } from '#accounts';
import { AddressLines } from '#design/address-lines';
import { OrderBadge } from '#design/order-badge';
import { Badge, Facts, Panel, Price, Table, Timeline } from '#design/parts';
import { useView } from '#design/view';
import type { Shipment } from '#fulfillment';
import type { Order } from '#orders';
import type { LedgerEntry, SimulatorCharge, TimelineEntry } from '#payments';
import { money } from '#platform/money';
import { withQuery } from '../products/addresses.ts';
import { Said } from '../said.tsx';
import { OrderActions, type OrderKeys } from './order-actions.tsx';
import { OrderEntries } from './order-entries.tsx';
import { StaffShell } from './staff-shell.tsx';
import { isWaiting, WaitingPayment } from './waiting-payment.tsx';
import { WEBHOOKS_PATH } from './webhook-parts.tsx';

export interface OrderViewProps {
  order: Order;
  shipments: Shipment[];
  timeline: TimelineEntry[];
  entries: LedgerEntry[];
  booked: SimulatorCharge[];
  email: string | null;
  user: User | null;
  /** What was done before this page, or refused. */
  said: { done?: string; refused?: string };
  keys: OrderKeys;
}

export function OrderView(props: OrderViewProps) {
  const { order, said } = props;
  const { words, dateTime } = useView();
  const { orders } = words.staff;
  const { settled, unsettled } = words.staffMoney.waiting;
  const done = { ...orders.done, ...settled }[said.done as keyof typeof orders.done];
  const refused = { ...orders.refusals, ...unsettled }[said.refused as keyof typeof orders.refusals];
  return (
    <StaffShell title={`${orders.order} ${order.order_id.slice(0, 13)}`} current="/admin/orders">
      <div class="section-head">
        <h1>
          {orders.order} <code>{order.order_id}</code>
        </h1>
        <OrderBadge status={order.status} />
      </div>
      <p class="quiet">
        {orders.placed}: <time dateTime={order.created_at}>{dateTime(order.created_at)}</time>
      </p>
      <Said done={done} refused={refused} />
      <div class="split">
        <div class="stack">
          <Items order={order} />
          <Payment {...props} />
          <Parcels shipments={props.shipments} />
          <Refunds order={order} />
        </div>
        <div class="stack">
          <OrderActions order={order} keys={props.keys} />
          <Customer {...props} />
          <Panel title={orders.history}>
            <Timeline
              steps={order.history.map(({ status, at }) => ({
                title: words.things.orderStatus[status],
                at,
                isDone: true,
              }))}
            />
          </Panel>
        </div>
      </div>
    </StaffShell>
  );
}

function Items({ order }: { order: Order }) {
  const { words, to, number } = useView();
  const { orders } = words.staff;
  const { things } = words;
  const sums: [string, Order['total']][] = [
    [things.subtotal, order.subtotal],
    [things.discount, order.discount],
    [things.shipping, order.shipping_cost],
    [things.tax, order.tax],
  ];
  return (
    <Panel title={orders.items}>
      <Table
        caption={orders.items}
        columns={[
          {
            title: orders.goods,
            cell: item => <a href={to(`/admin/products/${item.product_id}`)}>{item.title}</a>,
          },
          { title: things.quantity, isNumber: true, cell: item => number(item.quantity) },
          { title: orders.unitPrice, isNumber: true, cell: item => <Price value={item.unit_price} /> },
          { title: things.subtotal, isNumber: true, cell: item => <Price value={item.subtotal} /> },
        ]}
        rows={order.items}
        keyOf={({ product_id }) => product_id}
      />
      <dl class="sums order-sums">
        {sums.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>
              <Price value={value} />
            </dd>
          </>
        ))}
        <dt class="sums-total">{things.total}</dt>
        <dd class="sums-total">
          <Price value={order.total} />
        </dd>
      </dl>
    </Panel>
  );
}

function Payment({ order, timeline, entries, booked, keys }: OrderViewProps) {
  const { words, to, money: written } = useView();
  const { orders } = words.staff;
  const { things } = words;
  if (order.payment === null) {
    return (
      <Panel title={orders.payment}>
        <p>{orders.noPayment}</p>
        {isWaiting(order) && <WaitingPayment order={order} formKey={keys.settle} />}
      </Panel>
    );
  }
  const { status, method, gateway, payment_id } = order.payment;
  return (
    <Panel title={orders.payment}>
      <Facts
        facts={[
          [things.status, <Badge key="status">{things.paymentStatus[status]}</Badge>],
          [orders.payment, `${things.paymentMethods[method]}, ${gateway}`],
          ['Id', <code key="id">{payment_id}</code>],
        ]}
      />
      {isWaiting(order) && <WaitingPayment order={order} formKey={keys.settle} />}
      <h3>{orders.paymentTimeline}</h3>
      <Timeline
        steps={timeline.map(({ kind, at, amount, detail }) => ({
          title: amount === null ? orders.timeline[kind] : `${orders.timeline[kind]}: ${written(amount)}`,
          at,
          text: detail === '' ? undefined : detail,
          isDone: !kind.endsWith('failed') && kind !== 'webhook_mismatch',
        }))}
      />
      <p>
        <a href={to(withQuery(WEBHOOKS_PATH, { order_id: order.order_id }))}>{words.staffMoney.webhooks.ofOrder}</a>
      </p>
      {entries.length > 0 && <OrderEntries entries={entries} />}
      {booked.length > 0 && <GatewayBooks entries={booked} currency={order.total.currency} />}
    </Panel>
  );
}

/** What the gateway itself has in its books, to be held against ours. */
function GatewayBooks({ entries, currency }: { entries: SimulatorCharge[]; currency: string }) {
  const { orders } = useView().words.staff;
  return (
    <>
      <h3>{orders.gatewayBooks}</h3>
      <Table
        caption={orders.gatewayBooks}
        columns={[
          { title: orders.bookEntry, cell: entry => <code>{entry.charge_id.slice(0, 13)}</code> },
          { title: 'Status', cell: entry => entry.state },
          {
            title: orders.captured,
            isNumber: true,
            cell: entry => <Price value={money(entry.captured, currency)} />,
          },
          {
            title: orders.refunded,
            isNumber: true,
            cell: entry => <Price value={money(entry.refunded, currency)} />,
          },
        ]}
        rows={entries}
        keyOf={({ charge_id }) => charge_id}
      />
    </>
  );
}

function Parcels({ shipments }: { shipments: Shipment[] }) {
  const { words } = useView();
  const { orders } = words.staff;
  const names = words.things.shipmentStatus;
  return (
    <Panel title={orders.shipments}>
      {shipments.length === 0 && <p>{orders.noShipments}</p>}
      {shipments.map(({ shipment_id, carrier, tracking_number, status, events }) => (
        <div key={shipment_id} class="parcel">
          <p>
            <Badge>{names[status]}</Badge> {[carrier, tracking_number].filter(Boolean).join(', ')}
          </p>
          <Timeline
            steps={events.map(event => ({
              title: names[event.status],
              at: event.at,
              text: event.place ?? undefined,
              isDone: true,
            }))}
          />
        </div>
      ))}
    </Panel>
  );
}

function Refunds({ order }: { order: Order }) {
  const { words, dateTime } = useView();
  const { orders } = words.staff;
  if (order.refunds.length === 0) return null;
  return (
    <Panel title={orders.refunds}>
      <Table
        caption={orders.refunds}
        columns={[
          { title: words.things.date, cell: ({ at }) => dateTime(at) },
          { title: words.desk.reason, cell: ({ reason }) => reason },
          { title: words.things.total, isNumber: true, cell: ({ amount }) => <Price value={amount} /> },
        ]}
        rows={order.refunds}
        keyOf={({ refund_id }) => refund_id}
      />
    </Panel>
  );
}

function Customer({ order, email, user }: OrderViewProps) {
  const { words, to } = useView();
  const { orders } = words.staff;
  const { shipping_address: address } = order;
  return (
    <Panel title={orders.person}>
      <p>
        {user === null ? orders.guest : <a href={to(`/admin/people/${user.user_id}`)}>{user.name}</a>}
        <br />
        {email ?? <span class="quiet">{orders.erased}</span>}
      </p>
      <h3>{orders.shipTo}</h3>
      {address === null ? <p class="quiet">{orders.erased}</p> : <AddressLines address={address} />}
      <p>{words.things.shippingMethods[order.shipping_method]}</p>
    </Panel>
  );
}
