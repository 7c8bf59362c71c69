/**
 * Each invariant names what breaks it, and a shop that is whole breaks none. The modules are stood in for by plain
 * lists of facts, in which one thing at a time is made wrong.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Inventory, InventoryFact } from '#inventory';
import type { OrderFact, Orders } from '#orders';
import type { PaymentFact, Payments } from '#payments';
import { type Clock, manualClock } from '#platform/clock';
import { mergeFacts, streamFacts } from './merge-facts.ts';
import { runAudit } from './run-audit.ts';

const PRODUCT = '01900000-0000-7000-8000-0000000000aa';
const id = (n: number) => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const HOUR_MS = 3_600_000;

interface Facts {
  stock: InventoryFact[];
  holds: InventoryFact[];
  sales: InventoryFact[];
  orders: OrderFact[];
  payments: PaymentFact[];
}

function wholeShop(): Facts {
  const units = JSON.stringify([[PRODUCT, 2]]);
  const orders = [1, 2, 3].map(
    (n): OrderFact => ({
      order_id: id(n),
      status: (['CONFIRMED', 'DELIVERED', 'CANCELLED'] as const)[n - 1]!,
      reservation_id: id(100 + n),
      subtotal: 1000,
      discount: 100,
      shipping_cost: 50,
      tax: 90,
      total: 1040,
      lines_sum: 1000,
      refunded: 0,
      units,
      settled: true,
      age_ms: HOUR_MS,
    }),
  );
  const payments = orders.map(({ order_id, status }): PaymentFact => {
    const refunded = status === 'CANCELLED' ? 1040 : 0;
    return {
      order_id,
      payment_id: order_id,
      status: refunded > 0 ? 'refunded' : 'captured',
      amount: 1040,
      captured: 1040,
      refunded,
      refunds_sum: refunded,
      age_ms: HOUR_MS,
    };
  });
  return {
    stock: [{ key: 'aa/p/w/', total_quantity: 6, reserved: 1, moved_total: 6, moved_reserved: 1, held: 1 }],
    holds: [{ key: id(101), state: 'sold', states: 1, open_units: 0 }],
    sales: [1, 2, 3].map(n => ({ key: id(n), units })),
    orders,
    payments,
  };
}

function page<Fact>(facts: Fact[], keyOf: (fact: Fact) => string) {
  return async ({ after, limit }: { after: string | null; limit: number }) =>
    facts.filter(fact => after === null || keyOf(fact) > after).slice(0, Math.min(limit, 2));
}

async function audit(facts: Facts, clock: Clock = impatientClock()) {
  const inventory = {
    readFacts: (input: { kind: 'stock' | 'holds' | 'sales'; after: string | null; limit: number }) =>
      page(facts[input.kind], fact => fact.key)(input),
  } as unknown as Inventory;
  const orders = { readFacts: page(facts.orders, fact => fact.order_id) } as unknown as Orders;
  const payments = { readFacts: page(facts.payments, fact => fact.order_id) } as unknown as Payments;
  return runAudit({ inventory, orders, payments, clock });
}

/** Its sleeps are over at once, and the time goes on by them. */
function impatientClock(onSleep = () => {}): Clock {
  const clock = manualClock(Date.parse('2030-01-01T00:00:00Z'));
  return {
    nowMs: clock.nowMs,
    async sleep(ms) {
      clock.advance(ms);
      onSleep();
    },
  };
}

const broken: [name: string, breaks: string, spoil: (facts: Facts) => void][] = [
  [
    'a movement is missing',
    'the movements of a product sum to its stock',
    ({ stock }) => void Object.assign(stock[0]!, { moved_total: 7 }),
  ],
  ['a hold is missing', 'reserved is the sum of open holds', ({ stock }) => void Object.assign(stock[0]!, { held: 0 })],
  [
    'more is reserved than there is',
    'no unit is promised twice',
    ({ stock }) => void Object.assign(stock[0]!, { reserved: 7, moved_reserved: 7, held: 7 }),
  ],
  [
    'half a reservation is sold',
    'a reservation is held whole and ends once',
    ({ holds }) => void Object.assign(holds[0]!, { states: 2 }),
  ],
  [
    'a total is off by one',
    'total = subtotal − discount + shipping + tax',
    ({ orders }) => void Object.assign(orders[0]!, { tax: 89 }),
  ],
  [
    'lines do not sum up',
    'total = subtotal − discount + shipping + tax',
    ({ orders }) => void Object.assign(orders[0]!, { lines_sum: 1 }),
  ],
  ['a payment is missing', 'a confirmed order has its captured payment', ({ payments }) => void payments.shift()],
  [
    'less was captured',
    'a confirmed order has its captured payment',
    ({ payments }) => void Object.assign(payments[0]!, { captured: 1000 }),
  ],
  ['nothing was sold', 'a confirmed order has its sale', ({ sales }) => void sales.shift()],
  [
    'a cancelled order keeps the money',
    'no paid order is left without goods or refund',
    ({ payments }) => void Object.assign(payments[2]!, { status: 'captured', refunded: 0, refunds_sum: 0 }),
  ],
  [
    'a cancelled order keeps an authorisation',
    'no paid order is left without goods or refund',
    ({ payments }) =>
      void Object.assign(payments[2]!, { status: 'authorized', captured: 0, refunded: 0, refunds_sum: 0 }),
  ],
  [
    'there is money without an order',
    'every payment has its order',
    ({ payments }) => void payments.push({ ...payments[0]!, order_id: id(9) }),
  ],
  [
    'units went without an order',
    'every sale has its order',
    ({ sales }) => void sales.push({ key: id(8), units: '[["p",1]]' }),
  ],
  [
    'units went to a failed order',
    'every sale has its order',
    ({ orders }) => void Object.assign(orders[2]!, { status: 'PAYMENT_FAILED' }),
  ],
  [
    'more was refunded than captured',
    'refunds never exceed what was captured, and both books agree',
    ({ payments }) => void Object.assign(payments[2]!, { refunded: 2000, refunds_sum: 2000 }),
  ],
  [
    'the books of refunds differ',
    'refunds never exceed what was captured, and both books agree',
    ({ orders }) => void Object.assign(orders[0]!, { refunded: 5 }),
  ],
];

test('a shop that is whole breaks no invariant, and each was looked at', async () => {
  const report = await audit(wholeShop());
  assert.equal(report.ok, true);
  for (const { name, checked, violations } of report.invariants) {
    assert.ok(checked > 0, `${name} looked at nothing`);
    assert.deepEqual(violations, []);
  }
});

for (const [name, breaks, spoil] of broken) {
  test(`${name}: named by its invariant and by no other`, async () => {
    const facts = wholeShop();
    spoil(facts);
    const report = await audit(facts);
    assert.equal(report.ok, false);
    const names = report.invariants.filter(invariant => !invariant.ok).map(invariant => invariant.name);
    assert.deepEqual(names, [breaks]);
  });
}

test('every invariant has something that breaks it here', async () => {
  const { invariants } = await audit(wholeShop());
  const covered = new Set(broken.map(([, breaks]) => breaks));
  assert.deepEqual(
    invariants.map(invariant => invariant.name).filter(name => !covered.has(name)),
    [],
  );
});

test('a young order is read again until its steps have followed one another', async () => {
  const facts = wholeShop();
  const late = facts.sales.shift()!;
  facts.orders[0]!.age_ms = 100;
  let sleeps = 0;
  const clock = impatientClock(() => {
    sleeps += 1;
    if (sleeps === 3) facts.sales.unshift(late);
  });
  assert.equal((await audit(facts, clock)).ok, true);
  assert.equal(sleeps, 3);
});

test('what a crash left is no violation while the sweeper has time, and one after an hour', async () => {
  const facts = wholeShop();
  Object.assign(facts.payments[2]!, { status: 'captured', refunded: 0, refunds_sum: 0 });
  Object.assign(facts.orders[2]!, { settled: false, age_ms: HOUR_MS });
  assert.equal((await audit(facts)).ok, true);
  facts.orders[2]!.age_ms = HOUR_MS + 1;
  assert.equal((await audit(facts)).ok, false);
});

test('streams of different lengths are joined by key, and a gap in one is no gap in another', async () => {
  const keyOf = (fact: { key: string }) => fact.key;
  const stream = (...keys: string[]) => {
    const facts = keys.map(key => ({ key }));
    return { facts: streamFacts(async after => page(facts, keyOf)({ after, limit: 2 }), keyOf), keyOf };
  };
  const rows: string[] = [];
  for await (const row of mergeFacts<{ left: { key: string }; right: { key: string } }>({
    left: stream('a', 'b', 'd', 'e', 'f'),
    right: stream('b', 'c', 'f'),
  })) {
    rows.push(`${row.key}${row.left ? 'L' : ''}${row.right ? 'R' : ''}`);
  }
  assert.deepEqual(rows, ['aL', 'bLR', 'cR', 'dL', 'eL', 'fLR']);
});
