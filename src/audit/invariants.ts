import type { OrderFact } from '#orders';
import type { PaymentFact } from '#payments';

/** What the modules say of one order. A part that is missing says nothing of it. */
export interface OrderView {
  key: string;
  order?: OrderFact;
  payment?: PaymentFact;
  sale?: SaleFact;
}

/** Units by product that were sold to an order, in the form of the order's own `units`. */
export interface SaleFact {
  key: string;
  units: string;
}

/** One row of inventory's `stock` facts: the row beside the sums of its movements and open holds. */
export interface StockFact {
  key: string;
  total_quantity: number;
  reserved: number;
  moved_total: number;
  moved_reserved: number;
  held: number;
}

/** One reservation: `states` counts the different states of its parts, `open_units` what they still hold. */
export interface HoldFact {
  key: string;
  state: string;
  states: number;
  open_units: number;
}

/** Says what is wrong, or null. `applies` keeps the count honest: it counts what was really looked at. */
export interface Invariant<Fact> {
  name: string;
  applies(fact: Fact): boolean;
  violation(fact: Fact): string | null;
}

const paidStatuses = ['CONFIRMED', 'SHIPPED', 'DELIVERED'];
const isPaid = ({ order }: OrderView) => order !== undefined && paidStatuses.includes(order.status);
const hasEnded = ({ order }: OrderView) => order?.status === 'PAYMENT_FAILED' || order?.status === 'CANCELLED';

/** What a crash or an outage left is taken up by the sweeper; within this time it must have come to its end. */
const SETTLED_WITHIN_MS = 3_600_000;
const isSettled = ({ order }: OrderView) => order!.settled || order!.age_ms > SETTLED_WITHIN_MS;

export const stockInvariants: Invariant<StockFact>[] = [
  {
    name: 'the movements of a product sum to its stock',
    applies: () => true,
    violation: ({ total_quantity: total, reserved, moved_total: movedTotal, moved_reserved: movedReserved }) =>
      total === movedTotal && reserved === movedReserved
        ? null
        : `total ${total} and reserved ${reserved}, but movements sum to ${movedTotal} and ${movedReserved}`,
  },
  {
    name: 'reserved is the sum of open holds',
    applies: () => true,
    violation: ({ reserved, held }) => (reserved === held ? null : `reserved ${reserved}, but open holds are ${held}`),
  },
  {
    name: 'no unit is promised twice',
    applies: () => true,
    violation: ({ total_quantity: total, reserved }) =>
      reserved >= 0 && total - reserved >= 0 ? null : `total ${total}, reserved ${reserved}`,
  },
];

export const holdInvariants: Invariant<HoldFact>[] = [
  {
    name: 'a reservation is held whole and ends once',
    applies: () => true,
    violation: ({ states }) => (states === 1 ? null : `its parts are in ${states} different states`),
  },
];

export const orderInvariants: Invariant<OrderView>[] = [
  {
    name: 'total = subtotal − discount + shipping + tax',
    applies: ({ order }) => order !== undefined,
    violation: ({ order: fact }) => {
      const { subtotal, discount, shipping_cost: shipping, tax, total, lines_sum: lines } = fact!;
      if (total !== subtotal - discount + shipping + tax)
        return `${total} ≠ ${subtotal} − ${discount} + ${shipping} + ${tax}`;
      return lines === subtotal ? null : `subtotal ${subtotal}, but its lines sum to ${lines}`;
    },
  },
  {
    name: 'a confirmed order has its captured payment',
    applies: isPaid,
    violation: ({ order, payment }) => {
      if (payment === undefined) return `${order!.status}, but there is no payment`;
      return payment.captured === order!.total ? null : `total ${order!.total}, captured ${payment.captured}`;
    },
  },
  {
    name: 'a confirmed order has its sale',
    applies: isPaid,
    violation: ({ order, sale }) =>
      sale?.units === order!.units ? null : `ordered ${order!.units}, sold ${sale?.units ?? 'nothing'}`,
  },
  {
    name: 'no paid order is left without goods or refund',
    applies: view => hasEnded(view) && isSettled(view),
    violation: ({ order, payment }) => {
      if (payment === undefined) return null;
      const kept = payment.captured - payment.refunded;
      if (kept > 0) return `${order!.status}, but ${kept} of it was captured and not refunded`;
      return payment.status === 'authorized' ? `${order!.status}, but its payment is still authorised` : null;
    },
  },
  {
    name: 'every payment has its order',
    applies: ({ payment }) => payment !== undefined,
    violation: ({ order }) => (order === undefined ? 'there is money, but no order' : null),
  },
  {
    name: 'every sale has its order',
    applies: ({ sale }) => sale !== undefined && sale.units !== '[]',
    violation: ({ order, ...view }) => {
      if (order === undefined) return 'units were sold, but there is no order';
      // Sold before its money is taken: while that is under way, and while a failed order gives back what it took.
      const isUnderWay = order.status === 'PAYMENT_PENDING' || !isSettled({ order, ...view });
      const isSold = paidStatuses.includes(order.status) || order.status === 'CANCELLED';
      return isSold || isUnderWay ? null : `units were sold, but the order is ${order.status}`;
    },
  },
  {
    name: 'refunds never exceed what was captured, and both books agree',
    applies: view => view.payment !== undefined && view.order !== undefined && isSettled(view),
    violation: ({ order, payment: fact }) => {
      const { refunded, refunds_sum: sum, captured } = fact!;
      if (refunded > captured) return `captured ${captured}, refunded ${refunded}`;
      if (refunded !== sum) return `refunded ${refunded}, but refunds sum to ${sum}`;
      const isOurs =
        order!.refunded === refunded || order!.status === 'CANCELLED' || order!.status === 'PAYMENT_FAILED';
      return isOurs ? null : `the order says ${order!.refunded} was refunded, its payment ${refunded}`;
    },
  },
];
