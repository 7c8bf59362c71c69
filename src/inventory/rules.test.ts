// Goal: levels, nearness and the spread of a new product's units are what the contract says.
// Method: exact answers at the borders, and the sum of every spread.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIds } from '#platform/ids';
import { levelOf, nearnessTo, spreadStock } from './rules.ts';

const warehouse = { warehouse_id: 'w', name: 'W', country: 'US', region: 'CA' };
const three = ['a', 'b', 'c'].map(warehouse_id => ({ ...warehouse, warehouse_id }));
const product = (lastByte: string) => `01900000-0000-7000-8000-0000000000${lastByte}`;

test('stock is out at 0, low to 10 and in from 11', () => {
  assert.deepEqual([0, 1, 10, 11].map(levelOf), ['out', 'low', 'low', 'in']);
});

test('the same region is nearest, then the same country, however they are written', () => {
  assert.equal(nearnessTo({ country: 'US', region: ' ca' }, warehouse), 0);
  assert.equal(nearnessTo({ country: 'US', region: 'NY' }, warehouse), 1);
  assert.equal(nearnessTo({ country: 'DE', region: 'CA' }, warehouse), 2);
});

test('twenty units lie in one warehouse and twenty-one in three', () => {
  assert.deepEqual(spreadStock(product('01'), 20, three), [{ warehouse_id: 'b', quantity: 20 }]);
  assert.deepEqual(spreadStock(product('01'), 21, three), [
    { warehouse_id: 'b', quantity: 7 },
    { warehouse_id: 'c', quantity: 7 },
    { warehouse_id: 'a', quantity: 7 },
  ]);
  assert.deepEqual(spreadStock(product('00'), 0, three), []);
});

test('every spread sums to what came and uses all warehouses alike', () => {
  const ids = createIds();
  const first = new Map<string, number>();
  for (let units = 1; units <= 900; units++) {
    const parts = spreadStock(ids.next(), units, three);
    assert.equal(
      parts.reduce((sum, part) => sum + part.quantity, 0),
      units,
    );
    assert.ok(parts.every(part => part.quantity > 0));
    first.set(parts[0]!.warehouse_id, (first.get(parts[0]!.warehouse_id) ?? 0) + 1);
  }
  assert.ok([...first.values()].every(count => count > 200 && count < 400));
});

test('one warehouse takes everything', () => {
  assert.deepEqual(spreadStock(product('07'), 100, [warehouse]), [{ warehouse_id: 'w', quantity: 100 }]);
});
