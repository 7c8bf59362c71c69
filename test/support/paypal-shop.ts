import { sql } from '#platform/sql';
import type { Gateway } from '../../src/payments/gateway.ts';
import { answerAtPaypal, startPaypal } from '../doubles/paypal.ts';
import { type PaymentShopOptions, paymentShop, until } from './payment-shop.ts';
import { adapterOf, trustTheDouble } from './paypal-world.ts';

type Operation = 'authorise' | 'capture' | 'void' | 'refund' | 'find';
type Test = Parameters<typeof paymentShop>[0];

/** The payments module with PayPal's adapter, the double behind it, and answers that get lost while a test says so. */
export async function paypalShop(t: Test, options: Partial<PaymentShopOptions> & { isTold?: boolean } = {}) {
  trustTheDouble();
  const { isTold = true, ...shopOptions } = options;
  const paypal = await startPaypal(t);
  const lost = new Set<Operation>();
  const gateways = [losing(adapterOf(paypal), lost)];
  const shop = await paymentShop(t, { gateways, ...shopOptions });
  const webhookUrl = `${shop.url}/api/webhooks/payments/paypal`;
  paypal.goBy(shop.clock);
  if (isTold) paypal.webhooks.sendTo(webhookUrl);

  return {
    ...shop,
    ...{ paypal, lost, webhookUrl },
    /** An order that would like to pay 29.99 dollars by PayPal. */
    order: (fields: Partial<Parameters<typeof shop.order>[1]> = {}) =>
      shop.order('paypal', { method: 'wallet', ...fields }),
    /** What PayPal's books say of the order's one payment; null: nothing was ever created there. */
    booked(order_id: string) {
      const [only = null, ...more] = paypal.bookedOf(order_id);
      if (more.length > 0) throw new Error(`PayPal has ${more.length + 1} orders of ${order_id}`);
      return only;
    },
    /** As the payer does, by the link that the shop has given out. */
    async answer(order_id: string, answer: Parameters<typeof answerAtPaypal>[1] = 'approve') {
      const payment = await shop.stored(order_id);
      if (payment?.next_action?.type !== 'redirect') throw new Error('the payer was sent nowhere');
      return await answerAtPaypal(payment.next_action.url, answer);
    },
    async sweep(): Promise<void> {
      shop.clock.shiftMs += 10 * 60_000;
      await shop.runJob('payments_sweep');
    },
    /** All that PayPal has told so far was kept, and has been processed. */
    async heard(): Promise<void> {
      await paypal.webhooks.sent();
      await until(async () => {
        const waiting = sql`select event_id from payments.webhooks where state = 'received'`;
        return (await shop.db.query(waiting)).length === 0;
      });
    },
  };
}

/** What is asked is done, and the answer is lost on its way back. */
function losing(gateway: Gateway, lost: ReadonlySet<Operation>): Gateway {
  const lose = <Operate extends (...input: never[]) => Promise<unknown>>(name: Operation, operate: Operate): Operate =>
    (async (...input: Parameters<Operate>) => {
      const answer = await operate(...input);
      if (lost.has(name)) throw new Error('the answer was lost');
      return answer;
    }) as Operate;
  return {
    ...gateway,
    authorise: lose('authorise', gateway.authorise),
    capture: lose('capture', gateway.capture),
    void: lose('void', gateway.void),
    refund: lose('refund', gateway.refund),
    find: lose('find', gateway.find),
  };
}
