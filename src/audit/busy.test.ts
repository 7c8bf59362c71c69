// Goal: an audit beside a running shop is right: a healthy one is told so in the middle of its orders, and a fault that
// is planted into it is found. Method: buyers who never pause, on real modules and one hot product, and audits one
// after another.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '#platform/sql';
import { shopWithParcels } from '../../test/support/audited-shop.ts';
import { card } from '../../test/support/orders-world.ts';

const BUYERS = 12;
const AUDITS = 6;
const UNITS = 1_000_000;

type BusyShop = Awaited<ReturnType<typeof shopWithParcels>>;

/** One of each fate in turn, so that every audit meets all of them half done. */
async function shopOn(shop: BusyShop, product: string, fate: number): Promise<void> {
  const person = shop.shopper();
  if (fate === 0) {
    const checkout = await shop.checkedOut(person, { [product]: 2 });
    await shop.place(person, checkout);
    return;
  }
  const placed = await shop.buy(person, product, 2, card(fate === 1 ? 'tok_declined' : 'tok_visa'));
  if (!placed.ok) return assert.equal(placed.code, 'PAYMENT_DECLINED');
  const { order_id } = placed.value.order;
  if (fate === 2) await shop.cancel(order_id);
  if (fate === 3) {
    const shipped = await shop.fulfillment.shipOrder({ order_id, tracking_number: `T${order_id}` });
    assert.equal(shipped.ok, true);
    await shop.fulfillment.deliverOrder({ order_id });
  }
  if (fate === 4) {
    const items = [{ product_id: product, quantity: 1 }];
    const refund_id = shop.ids.nextFor(order_id);
    const refund = await shop.orders.refundOrder({ refund_id, order_id, items, reason: 'one too many', restock: true });
    assert.equal(refund.ok, true);
  }
}

test('audits beside buyers who never pause find nothing, and a planted fault at once', async t => {
  const shop = await shopWithParcels(t);
  const product = await shop.sell(UNITS);
  let isOpen = true;
  let bought = 0;
  const buyers = Array.from({ length: BUYERS }, async (_, buyer) => {
    for (let turn = buyer; isOpen; turn += 1) {
      await shopOn(shop, product, turn % 5);
      bought += 1;
    }
  });
  const audits = async () => {
    for (let audit = 0; audit < AUDITS; audit += 1) {
      const before = bought;
      const { invariants } = await shop.auditAll();
      assert.deepEqual(
        invariants.filter(({ ok }) => !ok),
        [],
      );
      assert.ok(bought > before, 'the buyers went on meanwhile');
    }
    await shop.db.query(
      sql`update inventory.stock set total_quantity = total_quantity + 1 where product_id = ${product}`,
    );
    const { invariants } = await shop.auditAll();
    assert.deepEqual(
      invariants.filter(({ ok }) => !ok).map(({ name, violations }) => [name, violations.length]),
      [['the movements of a product sum to its stock', 1]],
    );
  };
  const done = audits().finally(() => {
    isOpen = false;
  });
  await Promise.all([...buyers, done]);
});
