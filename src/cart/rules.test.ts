// Goal: whatever is done to a cart in whatever order, its invariants hold. Method: fast-check makes carts, stock and
// commands; each decision is compared with what the rules say in words. Examples fix the exact notices.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { freezeLines, giveLines, receiveLines } from './merge-rules.ts';
import type { Fact, Facts } from './product-facts.ts';
import { addUnits, applyOnce, type Decided, refresh, removeLine, setUnits, takeUnits } from './rules.ts';
import { emptyCart, type Line, type StoredCart, unitsIn } from './stored-cart.ts';

const AT = '2026-01-01T00:00:00.000Z';

function sold(price: number, available: number): Fact {
  return { isSold: true, title: 'A thing', seller_id: 'seller', price, available };
}

function line(product_id: string, quantity: number, shown_price = 100): Line {
  return { product_id, seller_id: 'seller', quantity, price_snapshot: shown_price, shown_price, added_at: AT };
}

function cartOf(...lines: Line[]): StoredCart {
  return { ...emptyCart(AT), version: 1, lines };
}

function facts(entries: Record<string, Fact>): { facts: Facts; at: string } {
  return { facts: new Map(Object.entries(entries)), at: AT };
}

function accepted(decided: Decided): StoredCart {
  assert.ok(decided.ok);
  return decided.value;
}

const productId = fc.integer({ min: 0, max: 120 }).map(n => `p${n}`);
const quantity = fc.integer({ min: 1, max: 999 });
const factOf = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 1500 })).map(([p, n]) => sold(p, n)),
  },
  { weight: 1, arbitrary: fc.constant<Fact>({ isSold: false, title: undefined }) },
);
const someFacts = fc.dictionary(productId, factOf, { minKeys: 40, maxKeys: 121 }).map(facts);
const someLines = fc
  .uniqueArray(fc.tuple(productId, quantity, fc.integer({ min: 1, max: 5 })), {
    maxLength: 100,
    selector: ([id]) => id,
  })
  .map(entries => entries.map(([id, n, price]) => line(id, n, price)));

describe('one change of a cart', () => {
  test('an add sums, and is bounded by stock, by 999 and by 100 lines', () => {
    fc.assert(
      fc.property(someLines, productId, quantity, someFacts, (lines, product_id, wanted, present) => {
        const cart = cartOf(...lines);
        const fact = present.facts.get(product_id);
        const requested = wanted + (lines.find(one => one.product_id === product_id)?.quantity ?? 0);
        const decided = addUnits(cart, { product_id, quantity: wanted }, present);
        if (!decided.ok) {
          const { code } = decided;
          if (code === 'PRODUCT_NOT_FOUND') assert.ok(!fact?.isSold);
          else if (code === 'OUT_OF_STOCK') assert.ok(fact?.isSold && fact.available === 0);
          else assert.ok(lines.length === 100 && requested === wanted);
          return;
        }
        assert.ok(fact?.isSold);
        const after = decided.value;
        const possible = Math.min(requested, fact.available, 999);
        assert.equal(after.lines.find(one => one.product_id === product_id)!.quantity, possible);
        assert.ok(after.lines.length <= 100);
        const reduced = after.notices.filter(notice => notice.kind === 'quantity_reduced');
        const expected = { kind: 'quantity_reduced', product_id, from: requested, to: possible };
        assert.deepEqual(reduced, possible < requested ? [expected] : []);
        for (const one of after.lines) assert.notEqual(present.facts.get(one.product_id)?.isSold, false);
      }),
    );
  });

  test('a command that is repeated changes nothing, and one id cannot stand for two inputs', () => {
    const present = facts({ a: sold(100, 10) });
    const once = (cart: StoredCart, hash: string) =>
      applyOnce(cart, { command_id: 'c1', hash }, before =>
        addUnits(before, { product_id: 'a', quantity: 2 }, present),
      );
    const first = accepted(once(cartOf(), 'h'));
    assert.equal(unitsIn(first), 2);
    assert.equal(accepted(once(first, 'h')), first);
    assert.throws(() => once(first, 'other'), /a command_id stands for one input/);
  });

  test('the last 64 commands are remembered', () => {
    const present = facts({ a: sold(100, 999) });
    let cart = cartOf();
    for (let n = 0; n < 80; n++) {
      const command = { command_id: `c${n}`, hash: 'h' };
      cart = accepted(applyOnce(cart, command, before => addUnits(before, { product_id: 'a', quantity: 1 }, present)));
    }
    assert.equal(cart.commands.length, 64);
    assert.equal(cart.commands[0]![0], 'c16');
  });

  test('a set to 0 removes; of a product that is neither in the cart nor sold it is refused', () => {
    const present = facts({ a: sold(100, 10) });
    assert.deepEqual(accepted(setUnits(cartOf(line('a', 3)), { product_id: 'a', quantity: 0 }, present)).lines, []);
    assert.deepEqual(setUnits(cartOf(), { product_id: 'x', quantity: 0 }, present), {
      ok: false,
      code: 'PRODUCT_NOT_FOUND',
    });
  });

  test('a change clears old notices, shows new prices and drops what is no longer sold', () => {
    const notices = [{ kind: 'quantity_reduced' as const, product_id: 'a', from: 9, to: 3 }];
    const cart = { ...cartOf(line('a', 3), line('b', 1), line('c', 1)), notices };
    const present = facts({ a: sold(120, 10), b: { isSold: false, title: 'Gone' }, c: sold(100, 0) });
    const after = removeLine(cart, 'none', present);
    assert.deepEqual(after.lines, [{ ...line('a', 3), shown_price: 120 }, line('c', 1)]);
    assert.deepEqual(after.notices, [
      { kind: 'price_changed', product_id: 'a', from: 100, to: 120 },
      { kind: 'unavailable', product_id: 'b', from: 0, to: 0 },
    ]);
  });
});

describe('a look at a cart', () => {
  test('tells a new price and a lost product once, and keeps the notices and the line', () => {
    const present = facts({ a: sold(120, 10), b: { isSold: false, title: 'Gone' } });
    const seen = refresh(cartOf(line('a', 3), line('b', 1)), present);
    assert.deepEqual(seen.lines, [{ ...line('a', 3), shown_price: 120 }, line('b', 1)]);
    assert.deepEqual(seen.notices, [
      { kind: 'price_changed', product_id: 'a', from: 100, to: 120 },
      { kind: 'unavailable', product_id: 'b', from: 0, to: 0 },
    ]);
    assert.equal(refresh(seen, present), seen);
  });

  test('tells a price that changes again from the one that was shown last', () => {
    const seen = refresh(cartOf(line('a', 3)), facts({ a: sold(120, 10) }));
    const again = refresh(seen, facts({ a: sold(90, 10) }));
    assert.deepEqual(again.notices, [{ kind: 'price_changed', product_id: 'a', from: 120, to: 90 }]);
    assert.equal(again.lines[0]!.price_snapshot, 100);
  });
});

describe('an order takes its quantities out', () => {
  test('never below none, once, and what is not there is answered', () => {
    fc.assert(
      fc.property(
        someLines,
        fc.array(fc.record({ product_id: productId, quantity }), { maxLength: 30 }),
        (lines, taken) => {
          const cart = cartOf(...lines);
          const { cart: after, answer: missing } = takeUnits(cart, { order_id: 'o1', lines: taken }, AT);
          const ordered = taken.reduce((sum, one) => sum + one.quantity, 0);
          const lacking = missing.reduce((sum, one) => sum + one.quantity, 0);
          assert.equal(unitsIn(cart) - unitsIn(after), ordered - lacking);
          for (const one of after.lines) assert.ok(one.quantity > 0);
          const repeat = takeUnits(after, { order_id: 'o1', lines: taken }, AT);
          assert.equal(repeat.cart, after);
          assert.equal(repeat.answer, missing);
        },
      ),
    );
  });
});

describe('a merge of two carts', () => {
  const merge = { merge_id: 'm1', guest_id: 'g', user_id: 'u' };

  test('sums, clamps, keeps the order, gives each product one notice at most, and happens once', () => {
    fc.assert(
      fc.property(someLines, someLines, someFacts, (own, brought, present) => {
        const after = receiveLines(cartOf(...own), merge, brought, present);
        assert.ok(after.lines.length <= 100);
        assert.equal(new Set(after.lines.map(one => one.product_id)).size, after.lines.length);
        assert.equal(receiveLines(after, merge, brought, present), after);
        if (brought.length === 0) return assert.deepEqual(after.lines, own);
        const told = after.notices.map(notice => notice.product_id);
        assert.equal(new Set(told).size, told.length);
        for (const { product_id, quantity } of brought) {
          const fact = present.facts.get(product_id);
          const kept = after.lines.find(one => one.product_id === product_id)?.quantity ?? 0;
          const sum = quantity + (own.find(one => one.product_id === product_id)?.quantity ?? 0);
          if (fact === undefined) assert.ok(kept === sum || after.lines.length === 100);
          else if (!fact.isSold) assert.equal(kept, 0);
          else assert.ok(kept === Math.min(sum, fact.available, 999) || (kept === 0 && after.lines.length === 100));
        }
      }),
    );
  });

  test('tells a reduced quantity, a lost product, a changed price, and a line without room', () => {
    const full = Array.from({ length: 97 }, (_, n) => line(`u${n}`, 1));
    const own = cartOf(line('a', 5), line('d', 1, 90), line('e', 1), ...full);
    const brought = [line('a', 4), line('d', 1, 100), line('b', 2), line('x', 1)];
    const known = Object.fromEntries(full.map(one => [one.product_id, sold(100, 9)]));
    const now = {
      a: sold(100, 7),
      d: sold(100, 9),
      e: sold(100, 0),
      b: { isSold: false, title: 'B' } as const,
      x: sold(1, 9),
    };
    const after = receiveLines(own, merge, brought, facts({ ...known, ...now }));
    assert.deepEqual(after.notices, [
      { kind: 'quantity_reduced', product_id: 'a', from: 9, to: 7 },
      { kind: 'price_changed', product_id: 'd', from: 90, to: 100 },
      { kind: 'unavailable', product_id: 'b', from: 0, to: 0 },
      { kind: 'quantity_reduced', product_id: 'x', from: 1, to: 0 },
    ]);
    assert.deepEqual(after.merges, [{ merge_id: 'm1', merged: 2, notices: after.notices }]);
    assert.deepEqual(after.lines.slice(0, 3), [line('a', 7), { ...line('d', 2, 90), shown_price: 100 }, line('e', 1)]);
  });

  test('a price that changed together with the quantity is told at the next look', () => {
    const present = facts({ a: sold(120, 3) });
    const after = receiveLines(cartOf(), merge, [line('a', 5)], present);
    assert.deepEqual(after.notices, [{ kind: 'quantity_reduced', product_id: 'a', from: 5, to: 3 }]);
    assert.deepEqual(refresh(after, present).notices[1], {
      kind: 'price_changed',
      product_id: 'a',
      from: 100,
      to: 120,
    });
  });

  test('lines that were frozen are given once, and what was added later stays', () => {
    const frozen = freezeLines(cartOf(line('a', 1)), merge);
    assert.deepEqual(frozen.answer, { lines: [line('a', 1)] });
    assert.deepEqual(freezeLines(frozen.cart, { ...merge, merge_id: 'm2' }).answer, {
      inTheWay: { merge_id: 'm1', user_id: 'u' },
    });
    const given = giveLines(frozen.cart, merge, AT);
    assert.deepEqual(given.lines, []);
    const later = { ...given, lines: [line('b', 1)] };
    assert.deepEqual(freezeLines(later, merge), { cart: later, answer: { lines: [] } });
    assert.equal(giveLines(later, merge, AT), later);
  });
});
