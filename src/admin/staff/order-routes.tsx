import { type FormAsked, formRoute, privatePage, type Redirect } from '#design/routes';
import type { Order } from '#orders';
import type { Fields } from '#platform/form';
import { edgeProblem } from '#platform/http';
import { minorDigits, money } from '#platform/money';
import { params } from '#platform/schema';
import type { DeskDeps } from '../deps.ts';
import { filled, withQuery } from '../products/addresses.ts';
import { readPrice } from '../products/price-text.ts';
import type { OrderKeys } from './order-actions.tsx';
import { OrderView } from './order-view.tsx';
import { listQuery } from './read-list.ts';
import { settleNow } from './settle-now.ts';

const staff = { kind: 'staff' } as const;
const ofOrder = params('order_id');
type Asked = FormAsked<typeof ofOrder>;

/** One order with everything that is known of it, and what can be done with it. */
export function orderRoutes(deps: DeskDeps): void {
  const { site, orders, fulfillment, payments, accounts } = deps;
  privatePage(
    site,
    '/admin/orders/:order_id',
    { access: 'staff', params: ofOrder, query: listQuery() },
    async asked => {
      const { order_id } = asked.params;
      const order = await orders.getOrder({ order_id, viewer: staff });
      if (order === null) throw edgeProblem('NOT_FOUND');
      const [[shipped], timeline, entries, [delivery], booked] = await Promise.all([
        fulfillment.listShipments({ order_ids: [order_id] }),
        payments.getTimeline({ order_id }),
        payments.getLedgerEntries({ order_id }),
        orders.getDeliveries({ order_ids: [order_id] }),
        order.payment?.gateway === 'simulator' ? payments.listSimulatorCharges({ order_id }) : [],
      ]);
      const user = delivery === undefined ? null : await accounts.getUser({ user_id: delivery.person_id });
      return {
        body: (
          <OrderView
            order={order}
            shipments={shipped?.shipments ?? []}
            timeline={timeline}
            entries={entries}
            booked={booked}
            email={delivery?.email ?? null}
            user={user}
            said={asked.query}
            keys={keysOf(site)}
          />
        ),
      };
    },
  );
  shippingForms(deps);
  moneyForms(deps);
}

function keysOf({ ids }: DeskDeps['site']): OrderKeys {
  return { ship: ids.next(), deliver: ids.next(), cancel: ids.next(), refund: ids.next(), settle: ids.next() };
}

/** Back to the order, with what was done or why it was not. */
function back({ view, params: { order_id } }: Asked, said: { done?: string; refused?: string }): Redirect {
  return { redirect: view.to(withQuery(`/admin/orders/${order_id}`, said)) };
}

function shippingForms({ site, fulfillment }: DeskDeps): void {
  const options = { access: 'staff', params: ofOrder } as const;
  formRoute(site, '/admin/orders/:order_id/ship', options, async asked => {
    const { carrier, tracking_number } = asked.fields;
    const shipped = await fulfillment.shipOrder({
      ...asked.params,
      carrier: filled(carrier)?.slice(0, 100),
      tracking_number: filled(tracking_number)?.slice(0, 100),
    });
    return back(asked, shipped.ok ? { done: 'shipped' } : { refused: shipped.code });
  });
  formRoute(site, '/admin/orders/:order_id/deliver', options, async asked => {
    const delivered = await fulfillment.deliverOrder(asked.params);
    return back(asked, delivered.ok ? { done: 'delivered' } : { refused: delivered.code });
  });
}

function moneyForms({ site, orders, payments }: DeskDeps): void {
  const options = { access: 'staff', params: ofOrder } as const;
  formRoute(site, '/admin/orders/:order_id/cancel', options, async asked => {
    const cancelled = await orders.cancelOrder({ ...asked.params, viewer: staff });
    return back(asked, cancelled.ok ? { done: 'cancelled' } : { refused: cancelled.code });
  });
  formRoute(site, '/admin/orders/:order_id/refund', options, async asked => {
    const { order_id } = asked.params;
    const order = await orders.getOrder({ order_id, viewer: staff });
    if (order === null) throw edgeProblem('NOT_FOUND');
    const wish = readRefund(asked.fields, order);
    if ('refused' in wish) return back(asked, wish);
    const refunded = await orders.refundOrder({ refund_id: asked.request.commandId, order_id, ...wish });
    return back(asked, refunded.ok ? { done: 'refunded' } : { refused: refunded.code });
  });
  formRoute(site, '/admin/orders/:order_id/settle', options, async asked =>
    back(asked, await settleNow(payments, asked.params)),
  );
}

type RefundWish = Omit<Parameters<DeskDeps['orders']['refundOrder']>[0], 'refund_id' | 'order_id'>;

/** The form says an amount, units of some items, or neither. */
function readRefund(fields: Fields, order: Pick<Order, 'items' | 'total'>): RefundWish | { refused: string } {
  const { currency } = order.total;
  const amountText = filled(fields.amount);
  const amount = amountText === undefined ? undefined : readPrice(amountText, minorDigits(currency));
  if (amountText !== undefined && (amount === undefined || amount === 0)) return { refused: 'AMOUNT_UNREADABLE' };
  const items: { product_id: string; quantity: number }[] = [];
  for (const { product_id } of order.items) {
    const units = filled(fields[`units_${product_id}`]);
    if (units === undefined || units === '0') continue;
    if (!/^[1-9]\d{0,2}$/.test(units)) return { refused: 'REFUND_ITEMS_INVALID' };
    items.push({ product_id, quantity: Number(units) });
  }
  if (amount !== undefined && items.length > 0) return { refused: 'AMOUNT_AND_ITEMS' };
  return {
    ...(amount !== undefined && { amount: money(amount, currency) }),
    ...(items.length > 0 && { items }),
    reason: filled(fields.reason)?.slice(0, 500) ?? '–',
    restock: fields.restock === 'on',
  };
}
