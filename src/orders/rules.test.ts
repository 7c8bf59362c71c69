/** What an order costs and what a refund gives back, in exact minor units. Pure rules: no database. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CatalogProduct } from '#catalog';
import { partsOf, quote, type RefundRecord, refundOfItems, remainingItems, sum } from './rules.ts';
import { flatRateShipping } from './shipping.ts';
import { builtInTaxTable } from './tax.ts';

const tables = { tax: builtInTaxTable, shipping: flatRateShipping() };
const delivery = {
  country: 'US',
  region: 'California',
  method: 'standard' as const,
  prime: false,
  currency: 'USD',
  discount: 0,
};

function product(amount: number, id = 'p1'): CatalogProduct {
  const seller = { seller_id: 's1', name: 'Seller' };
  return { product_id: id, title: id, seller, price: { amount, currency: 'USD' } } as CatalogProduct;
}

function refund(items: RefundRecord['items'], restock = true): RefundRecord {
  return { refund_id: 'r', amount: 0, items, reason: '', restock, state: 'done', at: '' };
}

test('a small order in California pays flat shipping and 7.25 % on goods and shipping, each rounded half up', () => {
  const { lines: _lines, ...totals } = quote([{ product: product(1999), quantity: 2 }], delivery, tables);
  assert.deepEqual(totals, { subtotal: 3998, discount: 0, shipping_cost: 599, tax: 290 + 43, total: 4930 });
});

test('standard shipping is free from 50.00, and for prime members at any worth', () => {
  assert.equal(quote([{ product: product(5000), quantity: 1 }], delivery, tables).shipping_cost, 0);
  assert.equal(quote([{ product: product(4999), quantity: 1 }], delivery, tables).shipping_cost, 599);
  const prime = { ...delivery, prime: true };
  assert.equal(quote([{ product: product(100), quantity: 1 }], prime, tables).shipping_cost, 0);
  assert.equal(
    quote([{ product: product(100), quantity: 1 }], { ...prime, method: 'express' }, tables).shipping_cost,
    1499,
  );
});

test('a country without a rate is not taxed, and a state is known by its name and its code', () => {
  assert.equal(builtInTaxTable.rateBasisPoints({ country: 'BR', region: 'SP' }), 0);
  assert.equal(builtInTaxTable.rateBasisPoints({ country: 'US', region: 'ca' }), 725);
  assert.equal(builtInTaxTable.rateBasisPoints({ country: 'US', region: 'New York' }), 400);
  assert.equal(builtInTaxTable.rateBasisPoints({ country: 'DE', region: 'Bayern' }), 1900);
});

test('a discount is spread over lines by largest remainder and lowers their tax', () => {
  const goods = [
    { product: product(1000, 'a'), quantity: 1 },
    { product: product(1000, 'b'), quantity: 1 },
    { product: product(1000, 'c'), quantity: 1 },
  ];
  const quoted = quote(goods, { ...delivery, discount: 100 }, tables);
  assert.deepEqual(
    quoted.lines.map(line => line.discount),
    [34, 33, 33],
  );
  assert.deepEqual(
    quoted.lines.map(line => line.tax),
    [70, 70, 70],
  );
});

test('any order: the total is subtotal − discount + shipping + tax, and tax is the sum of its parts', () => {
  const goods = fc.array(
    fc.record({ amount: fc.integer({ min: 0, max: 10_000_000 }), quantity: fc.integer({ min: 1, max: 999 }) }),
    {
      minLength: 1,
      maxLength: 20,
    },
  );
  fc.assert(
    fc.property(goods, fc.double({ min: 0, max: 1, noNaN: true }), (items, part) => {
      const lines = items.map(({ amount, quantity }, index) => ({ product: product(amount, `p${index}`), quantity }));
      const worth = sum(items.map(item => item.amount * item.quantity));
      const discount = Math.floor(worth * part);
      const quoted = quote(lines, { ...delivery, discount }, tables);
      assert.equal(quoted.subtotal, worth);
      assert.equal(quoted.total, worth - discount + quoted.shipping_cost + quoted.tax);
      assert.equal(sum(quoted.lines.map(line => line.discount)), discount);
    }),
  );
});

test('refunding a line unit by unit gives back exactly its price and tax, whatever the rounding', () => {
  const price = fc.integer({ min: 1, max: 1_000_000 });
  fc.assert(
    fc.property(price, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 100_000 }), (unit, quantity, tax) => {
      const line = { product_id: 'a', seller_id: 's', title: '', quantity, unit_price: unit, discount: 0, tax };
      const earlier: RefundRecord[] = [];
      let given = 0;
      for (let index = 0; index < quantity; index += 1) {
        const items = [{ product_id: 'a', quantity: 1 }];
        given += refundOfItems([line], earlier, items)!.amount;
        earlier.push(refund(items));
      }
      assert.equal(given, unit * quantity + tax);
      assert.equal(refundOfItems([line], earlier, [{ product_id: 'a', quantity: 1 }]), null);
      assert.deepEqual(remainingItems([line], earlier), []);
    }),
  );
});

test('items that are not of the order, or were refunded already, are no refund', () => {
  const line = { product_id: 'a', seller_id: 's', title: '', quantity: 2, unit_price: 100, discount: 0, tax: 10 };
  assert.equal(refundOfItems([line], [], [{ product_id: 'b', quantity: 1 }]), null);
  assert.equal(refundOfItems([line], [], [{ product_id: 'a', quantity: 3 }]), null);
  const twice = [
    { product_id: 'a', quantity: 1 },
    { product_id: 'a', quantity: 2 },
  ];
  assert.equal(refundOfItems([line], [], twice), null);
});

test('returned units go back to the warehouses they came from, each part once', () => {
  const parts = [
    { product_id: 'a', warehouse_id: 'w1', quantity: 2 },
    { product_id: 'a', warehouse_id: 'w2', quantity: 3 },
  ];
  const first = partsOf([{ product_id: 'a', quantity: 3 }], parts, []);
  assert.deepEqual(first, [
    { product_id: 'a', warehouse_id: 'w1', quantity: 2 },
    { product_id: 'a', warehouse_id: 'w2', quantity: 1 },
  ]);
  const second = partsOf([{ product_id: 'a', quantity: 2 }], parts, [{ product_id: 'a', quantity: 3 }]);
  assert.deepEqual(second, [{ product_id: 'a', warehouse_id: 'w2', quantity: 2 }]);
});
