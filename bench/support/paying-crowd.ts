import { setTimeout as pause } from 'node:timers/promises';
import type { PaymentInput } from '#payments';
import { money } from '#platform/money';
import { type Outcome, Unavailable } from '#platform/outcome';
import { seededRandom } from '#platform/seeded-random';
import { type LatencyHistogram, latencyHistogram } from './latency-histogram.ts';
import type { OrderModules } from './order-modules.ts';

/** What a shopper pays with, and what becomes of it afterwards. */
interface Kind {
  share: number;
  payment: PaymentInput;
  after?: 'cancel' | 'refund_parts' | 'refund_and_cancel';
  /** At the page of the card's bank. */
  challenge?: 'confirm' | 'decline';
}

const by = (token: string, method: PaymentInput['method'] = 'card') => ({ method, token });

/** Shares in percent. Every outcome that a payment can have is among them. */
const kinds: Kind[] = [
  { share: 38, payment: by('tok_visa') },
  { share: 5, payment: by('tok_visa', 'wallet') },
  { share: 3, payment: by('tok_flaky') },
  { share: 8, payment: by('tok_declined') },
  { share: 4, payment: by('tok_insufficient_funds') },
  { share: 4, payment: by('tok_capture_fails') },
  { share: 11, payment: by('tok_visa'), after: 'cancel' },
  { share: 8, payment: by('tok_visa'), after: 'refund_parts' },
  { share: 3, payment: by('tok_visa'), after: 'refund_and_cancel' },
  { share: 6, payment: by('tok_visa', 'bank_transfer') },
  { share: 2, payment: by('tok_declined', 'bank_transfer') },
  { share: 2, payment: by('tok_visa', 'bank_transfer'), after: 'cancel' },
  { share: 4, payment: by('tok_3ds'), challenge: 'confirm' },
  { share: 2, payment: by('tok_3ds'), challenge: 'decline' },
];

const TRIES_MAX = 100;
const PAUSE_MS = 50;
const PART = 150;

export interface PayingCrowd {
  /** So many payments, so many of them at once; answers when the last shopper has been answered. */
  pay(work: { payments: number; clients: number; onPaid(done: number): Promise<void> }): Promise<{ seconds: number }>;
  /** Whoever was not led to the bank's page at once looks at the order again. Answers how many are still to be led. */
  answerChallenges(): Promise<number>;
  /** From the wish to the answer, repeats after an outage included. */
  latency: LatencyHistogram;
}

export function createPayingCrowd(modules: OrderModules, productIds: string[], seed: string): PayingCrowd {
  const { orders, payments, ids } = modules;
  const draw = seededRandom(seed);
  const latency = latencyHistogram();
  const challenged = new Map<string, 'confirm' | 'decline'>();

  async function payOnce(): Promise<void> {
    const kind = pick(draw());
    const wish = modules.wish(productIds[Math.floor(draw() * productIds.length)]!, kind.payment);
    const { order_id } = wish;
    const beganMs = performance.now();
    await untilTold(() => orders.buyNow(wish));
    latency.add(performance.now() - beganMs);
    if (kind.challenge) challenged.set(order_id, kind.challenge);
    const cancel = () => untilTold(() => orders.cancelOrder({ order_id, viewer: { kind: 'staff' } }));
    const refund = () => {
      const asked = { refund_id: ids.nextFor(order_id), order_id, amount: money(PART, 'USD'), reason: 'late' };
      return untilTold(() => orders.refundOrder(asked));
    };
    if (kind.after === 'cancel') await cancel();
    if (kind.after === 'refund_parts') await Promise.all([refund(), refund(), refund()]);
    if (kind.after === 'refund_and_cancel') await Promise.all([refund(), cancel()]);
  }

  async function answerOne(order_id: string, answer: string): Promise<void> {
    const [payment] = await payments.getPayments({ order_ids: [order_id] });
    const action = payment?.next_action;
    if (action?.type === 'redirect') {
      const body = new URLSearchParams({ answer });
      const page = await fetch(action.url, { method: 'POST', body, redirect: 'manual' });
      await page.arrayBuffer();
      challenged.delete(order_id);
    }
    if (payment !== undefined && payment.status !== 'pending') challenged.delete(order_id);
  }

  return {
    latency,
    async pay({ payments: count, clients, onPaid }) {
      let [begun, done] = [0, 0];
      const beganMs = performance.now();
      const client = async () => {
        while (begun < count) {
          begun += 1;
          await payOnce();
          done += 1;
          await onPaid(done);
        }
      };
      await Promise.all(Array.from({ length: clients }, client));
      return { seconds: (performance.now() - beganMs) / 1_000 };
    },
    async answerChallenges() {
      for (const [order_id, answer] of challenged) await answerOne(order_id, answer);
      return challenged.size;
    },
  };
}

function pick(draw: number): Kind {
  let left = draw * kinds.reduce((sum, kind) => sum + kind.share, 0);
  for (const kind of kinds) {
    left -= kind.share;
    if (left < 0) return kind;
  }
  return kinds[0]!;
}

/** A client that hears of an outage asks again, with the same command: a refusal is an answer. */
async function untilTold(ask: () => Promise<Outcome<unknown, string>>): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await ask();
      return;
    } catch (error) {
      if (!(error instanceof Unavailable) || tries >= TRIES_MAX) throw error;
      await pause(PAUSE_MS);
    }
  }
}
