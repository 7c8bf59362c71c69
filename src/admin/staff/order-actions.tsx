import { Button, Check, Field, Key } from '#design/forms';
import { Panel } from '#design/parts';
import { useView } from '#design/view';
import type { Order } from '#orders';

export type OrderKeys = Record<'ship' | 'deliver' | 'cancel' | 'refund' | 'settle', string>;

interface ActionProps {
  order: Order;
  keys: OrderKeys;
}

/** What the order's state lets staff do: each a form of its own, the ones that can't be undone behind a fold. */
export function OrderActions({ order, keys }: ActionProps) {
  const { orders } = useView().words.staff;
  const { status, payment } = order;
  const isRefundable = payment?.status === 'captured' || payment?.status === 'partially_refunded';
  const isCancellable = status === 'CONFIRMED' || status === 'PAYMENT_PENDING' || status === 'CREATED';
  return (
    <Panel title={orders.actions}>
      <div class="stack">
        {status === 'CONFIRMED' && <Ship order={order} keys={keys} />}
        {status === 'SHIPPED' && <Deliver order={order} keys={keys} />}
        {isRefundable && <Refund order={order} keys={keys} />}
        {isCancellable && <Cancel order={order} keys={keys} />}
        {!isRefundable && !isCancellable && status !== 'SHIPPED' && <p>{orders.nothingToDo}</p>}
      </div>
    </Panel>
  );
}

function Ship({ order, keys }: ActionProps) {
  const { words, to } = useView();
  const { orders } = words.staff;
  return (
    <form class="stack" method="post" action={to(`/admin/orders/${order.order_id}/ship`)}>
      <Key value={keys.ship} />
      <Field name="carrier" label={orders.carrier} hint={orders.shipHint} more={{ maxLength: 100 }} />
      <Field name="tracking_number" label={orders.trackingNumber} more={{ maxLength: 100 }} />
      <Button icon="truck">{orders.ship}</Button>
    </form>
  );
}

function Deliver({ order, keys }: ActionProps) {
  const { words, to } = useView();
  return (
    <form method="post" action={to(`/admin/orders/${order.order_id}/deliver`)}>
      <Key value={keys.deliver} />
      <Button icon="check">{words.staff.orders.deliver}</Button>
    </form>
  );
}

function Refund({ order, keys }: ActionProps) {
  const { words, to } = useView();
  const { orders } = words.staff;
  return (
    <details class="fold">
      <summary>{orders.refund}</summary>
      <form class="stack" method="post" action={to(`/admin/orders/${order.order_id}/refund`)}>
        <Key value={keys.refund} />
        <p class="hint">{orders.refundText}</p>
        <Field name="amount" label={orders.refundAmount(order.total.currency)} more={{ inputMode: 'decimal' }} />
        {order.items.map(({ product_id, title, quantity }) => (
          <Field
            key={product_id}
            name={`units_${product_id}`}
            type="number"
            label={orders.refundUnits(title)}
            more={{ min: 0, max: quantity }}
          />
        ))}
        <Field name="reason" label={orders.refundReason} required more={{ maxLength: 500 }} />
        <Check name="restock" label={orders.refundRestock} />
        <Button kind="danger" icon="money">
          {orders.refund}
        </Button>
      </form>
    </details>
  );
}

function Cancel({ order, keys }: ActionProps) {
  const { words, to } = useView();
  const { orders } = words.staff;
  return (
    <details class="fold">
      <summary>{orders.cancel}</summary>
      <form class="stack" method="post" action={to(`/admin/orders/${order.order_id}/cancel`)}>
        <Key value={keys.cancel} />
        <p class="hint">{orders.cancelText}</p>
        <Button kind="danger" icon="cross">
          {orders.cancel}
        </Button>
      </form>
    </details>
  );
}
