// Goal: the state machine of a payment loses no money and repeats harmlessly, in whatever order its changes come.
// Method: random runs of changes from every kind of start, with the invariants checked after each one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type RefundRow, type RefundStep, stepRefund } from './refund-rules.ts';
import { applyChange, type Change, isUnwanted, type Learned, openPayment, type Row, type Terms } from './rules.ts';

const terms: Terms = {
  order_id: '01900000-0000-7000-8000-0000000000aa',
  payment_id: '01900000-0000-7000-8000-0000000001aa',
  person_id: '01900000-0000-7000-8000-0000000002aa',
  amount: 1000,
  currency: 'USD',
  method: 'card',
  gateway: 'simulator',
};
const NOW = 1_700_000_000_000;

const learned = fc.constantFrom<Learned>(
  { state: 'authorized', gateway_ref: 'ch_1' },
  { state: 'authorized', gateway_ref: 'ch_2' },
  { state: 'failed', reason: 'declined', gateway_ref: 'ch_1' },
  { state: 'failed', reason: 'not_authorized', gateway_ref: null },
  { state: 'pending', gateway_ref: 'ch_1', next_action: { type: 'wait' } },
  { state: 'unknown' },
);
const change = fc.oneof(
  learned.map((learned): Change => ({ kind: 'learned', terms, learned })),
  fc.constantFrom<Change>(
    { kind: 'captured' },
    { kind: 'capture_unknown' },
    { kind: 'capture_refused', is_voided: true },
    { kind: 'capture_refused', is_voided: false },
    { kind: 'voided', reason: null },
    { kind: 'void_wanted', reason: 'cancelled' },
  ),
);
const unwanted: Row = {
  status: 'unwanted',
  bucket: 0xaa,
  order_id: terms.order_id,
  reason: 'cancelled',
  attempts: 0,
  next_try_at: null,
  created_at: new Date(NOW).toISOString(),
  version: 1,
};
const start = fc.oneof(
  learned.map((learned): Row => openPayment(terms, learned, NOW)),
  fc.constant(unwanted),
);

test('changes in any order keep every invariant, and a repeated one changes nothing', () => {
  fc.assert(
    fc.property(start, fc.array(change, { maxLength: 12 }), (first, changes) => {
      let row = first;
      let ends = 0;
      for (const next of changes) {
        const before = row;
        const { row: after, event } = applyChange(before, next, NOW);
        assert.deepEqual(applyChange(after, next, NOW), { row: after, event: null });
        assert.equal(after.version, before === after ? before.version : before.version + 1);
        if (event !== null) assert.equal(event.version, after.version);
        if (event !== null && event.type !== 'payment.authorized') ends += 1;
        row = after;
        if (isUnwanted(row)) continue;
        assert.equal(row.captured_at !== null, row.status === 'captured');
        assert.ok(row.captured === 0 || row.captured === row.amount);
        if (!isUnwanted(before) && before.captured_at !== null) assert.equal(row.status, 'captured');
        if (!isUnwanted(before) && before.status === 'voided') assert.equal(row.status, 'voided');
        // Whatever is still wanted has a time at which the sweeper takes it up.
        if (row.wanted !== null || (row.status === 'pending' && !row.outcome_known))
          assert.ok(row.next_try_at !== null);
      }
      assert.ok(ends <= 1, 'a payment ends once');
    }),
  );
});

test('money that is set aside after the end is wanted back, under a reference that we know too', () => {
  const pending: Learned = { state: 'pending', gateway_ref: 'ch_1', next_action: { type: 'wait' } };
  const failed: Learned = { state: 'failed', reason: 'declined', gateway_ref: 'ch_1' };
  const voided = applyChange(openPayment(terms, pending, NOW), { kind: 'voided', reason: 'cancelled' }, NOW).row;
  for (const over of [voided, openPayment(terms, failed, NOW)]) {
    for (const gateway_ref of ['ch_1', 'ch_2']) {
      const late: Change = { kind: 'learned', terms, learned: { state: 'authorized', gateway_ref } };
      const { row, event } = applyChange(over, late, NOW);
      assert.ok(!isUnwanted(row) && !isUnwanted(over));
      assert.deepEqual([row.status, row.wanted, row.gateway_ref, event], [over.status, 'void', gateway_ref, null]);
      const after = applyChange(row, { kind: 'voided', reason: null }, NOW).row;
      assert.ok(!isUnwanted(after));
      assert.deepEqual([after.status, after.wanted, after.reason], [over.status, null, over.reason]);
    }
  }
});

test('refunds in any order never exceed what was captured, and repeats change nothing', () => {
  const step = fc
    .record({
      id: fc.integer({ min: 1, max: 4 }),
      amount: fc.integer({ min: 1, max: 600 }),
      end: fc.integer({ max: 2, min: 0 }),
    })
    .map(({ id, amount, end }): RefundStep => {
      const of = { refund_id: `refund-${id}`, order_id: terms.order_id };
      if (end === 0) return { kind: 'reserve', ...of, amount, note: '', split: null };
      return end === 1 ? { kind: 'done', ...of, gateway_ref: 're_1' } : { kind: 'refused', ...of, problem: 'no' };
    });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), steps => {
      const opened = openPayment(terms, { state: 'authorized', gateway_ref: 'ch_1' }, NOW);
      const captured = applyChange(opened, { kind: 'captured' }, NOW).row;
      assert.ok(!isUnwanted(captured));
      let row = captured;
      const refunds = new Map<string, RefundRow>();
      for (const step of steps) {
        const refund = refunds.get(step.refund_id) ?? null;
        if (step.kind !== 'reserve' && refund === null) continue;
        const stepped = stepRefund(row, refund, step, NOW);
        row = stepped.row!;
        if (stepped.refund !== null) refunds.set(step.refund_id, stepped.refund);
        if (stepped.answer === 'ok') assert.equal(stepRefund(row, stepped.refund, step, NOW).row, row);
        const sum = (status: string) =>
          [...refunds.values()].filter(one => one.status === status).reduce((total, one) => total + one.amount, 0);
        assert.deepEqual([row.refunding, row.refunded], [sum('pending'), sum('done')]);
        assert.ok(row.refunding + row.refunded <= row.captured);
      }
    }),
  );
});
