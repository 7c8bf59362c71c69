// Goal: an order's page is for its person and for whoever has its link, tells the truth while it waits, and its cancel
// gives everything back. Method: as in checkout.test.ts.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { orderIdOf, putInCart, readyToPay, statusesOf, unitsOf } from '../../../test/support/buyer.ts';
import { assertAudit, createClient, eventually, newProduct, settledStock } from '../../../test/support/client.ts';
import { openReader, type Reader } from '../../../test/support/reader.ts';
import { startTestShop } from '../../../test/support/shop.ts';
import { newPerson, signIn } from '../../../test/support/staff-reader.ts';

const shop = await startTestShop({ after });
const admin = createClient(shop.url, shop.adminKey);

async function ordered(reader: Reader, stock = 2) {
  const { product_id, title } = await newProduct(shop, { stock });
  const page = await reader.submit(await readyToPay(reader, product_id), '/pay');
  assert.match(page.text, /Thank you!/);
  return { page, product_id, title, order_id: orderIdOf(page) };
}

function linkIn(html: string): string {
  const link = /href="[^"]*(\/en\/orders\/[^"?]+\?access=[^"]+)"/.exec(html)?.[1];
  assert.ok(link, 'a guest is given the link');
  return link;
}

describe('who sees an order', () => {
  test('a guest, and whoever has the link; it does not exist for others', async () => {
    const reader = openReader(shop);
    const { page, order_id, title } = await ordered(reader);
    const link = linkIn(page.html);
    const stranger = openReader(shop);
    const seen = await stranger.open(link);
    assert.deepEqual([seen.status, seen.text.includes(title)], [200, true]);
    assert.equal(seen.headers.get('referrer-policy'), 'no-referrer');
    const bare = await stranger.open(link.replace('/en', ''));
    assert.equal(bare.address, link, "the mail's address leads to the reader's language, with its token");
    for (const path of [`/en/orders/${order_id}`, `/en/orders/${order_id}?access=wrong`, '/en/orders/none']) {
      assert.equal((await stranger.open(path)).status, 404, path);
    }
    const other = await signIn(shop, await newPerson(shop, 'customer'));
    assert.equal((await other.open(`/en/orders/${order_id}`)).status, 404);
    assert.equal((await other.submit(page, '/cancel')).status, 404);
    assert.equal((await admin.get(`/api/admin/orders/${order_id}`)).body.status, 'CONFIRMED');
  });

  test('the token stands in no address but that of the order', async () => {
    const reader = openReader(shop);
    const { page, order_id } = await ordered(reader);
    const link = linkIn(page.html);
    const token = link.split('access=')[1]!;
    const seen = await openReader(shop).open(link);
    const addresses = [...seen.html.matchAll(/(?:href|action|src)="([^"]*)"/g)].map(match => match[1]!);
    const telling = addresses.filter(address => address.includes(token));
    assert.ok(telling.length > 0 && telling.every(address => address.includes(`/orders/${order_id}?`)), telling.join());
  });

  test('who is nobody is told how to see theirs', async () => {
    const page = await openReader(shop).open('/en/orders');
    assert.match(page.text, /Whose orders\? Sign in to see your orders\./);
  });
});

describe('an order that waits', () => {
  test('for the bank leads there and, confirmed, says thank you', async () => {
    const reader = openReader(shop);
    const { product_id } = await newProduct(shop, { stock: 1 });
    const page = await reader.submit(await readyToPay(reader, product_id), '/pay', { test_card: 'bank' });
    assert.match(page.text, /Your bank wants you to confirm/);
    const bank = /href="([^"]*\/challenges\/[^"]*)"/.exec(page.html)?.[1]?.replaceAll('&amp;', '&');
    assert.ok(bank, page.html);
    const back = new URL(bank).searchParams.get('return_url')!;
    assert.equal(back, `${shop.url}/en/orders/${orderIdOf(page)}?placed=1&back=1`, 'without the token');
    const answered = await fetch(bank, {
      method: 'POST',
      body: new URLSearchParams({ answer: 'confirm' }),
      redirect: 'manual',
    });
    assert.deepEqual([answered.status, answered.headers.get('location')], [303, back]);
    await eventually('it is confirmed', async () => /Thank you!/.test((await reader.open(page.address)).text));
    assert.equal((await settledStock(shop, product_id)).total_quantity, 0);
  });

  test('for a transfer looks again by itself, also without JavaScript, until it is confirmed', async () => {
    const reader = openReader(shop);
    const { product_id } = await newProduct(shop, { stock: 1 });
    const page = await reader.submit(await readyToPay(reader, product_id), '/pay', { method: 'bank_transfer' });
    if (/We are waiting for your payment/.test(page.text)) {
      assert.match(page.html, /<noscript><meta http-equiv="refresh" content="5"/);
    }
    const done = await eventually('it is confirmed', async () => {
      const now = await reader.open(page.address);
      return /Thank you!/.test(now.text) && now;
    });
    assert.doesNotMatch(done.html, /http-equiv="refresh"/);
    assert.match(done.text, /Bank transfer/);
  });
});

describe('cancelling', () => {
  test('gives goods and money back, by the link as well, and once', async () => {
    const { page, product_id, order_id } = await ordered(openReader(shop), 1);
    await settledStock(shop, product_id);
    const holder = openReader(shop);
    const seen = await holder.open(linkIn(page.html));
    const [done, again] = [await holder.submit(seen, '/cancel'), await holder.submit(seen, '/cancel')];
    assert.match(done.text, /This order is cancelled/);
    assert.equal(again.address, done.address);
    assert.equal((await settledStock(shop, product_id)).total_quantity, 1);
    const { body } = await admin.get(`/api/admin/orders/${order_id}`);
    assert.deepEqual([body.status, body.payment.status], ['CANCELLED', 'refunded']);
    assert.doesNotMatch(done.html, /\/cancel"/, 'and is offered no more');
  });

  test('is refused once it is shipped, and the parcel is on its way', async () => {
    const reader = openReader(shop);
    const { page, order_id, product_id } = await ordered(reader);
    await settledStock(shop, product_id);
    const shipped = await admin.post(`/api/admin/orders/${order_id}/ship`, { carrier: 'Post', tracking_number: 'P-1' });
    assert.equal(shipped.status, 200, JSON.stringify(shipped.body));
    const refused = await reader.submit(page, '/cancel');
    assert.deepEqual([refused.status, /can no longer be cancelled/.test(refused.text)], [409, true]);
    assert.deepEqual([await statusesOf(shop, product_id), await unitsOf(shop, product_id)], [['SHIPPED'], [1, 0]]);
    const tracked = await eventually('the parcel is told', async () => {
      const now = await reader.open(`/en/orders/${order_id}`);
      return now.text.includes('P-1') && now;
    });
    assert.match(tracked.text, /Tracking Carrier Post Tracking number P-1 .*Handed to the carrier/);
  });
});

test('what was ordered goes into the cart again, as far as it is there', async () => {
  const reader = openReader(shop);
  const { page, product_id, title } = await ordered(reader, 2);
  const cart = await reader.submit(page, '/buy-again');
  assert.deepEqual([cart.address, cart.text.includes(title)], ['/en/cart', true]);
  await settledStock(shop, product_id);
  const other = openReader(shop);
  await putInCart(other, product_id);
  const last = await ordered(openReader(shop), 1);
  await settledStock(shop, last.product_id);
  const stranger = openReader(shop);
  const none = await stranger.submit(await stranger.open(linkIn(last.page.html)), '/buy-again');
  assert.deepEqual([none.status, /Nothing of this order can be bought/.test(none.text)], [409, true]);
});

test('every invariant holds after all of this', () => assertAudit(shop));
