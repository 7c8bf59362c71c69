// Goal: the allocation rule gives exactly what is wanted from where it lies, with the fewest parcels, nearest first.
// Method: named cases with exact answers, and a property against trying every set of warehouses.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allocate, type Nearness, type Part, type Want } from './allocate.ts';

const nearness: Record<string, Nearness> = { near: 0, also: 0, country: 1, abroad: 2 };
const nearnessOf = (warehouseId: string) => nearness[warehouseId]!;

function want(product_id: string, quantity: number, shelves: Record<string, number>): Want {
  return {
    product_id,
    quantity,
    shelves: Object.entries(shelves).map(([warehouse_id, available]) => ({ warehouse_id, available })),
  };
}

function given(...wants: Want[]): string[] | null {
  const parts = allocate(wants, nearnessOf);
  return parts?.map(part => `${part.quantity} ${part.product_id} ${part.warehouse_id}`) ?? null;
}

test('the nearest warehouse that has it all gives it all', () => {
  assert.deepEqual(given(want('a', 2, { abroad: 9, country: 9, near: 9 })), ['2 a near']);
  assert.deepEqual(given(want('a', 5, { abroad: 9, country: 9, near: 4 })), ['5 a country']);
  assert.deepEqual(given(want('a', 5, { abroad: 9, near: 4 })), ['5 a abroad']);
});

test('13 units come whole from the warehouse of 15, not from the one of 10', () => {
  assert.deepEqual(given(want('a', 13, { near: 10, country: 15 })), ['13 a country']);
});

test('20 units over warehouses of 10 and 15 empty the nearer one first', () => {
  assert.deepEqual(given(want('a', 20, { near: 10, country: 15 })), ['10 a near', '10 a country']);
});

test('one parcel for all lines is better than a nearer parcel a line', () => {
  const wants = [want('a', 1, { near: 5, abroad: 5 }), want('b', 1, { country: 5, abroad: 5 })];
  assert.deepEqual(given(...wants), ['1 a abroad', '1 b abroad']);
});

test('of equally few parcels the nearest are chosen', () => {
  const shelves = { near: 5, also: 5, country: 5, abroad: 5 };
  assert.deepEqual(given(want('a', 10, shelves)), ['5 a also', '5 a near']);
});

test('what all warehouses together lack is not given in part', () => {
  assert.equal(given(want('a', 1, { near: 5 }), want('b', 6, { near: 5 })), null);
  assert.equal(given(want('a', 1, {})), null);
});

test('equal warehouses are told apart by their ids, whatever the order of the shelves', () => {
  assert.deepEqual(given(want('a', 1, { near: 5, also: 5 })), ['1 a also']);
  assert.deepEqual(given(want('a', 1, { also: 5, near: 5 })), ['1 a also']);
});

const places = ['w0', 'w1', 'w2', 'w3', 'w4'];
const wantsOf = fc.array(
  fc.record({ quantity: fc.integer({ min: 1, max: 12 }), units: fc.array(fc.nat(6), { minLength: 5, maxLength: 5 }) }),
  { minLength: 1, maxLength: 4 },
);
const tiers = fc.array(fc.constantFrom<Nearness>(0, 1, 2), { minLength: 5, maxLength: 5 });

test('any cart gets exactly its units, from shelves that have them, in the fewest parcels there are', () => {
  fc.assert(
    fc.property(wantsOf, tiers, (lines, near) => {
      const wants = lines.map(({ quantity, units }, i) =>
        want(`p${i}`, quantity, Object.fromEntries(places.map((place, j) => [place, units[j]!]))),
      );
      const parts = allocate(wants, id => near[places.indexOf(id)]!);
      const sets = Array.from({ length: 32 }, (_, bits) => places.flatMap((_, j) => (bits & (1 << j) ? [j] : [])));
      const enough = sets.filter(set =>
        lines.every(({ quantity, units }) => set.reduce((sum, j) => sum + units[j]!, 0) >= quantity),
      );
      if (parts === null) {
        assert.equal(enough.length, 0);
        return;
      }
      for (const [i, { quantity, units }] of lines.entries()) {
        const own: Part[] = parts.filter(part => part.product_id === `p${i}`);
        assert.equal(
          own.reduce((sum, part) => sum + part.quantity, 0),
          quantity,
        );
        assert.ok(own.every(part => part.quantity > 0 && part.quantity <= units[places.indexOf(part.warehouse_id)]!));
      }
      const used = new Set(parts.map(part => part.warehouse_id));
      const fewest = Math.min(...enough.map(set => set.length));
      assert.equal(used.size, fewest);
      const distance = (set: number[]) => set.reduce((sum, j) => sum + near[j]!, 0);
      const nearest = Math.min(...enough.filter(set => set.length === fewest).map(distance));
      assert.equal(distance([...used].map(id => places.indexOf(id))), nearest);
    }),
    { numRuns: 500, seed: 5 },
  );
});

test('more warehouses than can be tried in all combinations still give exactly what is wanted', () => {
  const many = Array.from({ length: 40 }, (_, i) => [`w${i}`, (i % 4) + 1] as const);
  const parts = allocate([want('a', 60, Object.fromEntries(many))], () => 1)!;
  assert.equal(
    parts.reduce((sum, part) => sum + part.quantity, 0),
    60,
  );
  // Ten of the 40 hold 4, the next ten 3: 10 × 4 + 7 × 3 ≥ 60 is the least.
  assert.equal(parts.length, 17);
});
