// Goal: staff see where the money is and whether the gateways agree, and begin a comparison, without a script.
// Method: a browser without JavaScript at a real shop.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { address, card, createClient, eventually, newGuest, newProduct } from '../../../test/support/client.ts';
import type { Reader } from '../../../test/support/reader.ts';
import { startTestShop, type TestShop } from '../../../test/support/shop.ts';
import { newPerson, signIn } from '../../../test/support/staff-reader.ts';

let shop: TestShop;
let staff: Reader;
const later: (() => Promise<void>)[] = [];

before(async () => {
  shop = await startTestShop({ after: work => void later.push(work) });
  staff = await signIn(shop, await newPerson(shop, 'staff'));
});
test.after(async () => {
  for (const end of later) await end();
});

const admin = () => createClient(shop.url, shop.adminKey);

test('the ledger of a bought and partly refunded order, on its page and by the API', async () => {
  assert.match((await staff.open('/en/admin/books')).text, /No money was moved in this time\./);
  const product = await newProduct(shop, { stock: 3, price: 10_000 });
  const bought = await (await newGuest(shop)).post('/api/buy-now', {
    ...{ product_id: product.product_id, quantity: 2, email: 'books@example.com' },
    ...{ shipping_method: 'standard', shipping_address: address, payment: card() },
  });
  assert.equal(bought.status, 201, JSON.stringify(bought.body));
  const { order_id, total, tax, shipping_cost } = bought.body;
  const refund = { items: [{ product_id: product.product_id, quantity: 1 }], reason: 'broken', restock: false };
  const refunded = await admin().post(`/api/admin/orders/${order_id}/refund`, refund);
  assert.equal(refunded.status, 201, JSON.stringify(refunded.body));

  const entries = (await admin().get(`/api/admin/orders/${order_id}/ledger`)).body.items;
  const amounts = entries.map((entry: Record<string, { amount: number }>) =>
    ['customer', 'gateway_clearing', 'seller_payable', 'tax', 'shipping', 'fees'].map(name => entry[name]!.amount),
  );
  const back = refunded.body.amount.amount;
  assert.deepEqual(amounts[0], [0, total.amount, -20_000, -tax.amount, -shipping_cost.amount || 0, 0]);
  assert.deepEqual(amounts[1], [0, -back, 10_000, back - 10_000, 0, 0]);
  const from = new Date(Date.now() - 3_600_000).toISOString();
  const { body } = await admin().get(
    `/api/admin/ledger?from=${from}&to=${new Date(Date.now() + 60_000).toISOString()}`,
  );
  assert.equal(body.items.length, 1);
  assert.deepEqual(body.items[0].seller_payable, { amount: -10_000, currency: 'USD' });

  const ofOrder = await staff.open(`/en/admin/orders/${order_id}`);
  assert.match(ofOrder.text, /Account\s*1\. Capture\s*2\. Refund/);
  assert.match(ofOrder.text, /Owed to sellers\s*-\$200\.00\s*\$100\.00/);

  const page = await staff.open('/en/admin/books');
  assert.match(page.text, /Owed to sellers\s*-\$100\.00/);
  assert.match(page.text, /All accounts together\s*\$0\.00/);
  assert.match((await staff.open('/de/admin/books')).text, /Alle Konten zusammen/);
});

test('a comparison is begun from the page, and what differs is named there', async () => {
  const page = await staff.open('/en/admin/books');
  const begun = await staff.submit(page, '/books/compare');
  assert.match(begun.text, /The comparison has begun\./);
  const done = await eventually('the comparison has ended', async () => {
    const read = await staff.open('/en/admin/books');
    return /A person\s*1\s*0\s*0\s*Done/.test(read.text) && read;
  });
  assert.match(done.text, /Nothing differs/);
  const long = await staff.submit(await staff.open('/en/admin/books?from=2026-01-01&to=2026-06-01'), '/books/compare');
  assert.match(long.text, /At most 31 days, which end after they begin\./);
  const { body } = await admin().get('/api/admin/reconciliations');
  assert.deepEqual(
    [body.runs.filter((run: { is_scheduled: boolean }) => !run.is_scheduled).length, body.differences],
    [1, []],
  );
});

test('nobody but staff reads or begins anything of it', async () => {
  const shopper = await signIn(shop, await newPerson(shop, 'customer'));
  assert.equal((await shopper.open('/en/admin/books')).status, 403);
  const page = await staff.open('/en/admin/books');
  assert.equal((await shopper.submit(page, '/books/compare')).status, 403);
  const guest = await newGuest(shop);
  for (const path of ['ledger?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z', 'reconciliations']) {
    assert.equal((await guest.get(`/api/admin/${path}`)).status, 403, path);
  }
});
