// Goal: what is left at PayPal fits in its fields and is read again by the shop that left it, alone. Method: marks that
// were made here, and ones that are nearly so.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ids, SHOP_ID } from '../../../test/support/gateway-world.ts';
import { isOfShop, orderMarks, readOrderMarks, readRefundMark, refundMark } from './marks.ts';

/** "The API caller-provided external ID": at most so many characters, as of an invoice's. */
const FIELD_MAX = 127;
const order = { order_id: ids.next(), payment_id: ids.next(), person_id: ids.next() };
const refund = { order_id: order.order_id, refund_id: ids.next() };

test('the marks of an order and of a refund fit, and are read again', () => {
  const marks = orderMarks(SHOP_ID, order);
  const custom_id = refundMark(SHOP_ID, refund);
  assert.deepEqual([marks.custom_id.length, marks.invoice_id.length, custom_id.length], [110, 36, 117]);
  assert.ok(custom_id.length <= FIELD_MAX);
  assert.deepEqual(readOrderMarks(marks, SHOP_ID), order);
  assert.deepEqual(readRefundMark({ custom_id }, SHOP_ID), refund);
  assert.ok(isOfShop(marks, SHOP_ID) && isOfShop({ custom_id }, SHOP_ID));
});

test('neither is taken for the other, nor for one of another shop', () => {
  const marks = orderMarks(SHOP_ID, order);
  const custom_id = refundMark(SHOP_ID, refund);
  assert.equal(readRefundMark(marks, SHOP_ID), null);
  assert.equal(readOrderMarks({ custom_id, invoice_id: order.order_id }, SHOP_ID), null);
  const other = ids.next();
  assert.equal(readOrderMarks(marks, other), null);
  assert.equal(readRefundMark({ custom_id }, other), null);
  assert.equal(isOfShop(marks, other) || isOfShop({ custom_id }, other) || isOfShop({}, other), false);
});

test('what is less, more or other than ids is none', () => {
  const { custom_id, invoice_id } = orderMarks(SHOP_ID, order);
  for (const marks of [
    {},
    { custom_id },
    { invoice_id },
    { custom_id, invoice_id: 'an invoice' },
    { custom_id: `${custom_id}.${ids.next()}`, invoice_id },
    { custom_id: `${SHOP_ID}.${order.payment_id}`, invoice_id },
    { custom_id: `${SHOP_ID}.${order.payment_id}.nobody`, invoice_id },
  ]) {
    assert.equal(readOrderMarks(marks, SHOP_ID), null, JSON.stringify(marks));
  }
  for (const custom_id of [`refund.${SHOP_ID}`, `refund.${SHOP_ID}.a.b`, `${refundMark(SHOP_ID, refund)}.c`]) {
    assert.equal(readRefundMark({ custom_id }, SHOP_ID), null, custom_id);
  }
});
