import { AddressLines } from '#design/address-lines';
import { Button, Key } from '#design/forms';
import { Icon } from '#design/icon';
import { OrderBadge } from '#design/order-badge';
import { Breadcrumbs, Facts, Notice, Panel, Timeline } from '#design/parts';
import { Shell } from '#design/shell';
import { useView } from '#design/view';
import type { Shipment } from '#fulfillment';
import type { Order } from '#orders';
import type { Address } from '#platform/address';
import { ItemList, type Pictures } from './item-list.tsx';
import { type Bank, Failed, type Retry, Waiting, type WaitsFor } from './order-payment.tsx';
import { OwnLink, Telling } from './order-telling.tsx';
import { Sums } from './sums.tsx';
import { Tracking } from './tracking.tsx';

/** Why nothing of what was asked for has happened. */
export type OrderProblem = 'notCancellable' | 'nothingToBuy';

export interface OrderPageProps {
  order: Order;
  pictures: Pictures;
  shipments: Shipment[];
  /** Why its payment failed, in one word. */
  reason: string | null;
  bank: Bank | undefined;
  waitsFor: WaitsFor;
  /** Back from where the payment is confirmed. */
  isBack: boolean;
  retry: Retry | undefined;
  /** The token that its viewer came by. */
  access: string | undefined;
  /** Its whole address with the token, for those who need one. */
  link: string | undefined;
  isPlaced: boolean;
  isCancelled: boolean;
  problem: OrderProblem | undefined;
  nextKey(): string;
}

const REFRESH_SECONDS = 5;

/** While it waits, the island looks again; without scripts the whole page does. */
export function OrderPage(props: OrderPageProps) {
  const { order, pictures, shipments, problem } = props;
  const { words, date } = useView();
  const { orders } = words;
  const isWaiting = order.status === 'PAYMENT_PENDING' || order.status === 'CREATED';
  // Who is to go to the bank reads, and is not interrupted.
  const asksToConfirm = props.bank !== undefined && !props.isBack;
  const title = orders.orderTitle(order.order_id.slice(0, 13));
  const refresh = (
    <noscript>
      <meta http-equiv="refresh" content={String(REFRESH_SECONDS)} />
    </noscript>
  );
  return (
    <Shell title={title} head={isWaiting && !asksToConfirm ? refresh : undefined}>
      <div id="order" data-island={isWaiting ? 'wait' : undefined}>
        <Breadcrumbs crumbs={[{ name: orders.title, path: '/orders' }, { name: title }]} />
        {problem !== undefined && (
          <Notice tone="bad" isNews>
            {orders[problem]}
          </Notice>
        )}
        <State {...props} />
        <div class="section-head order-head">
          <h1>{title}</h1>
          <OrderBadge status={order.status} />
        </div>
        <p class="quiet">{orders.placedOn(date(order.created_at))}</p>
        <div class="split">
          <div class="stack">
            <Panel title={orders.items}>
              <ItemList items={order.items} pictures={pictures} isLinked />
            </Panel>
            <Tracking order={order} shipments={shipments} />
            <History order={order} />
          </div>
          <aside class="stack">
            <Panel title={orders.sums}>
              <Sums totals={order} />
            </Panel>
            <Payment order={order} />
            <Addresses order={order} />
            <Actions {...props} />
          </aside>
        </div>
      </div>
    </Shell>
  );
}

/** What an order's person wants to know first. */
function State(props: OrderPageProps) {
  const { order, isPlaced, isCancelled } = props;
  const { orders } = useView().words;
  switch (order.status) {
    case 'CREATED':
    case 'PAYMENT_PENDING':
      return <Waiting {...props} />;
    case 'PAYMENT_FAILED':
      return <Failed {...props} />;
    case 'CANCELLED':
      return (
        <Telling tone={isCancelled ? 'good' : 'plain'} title={orders.cancelledTitle}>
          <p>{orders.cancelledText}</p>
        </Telling>
      );
    default:
      return isPlaced ? <Thanks {...props} /> : <OwnLink {...props} />;
  }
}

function Thanks(props: OrderPageProps) {
  const { orders } = useView().words;
  return (
    <Telling tone="good" title={orders.thanksTitle}>
      <p>
        {orders.thanksConfirmed} {orders.thanksMail}
      </p>
      <p>
        <strong>{orders.next}</strong>
      </p>
      <ul class="bullets">
        <li>{orders.nextPack}</li>
        <li>{orders.nextTrack}</li>
        <li>{orders.nextCancel}</li>
      </ul>
      <OwnLink {...props} />
    </Telling>
  );
}

function Payment({ order: { payment, refunds } }: { order: Order }) {
  const { words, money, date } = useView();
  const { orders, things } = words;
  if (payment === null) return null;
  return (
    <Panel title={orders.payment}>
      <Facts
        facts={[
          [orders.payment, things.paymentMethods[payment.method]],
          [things.status, things.paymentStatus[payment.status]],
        ]}
      />
      {refunds.length > 0 && (
        <>
          <h3 class="panel-more">{orders.refunds}</h3>
          <ul class="plain">
            {refunds.map(refund => (
              <li key={refund.refund_id}>
                <span class="price">{money(refund.amount)}</span> · {date(refund.at)}
                <div class="quiet">{refund.reason}</div>
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}

function Addresses({ order }: { order: Order }) {
  const { words } = useView();
  const { orders, things, checkout } = words;
  const show = (address: Address | null) =>
    address === null ? <p class="quiet">{orders.erased}</p> : <AddressLines address={address} />;
  const isSame = JSON.stringify(order.shipping_address) === JSON.stringify(order.billing_address);
  return (
    <Panel title={orders.deliveryAddress}>
      {show(order.shipping_address)}
      <p class="quiet">
        <Icon name="truck" /> {things.shippingMethods[order.shipping_method]}
      </p>
      <h3 class="panel-more">{orders.billingAddress}</h3>
      {isSame ? <p>{checkout.billingIsSame}</p> : show(order.billing_address)}
    </Panel>
  );
}

function History({ order: { history } }: { order: Order }) {
  const { orders, things } = useView().words;
  const steps = history.map(({ status, at }) => ({ title: things.orderStatus[status], at, isDone: true }));
  return (
    <Panel title={orders.history}>
      <Timeline steps={steps} />
    </Panel>
  );
}

const cancellable: Order['status'][] = ['CREATED', 'PAYMENT_PENDING', 'CONFIRMED'];

function Actions({ order, access, nextKey }: OrderPageProps) {
  const { words, to } = useView();
  const { orders } = words;
  const token = access !== undefined && <input type="hidden" name="access" value={access} />;
  return (
    <div class="stack">
      <form method="post" action={to(`/orders/${order.order_id}/buy-again`)}>
        <Key value={nextKey()} />
        {token}
        <Button kind="secondary" icon="cart">
          {orders.buyAgain}
        </Button>
      </form>
      {cancellable.includes(order.status) && (
        <details class="confirm">
          <summary>{orders.cancel}</summary>
          <form method="post" action={to(`/orders/${order.order_id}/cancel`)}>
            <Key value={nextKey()} />
            {token}
            <p>{orders.cancelQuestion}</p>
            <Button kind="danger">{orders.cancelYes}</Button>
          </form>
        </details>
      )}
    </div>
  );
}
