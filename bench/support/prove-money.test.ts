// Goal: money moves once, whatever the gateway and the network do: time-outs after success, 5xx, webhooks twice and out
// of order, resets, cuts in mid-answer. Method: the benchmark's own proof with few payments and a clock that is put
// forward; then each of its checks with books that it must find fault with.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { OrderFact } from '#orders';
import type { PaymentFact } from '#payments';
import { need } from '../../test/support/parts.ts';
import { shiftableClock } from '../../test/support/payment-shop.ts';
import type { BenchScope } from './benchmark.ts';
import { type BothBooks, moneyChecks } from './money-checks.ts';
import { proveMoney } from './prove-money.ts';

const SEED = 'money 1';
const PAYMENTS = 150;
const CHAOS = { timeout: 0.1, error: 0.1, duplicate: 0.2, reorder: 0.2 };

async function prove(t: TestContext, { rates = CHAOS, toxiproxy = null as string | null }) {
  t.diagnostic(`seed ${SEED}`);
  const ends: (() => Promise<void>)[] = [];
  const scope: BenchScope = { after: work => void ends.push(work), say: line => t.diagnostic(line) };
  // The last thing started is stopped first.
  t.after(async () => {
    for (const end of ends.reverse()) await end();
  });
  const asked = { payments: PAYMENTS, clients: 16, seed: SEED, timeoutMs: 2_000, drainedWithinMs: 120_000 };
  const { ended, found } = await proveMoney(scope, { ...asked, rates, toxiproxy, clock: shiftableClock() });
  for (const [check, breaches] of Object.entries(found)) assert.deepEqual(breaches, [], check);
  assert.equal(Object.keys(found).length, Object.keys(moneyChecks).length + 3);
  // Of every hundred 64 mean to pay and to keep it; what fails on its way may cost some of them.
  const { CONFIRMED = 0, CANCELLED = 0, PAYMENT_FAILED = 0 } = ended;
  assert.equal(CONFIRMED + CANCELLED + PAYMENT_FAILED, PAYMENTS);
  assert.ok(CONFIRMED > PAYMENTS / 5 && CANCELLED > 0 && PAYMENT_FAILED > 0, JSON.stringify(ended));
}

test('payments of every outcome under chaos move money once', async t => {
  await prove(t, {});
});

test('and over a network that is slow, resets and cuts answers', async t => {
  const toxiproxy = need(t, 'toxiproxy');
  if (toxiproxy !== null) await prove(t, { toxiproxy });
});

const order = { order_id: 'o', status: 'CONFIRMED', total: 500, refunded: 0 } as OrderFact;
const payment = { order_id: 'o', captured: 500, refunded: 0, ledger_sum: 0, ledger_held: 500 } as PaymentFact;
const charge = { order_id: 'o', state: 'captured', captured: 500, refunded: 0 } as BothBooks['charges'][number];
const right: BothBooks = { orders: [order], payments: [payment], charges: [charge] };
const failed = { ...order, status: 'PAYMENT_FAILED' } as const;

for (const [check, wrong] of Object.entries({
  'double charges': { charges: [charge, charge] },
  'paid without order or refund': { orders: [failed] },
  'set aside and left there': { charges: [charge, { ...charge, state: 'authorized', captured: 0 }] },
  'confirmed without capture': { charges: [{ ...charge, captured: 499 }] },
  'refunds that differ': { charges: [{ ...charge, refunded: 1 }] },
  'payments that differ': { payments: [{ ...payment, captured: 0 }] },
  'ledger that is not 0': { payments: [{ ...payment, ledger_held: 499 }] },
} satisfies Record<string, Partial<BothBooks>>)) {
  test(`the check of "${check}" holds for right books, and finds wrong ones`, () => {
    assert.deepEqual(moneyChecks[check]!(right), []);
    assert.equal(moneyChecks[check]!({ ...right, ...wrong }).length, 1);
  });
}

test('a failed order that has its money back, or let go, is right', () => {
  const refunded = { ...charge, state: 'refunded', refunded: 500 } as const;
  const voided = { ...charge, state: 'voided', captured: 0 } as const;
  const back: BothBooks = {
    orders: [failed],
    payments: [{ ...payment, refunded: 500, ledger_held: 0 }],
    charges: [refunded, voided],
  };
  for (const [name, check] of Object.entries(moneyChecks)) assert.deepEqual(check(back), [], name);
});
