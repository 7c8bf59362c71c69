import type { Payments } from '#payments';
import { Unavailable } from '#platform/outcome';
import type { Words } from '#words';

type Said = Words['staffMoney']['waiting'];
type Told = { done: keyof Said['settled'] } | { refused: keyof Said['unsettled'] };

/** Asks the gateway now what the sweeper would ask later. The order follows the payment's event, as ever. */
export async function settleNow(payments: Payments, order: { order_id: string }): Promise<Told> {
  try {
    const payment = await payments.settlePayment(order);
    if (payment === null) return { refused: 'PAYMENT_UNKNOWN' };
    if (payment.status === 'pending' || payment.status === 'authorized') return { refused: 'PAYMENT_STILL_OPEN' };
    return { done: payment.captured_at === null ? 'released' : 'taken' };
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return { refused: 'GATEWAY_SILENT' };
  }
}
