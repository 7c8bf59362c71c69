import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { balanceOf, captureEntry, type JournalEntry, refundEntry, saleEntry } from './journal-rules.ts';

const payment = { order_id: 'order', payment_id: 'payment', gateway: 'simulator', currency: 'USD', amount: 1100 };
const split = {
  sellers: [
    { seller_id: 'ada', amount: 700 },
    { seller_id: 'ben', amount: 200 },
  ],
  tax: 90,
  shipping: 110,
};
const accounts = ['customer', 'clearing', 'sellers', 'tax', 'shipping', 'fees'] as const;
const of = (entry: JournalEntry) => accounts.map(account => entry[account]);
const sum = (amounts: number[]) => amounts.reduce((a, b) => a + b, 0);

test('captured money is owed to those who sold; what the gateway keeps is a cost', () => {
  const entry = captureEntry(payment, split, 32);
  assert.deepEqual(of(entry), [0, 1068, -900, -90, -110, 32]);
  assert.deepEqual(entry.parts, [
    { seller_id: 'ada', amount: -700 },
    { seller_id: 'ben', amount: -200 },
  ]);
});

test('money of which nobody knows what it is for stands with the customer until its sale is told', () => {
  const captured = captureEntry(payment, undefined, 0);
  assert.deepEqual([of(captured), captured.parts], [[-1100, 1100, 0, 0, 0, 0], []]);
  assert.deepEqual(of(saleEntry(payment, split)), [1100, 0, -900, -90, -110, 0]);
});

test('a refund is borne as its items say, where each still has that much', () => {
  const left = balanceOf([captureEntry(payment, split, 0)]);
  const items = { sellers: [{ seller_id: 'ben', amount: 100 }], tax: 10, shipping: 0 };
  const refund = refundEntry(payment, { refund_id: 'r', amount: 110, split: items }, left);
  assert.deepEqual(of(refund), [0, -110, 100, 10, 0, 0]);
  assert.deepEqual([refund.ref_id, refund.parts], ['r', [{ seller_id: 'ben', amount: 100 }]]);

  const tooMuch = { sellers: [{ seller_id: 'ben', amount: 201 }], tax: 0, shipping: 0 };
  const shared = refundEntry(payment, { refund_id: 'r', amount: 201, split: tooMuch }, left);
  assert.deepEqual(of(shared), [0, -201, 165, 16, 20, 0]);
});

test('money that was never sold for goes back to the customer', () => {
  const left = balanceOf([captureEntry(payment, undefined, 0)]);
  const refund = refundEntry(payment, { refund_id: 'r', amount: 1100, split }, left);
  assert.deepEqual([of(refund), refund.parts], [[1100, -1100, 0, 0, 0, 0], []]);
});

test('parts of an amount that do not sum to it are a bug', () => {
  assert.throws(() => captureEntry(payment, { ...split, tax: 91 }, 0), /the parts of an amount sum to it/);
  assert.throws(() => captureEntry(payment, split, 1101), /a gateway keeps a part/);
});

test('whatever is refunded in whatever steps, each entry balances, and at the end nobody is owed anything', () => {
  const amount = fc.integer({ min: 0, max: 10_000 });
  const steps = fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 6 });
  fc.assert(
    fc.property(amount, amount, amount, amount, steps, fc.boolean(), (ada, ben, tax, shipping, wishes, isToldLate) => {
      const parts = { sellers: [ada, ben].map((amount, i) => ({ seller_id: `${i}`, amount })), tax, shipping };
      const total = ada + ben + tax + shipping;
      const paid = { ...payment, amount: total };
      const entries = isToldLate
        ? [captureEntry(paid, undefined, 0), saleEntry(paid, parts)]
        : [captureEntry(paid, parts, 0)];
      let left = total;
      for (const wish of [...wishes, total]) {
        const amount = Math.min(wish, left);
        if (amount === 0) continue;
        left -= amount;
        entries.push(refundEntry(paid, { refund_id: 'r', amount, split: null }, balanceOf(entries)));
      }
      for (const entry of entries) {
        assert.equal(sum(of(entry)), 0);
        assert.equal(sum(entry.parts.map(part => part.amount)), entry.sellers);
      }
      for (const account of accounts) assert.equal(sum(entries.map(entry => entry[account])), 0);
      assert.deepEqual(new Set(balanceOf(entries).parts.map(part => part.amount)), new Set([0]));
    }),
  );
});
