import assert from 'node:assert/strict';
import type { Payment } from '#payments';
import { derivedId } from '#platform/ids';
import { Unavailable } from '#platform/outcome';
import type { Deps } from './deps.ts';

/**
 * Gives back what is held of an order or was taken for it and not refunded yet. `payment` is undefined where there is
 * none; it may be under way still, and its end is then told by its events. Throws where it has to be tried again.
 */
export async function returnMoney(
  deps: Pick<Deps, 'payments'>,
  { order_id, reason }: { order_id: string; reason: string },
): Promise<{ payment: Payment | undefined; returned: 'voided' | 'refunded' | 'nothing' }> {
  const voided = await deps.payments.voidPayment({ order_id, reason });
  if (voided.ok) return { payment: voided.value ?? undefined, returned: voided.value === null ? 'nothing' : 'voided' };
  const [payment] = await deps.payments.getPayments({ order_ids: [order_id] });
  assert(payment !== undefined, 'what cannot be voided was captured');
  const amount = payment.captured - payment.refunded;
  if (amount === 0) return { payment, returned: 'nothing' };
  const refund_id = derivedId(order_id, 'refund');
  const refunded = await deps.payments.refund({ refund_id, order_id, amount, reason });
  if (refunded.ok) return { payment: refunded.value.payment, returned: 'refunded' };
  // Another refund is still under way, or the gateway refuses: tried again, and in the end a person is told.
  throw new Unavailable(`the rest of order ${order_id} could not be refunded: ${refunded.code}`);
}
