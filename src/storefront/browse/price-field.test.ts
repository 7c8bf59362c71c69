// Goal: what people write as a price is read as they mean it. Method: each way of writing beside the minor units that
// it stands for, in currencies of two, no and three digits.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPrice, writePrice } from './price-field.ts';

test('a price is read with a point, a comma, thousands, a sign or a currency', () => {
  const written = [
    '12',
    '12.5',
    '12,50',
    '$12.50',
    '12,50 €',
    'EUR 12',
    '1.234,50',
    '1,234.50',
    '1,234',
    '1’234',
    '.5',
  ];
  assert.deepEqual(
    written.map(text => readPrice(text, 2)),
    [1200, 1250, 1250, 1250, 1250, 1200, 123450, 123450, 123400, 123400, 50],
  );
});

test('nothing written is no price, and what is none is told apart from it', () => {
  assert.equal(readPrice('  ', 2), null);
  for (const text of ['cheap', '-5', '12.345.6', '1.2.3', '1e3', '€', '12.', '9999999999999']) {
    assert.equal(readPrice(text, 2), undefined, text);
  }
});

test('a currency without minor units takes whole prices, one with three digits takes three', () => {
  assert.equal(readPrice('1,200', 0), 1200);
  assert.equal(readPrice('1200', 0), 1200);
  assert.equal(readPrice('12.5', 0), undefined);
  assert.equal(readPrice('1.234', 3), 1234);
});

test('a price is written as short as it can be, and read back as it was', () => {
  assert.equal(writePrice(1200, 2, '.'), '12');
  assert.equal(writePrice(1250, 2, ','), '12,50');
  assert.equal(writePrice(5, 2, '.'), '0.05');
  assert.equal(writePrice(1200, 0, '.'), '1200');
  for (const amount of [0, 1, 99, 100, 12345, 100000000]) {
    assert.equal(readPrice(writePrice(amount, 2, ','), 2), amount);
  }
});
