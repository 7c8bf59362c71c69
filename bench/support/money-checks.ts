import type { OrderFact } from '#orders';
import type { PaymentFact } from '#payments';
import type { Charge } from '../../src/payments/simulator/books-store.ts';

/** Our record and the gateway's own, when everything is at its end. Charges: all that ever had money set aside. */
export interface BothBooks {
  orders: OrderFact[];
  payments: PaymentFact[];
  charges: Pick<Charge, 'order_id' | 'state' | 'captured' | 'refunded'>[];
}

/** What must not be: each finds the breaches, in words. */
export const moneyChecks: Record<string, (books: BothBooks) => string[]> = {
  'double charges'({ charges }) {
    const taken = charges.filter(charge => charge.captured > 0);
    return [...Map.groupBy(taken, charge => charge.order_id)]
      .filter(([, ofOrder]) => ofOrder.length > 1)
      .map(([order_id, ofOrder]) => `order ${order_id} was charged ${ofOrder.length} times`);
  },
  'paid without order or refund'({ orders, charges }) {
    const confirmed = new Set(orders.filter(isConfirmed).map(order => order.order_id));
    return charges
      .filter(charge => charge.captured > charge.refunded && !confirmed.has(charge.order_id))
      .map(charge => `${charge.captured - charge.refunded} are kept for order ${charge.order_id}`);
  },
  'set aside and left there': ({ charges }) =>
    charges.filter(({ state }) => state === 'authorized').map(({ order_id }) => `of order ${order_id}`),
  'confirmed without capture'({ orders, charges }) {
    const captured = new Map(charges.filter(charge => charge.captured > 0).map(each => [each.order_id, each.captured]));
    return orders
      .filter(order => isConfirmed(order) && captured.get(order.order_id) !== order.total)
      .map(order => `order ${order.order_id} of ${order.total} has ${captured.get(order.order_id) ?? 0}`);
  },
  'refunds that differ'({ orders, charges }) {
    const refunded = new Map(charges.filter(charge => charge.captured > 0).map(each => [each.order_id, each.refunded]));
    return orders
      .filter(order => isConfirmed(order) && (refunded.get(order.order_id) ?? 0) !== order.refunded)
      .map(order => `order ${order.order_id} says ${order.refunded}, the gateway ${refunded.get(order.order_id)}`);
  },
  'payments that differ'({ payments, charges }) {
    const known = new Map(charges.filter(charge => charge.captured > 0).map(each => [each.order_id, each]));
    return payments
      .filter(({ order_id, captured, refunded }) => {
        const charge = known.get(order_id);
        return captured !== (charge?.captured ?? 0) || refunded !== (charge?.refunded ?? 0);
      })
      .map(({ order_id, captured, refunded }) => `of order ${order_id}: ${captured} captured, ${refunded} refunded`);
  },
  'ledger that is not 0'({ payments }) {
    return payments
      .filter(payment => payment.ledger_sum !== 0 || payment.ledger_held !== payment.captured - payment.refunded)
      .map(({ order_id, ledger_sum, ledger_held }) => `of order ${order_id}: ${ledger_sum}, and ${ledger_held} held`);
  },
};

function isConfirmed({ status }: OrderFact): boolean {
  return status === 'CONFIRMED' || status === 'SHIPPED' || status === 'DELIVERED';
}
