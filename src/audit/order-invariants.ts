import type { UnitsOfProduct } from '#inventory';
import type { CheckoutFacts } from '#orders';
import { type Invariant, invariantOfEach } from './check.ts';
import { type OrderView, PAID_STATUSES, type SaleView } from './order-views.ts';

const idOf = ({ order_id }: OrderView) => order_id;
const isPaid = ({ order }: OrderView) => order !== undefined && PAID_STATUSES.includes(order.status);
const hasEnded = ({ order }: OrderView) => order?.status === 'PAYMENT_FAILED' || order?.status === 'CANCELLED';

/** What a crash or an outage left is taken up by the sweeper; within this time it must have come to its end. */
const SETTLED_WITHIN_MS = 3_600_000;
const isSettled = ({ order }: Pick<OrderView, 'order'>) => order!.settled || order!.age_ms > SETTLED_WITHIN_MS;

export const orderInvariants: Invariant<OrderView>[] = [
  invariantOfEach({
    name: 'total = subtotal − discount + shipping + tax',
    idOf,
    applies: ({ order }) => order !== undefined,
    violation: ({ order: fact }) => {
      const { subtotal, discount, shipping_cost: shipping, tax, total } = fact!;
      if (total !== subtotal - discount + shipping + tax)
        return `${total} ≠ ${subtotal} − ${discount} + ${shipping} + ${tax}`;
      const { lines_sum: sum, lines_discount: discounts, lines_tax: taxes } = fact!;
      if (sum !== subtotal) return `subtotal ${subtotal}, but its lines sum to ${sum}`;
      if (discounts !== discount) return `discount ${discount}, but its lines sum to ${discounts}`;
      // That on shipping is of no line.
      return taxes <= tax ? null : `tax ${tax}, but its lines sum to ${taxes}`;
    },
  }),
  invariantOfEach({
    name: 'a confirmed order has its captured payment',
    idOf,
    applies: isPaid,
    violation: ({ order, payment }) => {
      if (payment === undefined) return `${order!.status}, but there is no payment`;
      return payment.captured === order!.total ? null : `total ${order!.total}, captured ${payment.captured}`;
    },
  }),
  invariantOfEach({
    name: 'a confirmed order has its sale',
    idOf,
    applies: isPaid,
    violation: view => {
      const owned = unitsOwned(view);
      return owned === view.order!.units ? null : `ordered ${view.order!.units}, sold ${owned}`;
    },
  }),
  invariantOfEach({
    name: 'no paid order is left without goods or refund',
    idOf,
    applies: view => hasEnded(view) && isSettled(view),
    violation: ({ order, payment }) => {
      if (payment === undefined) return null;
      const kept = payment.captured - payment.refunded;
      if (kept > 0) return `${order!.status}, but ${kept} of it was captured and not refunded`;
      return payment.status === 'authorized' ? `${order!.status}, but its payment is still authorised` : null;
    },
  }),
  invariantOfEach({
    name: 'every payment has its order',
    idOf,
    applies: ({ payment }) => payment !== undefined,
    violation: ({ order }) => (order === undefined ? 'there is money, but no order' : null),
  }),
  invariantOfEach({
    name: 'refunds never exceed what was captured, and both books agree',
    idOf,
    applies: ({ payment }) => payment !== undefined,
    violation: view => {
      const { refunded, refunds_sum: sum, captured } = view.payment!;
      if (refunded > captured) return `captured ${captured}, refunded ${refunded}`;
      if (refunded !== sum) return `refunded ${refunded}, but refunds sum to ${sum}`;
      // What an order gives back of itself when it ends stands in its payment alone.
      if (view.order === undefined || !isSettled(view) || hasEnded(view)) return null;
      const told = view.order.refunded;
      return told === refunded ? null : `the order says ${told} was refunded, its payment ${refunded}`;
    },
  }),
  invariantOfEach({
    name: 'the ledger balances, and holds what was captured and not refunded',
    idOf,
    applies: ({ payment }) => payment !== undefined,
    violation: ({ payment }) => {
      const { ledger_sum: sum, ledger_held: held, captured, refunded } = payment!;
      if (sum !== 0) return `its entries sum to ${sum}`;
      return held === captured - refunded ? null : `captured ${captured}, refunded ${refunded}, in the ledger ${held}`;
    },
  }),
  invariantOfEach({
    name: 'the ledger knows whose the money of an order is',
    idOf,
    applies: view => view.payment !== undefined && (isPaid(view) || (hasEnded(view) && isSettled(view))),
    violation: ({ payment }) => {
      const { ledger_customer: customer } = payment!;
      return customer === 0 ? null : `${customer} stands with the customer`;
    },
  }),
];

export const parcelInvariants: Invariant<OrderView>[] = [
  invariantOfEach({
    name: 'every confirmed order gets its parcels',
    idOf,
    // They follow from its event, which may wait for as long as an outage lasts; what is shipped has them.
    applies: view =>
      isPaid(view) &&
      (view.parcels !== undefined || view.order!.status !== 'CONFIRMED' || view.order!.age_ms > SETTLED_WITHIN_MS),
    violation: ({ order, parcels }) =>
      parcels?.units === order!.units ? null : `ordered ${order!.units}, in parcels ${parcels?.units ?? 'nothing'}`,
  }),
  invariantOfEach({
    name: 'no more is shipped than was sold',
    idOf,
    applies: view => isPaid(view) && isAway(view),
    violation: view => {
      const away = view.parcels!.units_away;
      const owned = new Map(JSON.parse(unitsOwned(view)) as UnitsOfProduct[]);
      const isMore = (JSON.parse(away) as UnitsOfProduct[]).some(([id, units]) => units > (owned.get(id) ?? 0));
      return isMore ? `shipped ${away}, sold ${unitsOwned(view)}` : null;
    },
  }),
  invariantOfEach({
    name: 'a parcel leaves only with a shipped order',
    idOf,
    applies: isAway,
    violation: ({ order }) =>
      order === undefined || order.status === 'SHIPPED' || order.status === 'DELIVERED'
        ? null
        : `a parcel has left, but the order is ${order.status}`,
  }),
  invariantOfEach({
    name: 'every parcel has its order',
    idOf,
    applies: ({ parcels }) => parcels !== undefined,
    violation: ({ order }) => (order === undefined ? 'there are parcels, but no order' : null),
  }),
];

function isAway({ parcels }: OrderView): boolean {
  return parcels !== undefined && parcels.units_away !== '[]';
}

/** What nobody can take from an order any more, in the form of its own `units`. */
function unitsOwned({ order_id, reservation }: OrderView): string {
  if (reservation === undefined || reservation.states > 1) return '[]';
  const { state, units } = reservation;
  return state === 'sold' && reservation.order_id === order_id ? units : '[]';
}

export const saleInvariants: Invariant<SaleView>[] = [
  invariantOfEach({
    name: 'every sale has its order',
    idOf: ({ reservation_id }) => reservation_id,
    applies: ({ sale }) => sale !== undefined,
    violation: ({ reservation_id, sale, order }) => {
      if (order === undefined) return `units were sold to ${sale!.order_id}, but there is no such order`;
      if (order.reservation_id !== reservation_id) {
        return `units were sold to ${order.order_id}, which has reserved others`;
      }
      // While its money is being taken, and while an order that failed gives back what it took.
      const isUnderWay = order.status === 'PAYMENT_PENDING' || !isSettled({ order });
      const isSold = PAID_STATUSES.includes(order.status) || order.status === 'CANCELLED';
      return isSold || isUnderWay ? null : `units were sold to ${order.order_id}, which is ${order.status}`;
    },
  }),
];

export const checkoutInvariants: Invariant<CheckoutFacts>[] = [
  {
    name: 'of the orders of a checkout one lives at most',
    counts: ({ checkouts }) => checkouts,
    violations: ({ shared }) =>
      shared.map(({ checkout_id, order_ids }) => `${checkout_id}: ${order_ids.join(' and ')} live both`),
  },
];
