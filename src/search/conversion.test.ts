// Goal: a product that sells well for how often it is seen rises, within bounds and not by chance. Method: counts whose
// factor is known exactly, and random ones, of which fast-check prints the seed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { conversionFactor } from './conversion.ts';

const rounded = (views: number, orders: number) => Number(conversionFactor({ views, orders }).toFixed(9));

test('what nobody has looked at is neither praised nor blamed, whatever was ordered', () => {
  assert.equal(conversionFactor({ views: 0, orders: 0 }), 1);
  assert.equal(conversionFactor({ views: 0, orders: 12 }), 1);
});

test('three orders of a hundred views are usual, twice as many rise by the root of 1.25, a quarter is the least', () => {
  assert.equal(rounded(100, 3), 1);
  assert.equal(rounded(1_000_000, 30_000), 1);
  assert.equal(rounded(100, 9), 1.118033989, 'with the views that are added: 12 of 200');
  assert.equal(rounded(20_000, 0), 0.8);
  assert.equal(rounded(300, 0), 0.8, 'with the views that are added: 3 of 400');
  assert.equal(rounded(20_000, 10_000), 1.25);
});

test('a few views say little', () => {
  assert.equal(rounded(1, 0), 0.998399636);
  assert.equal(rounded(1, 1), 1.045719144);
  assert.equal(rounded(10, 0), 0.984775569);
});

test('orders beyond the views count as the views do', () => {
  assert.equal(conversionFactor({ views: 5, orders: 400 }), conversionFactor({ views: 5, orders: 5 }));
});

const count = fc.double({ min: 0, max: 1e9, noNaN: true });

test('it stays between 0.8 and 1.25, more orders never lower it, and more views without orders never raise it', () => {
  fc.assert(
    fc.property(count, count, count, (views, orders, more) => {
      const factor = conversionFactor({ views, orders });
      assert.ok(factor >= 0.8 && factor <= 1.25, `${factor}`);
      assert.ok(conversionFactor({ views, orders: orders + more }) >= factor, 'more orders');
      if (orders <= views) assert.ok(conversionFactor({ views: views + more, orders }) <= factor + 1e-12, 'more views');
    }),
  );
});
