// Goal: money and stock are right when people buy by pages without JavaScript, also twice clicked, declined, refused.
// Method: a whole shop over HTTP, read and filled in as a browser does; after each refusal a look at what did not
// change, and at the end every invariant.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { checkOut, orderIdOf, putInCart, readyToPay, statusesOf, typed, unitsOf } from '../../../test/support/buyer.ts';
import { address, assertAudit, createClient, newProduct, settledStock } from '../../../test/support/client.ts';
import { openReader } from '../../../test/support/reader.ts';
import { startTestShop } from '../../../test/support/shop.ts';
import { newPerson, signIn } from '../../../test/support/staff-reader.ts';

const shop = await startTestShop({ after });
const admin = createClient(shop.url, shop.adminKey);
const usd = (amount: number) => ({ amount, currency: 'USD' });

async function reprice(productId: string, amount: number): Promise<void> {
  const changed = await admin.patch(`/api/admin/products/${productId}`, { price: usd(amount) });
  assert.equal(changed.status, 200, JSON.stringify(changed.body));
}

describe('the cart', () => {
  test('is changed line by line, and says what it can not do', async () => {
    const reader = openReader(shop);
    const [lamp, chair] = [await newProduct(shop, { stock: 3 }), await newProduct(shop, { stock: 5 })];
    assert.match((await reader.open('/en/cart')).text, /Your cart is empty/);
    assert.equal(reader.cookie('session'), undefined, 'looking at a cart makes nobody a guest');
    await putInCart(reader, lamp.product_id, 2);
    const reduced = await putInCart(reader, lamp.product_id, 2);
    assert.match(reduced.text, new RegExp(`Of ${lamp.title} only 3 can be had; you wanted 4\\.`));
    const both = await putInCart(reader, chair.product_id, 1);
    assert.match(both.text, /Subtotal \(4 items\) \$119\.96/);
    assert.match(both.text, /Standard delivery is free for this cart\./);
    const wrong = await reader.submit(both, `/cart/items/${chair.product_id}`, { quantity: '1000' });
    assert.deepEqual([wrong.status, /A quantity is a whole number/.test(wrong.text)], [400, true]);
    assert.match(wrong.text, /Subtotal \(4 items\)/, 'and the cart is as it was');
    const less = await reader.submit(both, `/cart/items/${lamp.product_id}`, { quantity: '1' });
    assert.match(less.text, /Subtotal \(2 items\) \$59\.98/);
    const one = await reader.submit(less, `/cart/items/${lamp.product_id}`, { quantity: '0' });
    assert.match(one.text, /Subtotal \(1 item\) \$29\.99.*Add \$20\.01 more and standard delivery is free\./);
    const none = await reader.submit(one, `/cart/items/${chair.product_id}/remove`);
    assert.match(none.text, /Your cart is empty/);
    await putInCart(reader, chair.product_id);
    const emptied = await reader.submit(await reader.open('/en/cart'), '/cart/clear');
    assert.match(emptied.text, /Your cart is empty/);
  });

  test('refuses what is sold out, and tells a changed price', async () => {
    const reader = openReader(shop);
    const [gone, lamp] = [await newProduct(shop), await newProduct(shop, { stock: 3 })];
    const page = await reader.open(`/en/p/${lamp.product_id}/-`);
    const refused = await reader.submit(page, '/cart/items', { product_id: gone.product_id });
    assert.deepEqual([refused.status, /just been sold out/.test(refused.text)], [409, true]);
    const unknown = await reader.submit(page, '/cart/items', { product_id: 'x' });
    assert.deepEqual([unknown.status, /There is no such product/.test(unknown.text)], [404, true]);
    await putInCart(reader, lamp.product_id);
    await reprice(lamp.product_id, 3999);
    assert.match((await reader.open('/en/cart')).text, /now costs \$39\.99; it was \$29\.99\./);
  });

  test('leads on within the shop and nowhere else', async () => {
    const reader = openReader(shop);
    const { product_id } = await newProduct(shop, { stock: 9 });
    const page = await reader.open(`/en/p/${product_id}/-`);
    for (const [next, to] of [
      ['/orders', '/en/orders'],
      ['//evil.example', '/en/cart'],
      ['https://evil.example', '/en/cart'],
    ]) {
      assert.equal((await reader.submit(page, '/cart/items', { next: next! })).address, to, next);
    }
  });
});

describe('a checkout', () => {
  test("shows tax and total before anything is held, and keeps a guest's words when one is missing", async () => {
    const reader = openReader(shop);
    const { product_id } = await newProduct(shop, { stock: 2 });
    await putInCart(reader, product_id);
    const first = await reader.open('/en/checkout');
    assert.match(first.text, /Subtotal \$29\.99 Shipping \$5\.99 Tax after your address Total before tax \$35\.98/);
    const form = reader.fieldsOf(first, '/checkout');
    const look = await fetch(`${shop.url}/en/checkout/quote`, {
      method: 'POST',
      body: new URLSearchParams({ ...form, ...typed }),
      headers: { cookie: `session=${reader.cookie('session')}` },
    });
    assert.match((await look.text()).replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' '), /Tax \$2\.60 Total \$38\.58/);
    const { city: _, ...partly } = typed;
    const wrong = await reader.submit(first, '/checkout', { ...partly, email: 'nobody' });
    assert.deepEqual([wrong.status, wrong.address], [400, '/en/checkout']);
    assert.match(wrong.text, /Please look at the marked fields\./);
    const kept = reader.fieldsOf(wrong, '/checkout');
    assert.deepEqual([kept.line1, kept.country, kept.email, kept.city], ['1 Main Street', 'US', 'nobody', '']);
    assert.deepEqual(await unitsOf(shop, product_id), [2, 0]);
    const payment = await reader.submit(wrong, '/checkout', typed);
    assert.match(payment.text, /Tax \$2\.60 Total \$38\.58.*held for 15 more minutes.*Pay \$38\.58 now/);
    assert.deepEqual(await unitsOf(shop, product_id), [2, 1]);
  });

  test('a guest buys: one order for two clicks, an empty cart, and a link to come back by', async () => {
    const reader = openReader(shop);
    const { product_id, title } = await newProduct(shop, { stock: 3 });
    const payment = await readyToPay(reader, product_id, 2);
    const [order, again] = await Promise.all([reader.submit(payment, '/pay'), reader.submit(payment, '/pay')]);
    assert.equal(again.address, order.address);
    assert.match(order.text, /Thank you! Your order is confirmed and paid\./);
    assert.match(order.text, new RegExp(title));
    const afterwards = await reader.submit(payment, '/pay', { method: 'wallet', _key: 'another' });
    assert.equal(orderIdOf(afterwards), orderIdOf(order), 'the checkout has one order, whatever key is sent');
    assert.deepEqual(await statusesOf(shop, product_id), ['CONFIRMED']);
    assert.equal((await settledStock(shop, product_id)).total_quantity, 1);
    assert.match((await reader.open('/en/cart')).text, /Your cart is empty/);
    assert.equal(orderIdOf(await reader.open(payment.address)), orderIdOf(order), 'its checkout leads there too');
    assert.match((await reader.open('/en/checkout')).text, /There is nothing to check out/);
  });

  test('a user buys with a kept address, another for the bill, and keeps a new one', async () => {
    const person = await newPerson(shop, 'customer');
    const reader = await signIn(shop, person);
    const { product_id } = await newProduct(shop, { stock: 3, price: 1000 });
    await putInCart(reader, product_id);
    await checkOut(reader, { ...address, save_address: 'on' });
    const page = await reader.open('/en/checkout');
    assert.match(page.text, /1 Main Street.*A new address/);
    assert.notEqual(reader.fieldsOf(page, '/checkout').address, 'new', 'the kept one is chosen');
    assert.match(page.text, new RegExp(`The confirmation goes to ${person.email}`));
    const billing = Object.entries({ ...address, line1: '9 Bank Road' }).map(([name, value]) => [
      `billing_${name}`,
      value,
    ]);
    const fields = { other_billing: 'on', shipping_method: 'express', ...Object.fromEntries(billing) };
    const payment = await reader.submit(page, '/checkout', fields);
    assert.match(payment.text, /Delivered to A.* 1 Main Street .* Billed to .* 9 Bank Road .* Express/);
    const back = reader.fieldsOf(
      await reader.open(`/en/checkout?from=${payment.address.split('/').at(-1)}`),
      '/checkout',
    );
    assert.deepEqual([back.shipping_method, back.billing_line1, back.other_billing], ['express', '9 Bank Road', 'on']);
    assert.match((await reader.submit(payment, '/pay')).text, /Thank you!/);
    assert.match((await reader.open('/en/orders')).text, /Confirmed.*Total: \$26\.81/);
  });
});

describe('a payment', () => {
  test('that is declined says why, and another card pays under the same hold', async () => {
    const reader = openReader(shop);
    const { product_id } = await newProduct(shop, { stock: 1 });
    const payment = await readyToPay(reader, product_id);
    const declined = await reader.submit(payment, '/pay', { test_card: 'insufficient' });
    assert.deepEqual([declined.status, declined.address], [402, `${payment.address}/pay`]);
    assert.match(declined.text, /There is not enough money on this card\. Your items are still held for you\./);
    assert.deepEqual(await unitsOf(shop, product_id), [1, 1]);
    const again = await reader.submit(payment, '/pay', { test_card: 'insufficient' });
    assert.deepEqual([again.status, again.html], [402, declined.html], 'the same key, the same answer');
    assert.notEqual(reader.fieldsOf(declined, '/pay')._key, reader.fieldsOf(payment, '/pay')._key);
    const failed = await reader.submit(declined, '/pay', { test_card: 'capture' });
    assert.match(failed.text, /the money could not be taken/);
    assert.match((await reader.submit(failed, '/pay', { test_card: 'pays' })).text, /Thank you!/);
    assert.deepEqual(await statusesOf(shop, product_id), ['PAYMENT_FAILED', 'PAYMENT_FAILED', 'CONFIRMED']);
    assert.equal((await settledStock(shop, product_id)).total_quantity, 0);
  });

  test('takes no token and no method that the page does not offer', async () => {
    const reader = openReader(shop);
    const { product_id } = await newProduct(shop, { stock: 1 });
    const payment = await readyToPay(reader, product_id);
    for (const fields of [{ method: 'gold' }, { test_card: 'tok_visa' }] as Record<string, string>[]) {
      const refused = await reader.submit(payment, '/pay', { ...fields, _key: JSON.stringify(fields) });
      assert.deepEqual([refused.status, /Please choose how to pay/.test(refused.text)], [400, true]);
    }
    assert.deepEqual([await statusesOf(shop, product_id), await unitsOf(shop, product_id)], [[], [1, 1]]);
  });

  test('may be left for the cart and begun anew, though the checkout holds the last unit', async () => {
    const { product_id } = await newProduct(shop, { stock: 1 });
    const [reader, other] = [openReader(shop), openReader(shop)];
    await putInCart(other, product_id);
    await readyToPay(reader, product_id);
    assert.match((await other.open('/en/cart')).text, /Sold out/);
    const cart = await reader.open('/en/cart');
    assert.deepEqual([/Sold out/.test(cart.text), /Only 1 left/.test(cart.text)], [false, true]);
    const kept = await reader.submit(cart, `/cart/items/${product_id}`, { quantity: '1' });
    assert.deepEqual([kept.status, kept.address], [200, '/en/cart']);
    const payment = await checkOut(reader);
    assert.deepEqual(await unitsOf(shop, product_id), [1, 1]);
    await reader.submit(payment, '/pay', { method: 'card', token: 'tok_visa' });
    assert.deepEqual(await statusesOf(shop, product_id), ['CONFIRMED']);
    assert.equal((await settledStock(shop, product_id)).total_quantity, 0);
  });

  test('of a checkout that a newer one has superseded is refused, with the way on', async () => {
    const reader = openReader(shop);
    const { product_id } = await newProduct(shop, { stock: 1 });
    const older = await readyToPay(reader, product_id);
    const newer = await checkOut(reader);
    const refused = await reader.submit(older, '/pay');
    assert.equal(refused.status, 410);
    assert.match(refused.text, /A newer checkout has taken over.*Check out again/);
    assert.equal((await reader.open(older.address)).status, 410);
    assert.deepEqual([await statusesOf(shop, product_id), await unitsOf(shop, product_id)], [[], [1, 1]]);
    assert.match((await reader.submit(newer, '/pay')).text, /Thank you!/);
  });

  test("of another person's checkout does not exist, and no other site may send it", async () => {
    const [reader, other] = [openReader(shop), openReader(shop)];
    const { product_id } = await newProduct(shop, { stock: 2 });
    const payment = await readyToPay(reader, product_id);
    await putInCart(other, product_id);
    assert.equal((await other.open(payment.address)).status, 404);
    assert.equal((await other.submit(payment, '/pay')).status, 404);
    const crossing = await fetch(`${shop.url}${payment.address}/pay`, {
      method: 'POST',
      body: new URLSearchParams(reader.fieldsOf(payment, '/pay')),
      headers: { cookie: `session=${reader.cookie('session')}`, 'sec-fetch-site': 'cross-site' },
    });
    assert.equal(crossing.status, 403);
    assert.deepEqual([await statusesOf(shop, product_id), await unitsOf(shop, product_id)], [[], [2, 1]]);
  });
});

describe('a checkout is refused in words, and nothing is held, where', () => {
  test('the cart is empty', async () => {
    const reader = openReader(shop);
    const { product_id } = await newProduct(shop, { stock: 1 });
    await putInCart(reader, product_id);
    const page = await reader.open('/en/checkout');
    await reader.submit(await reader.open('/en/cart'), '/cart/clear');
    const refused = await reader.submit(page, '/checkout', typed);
    assert.deepEqual([refused.status, /There is nothing to check out/.test(refused.text)], [409, true]);
    assert.deepEqual(await unitsOf(shop, product_id), [1, 0]);
  });

  test('a price has changed: the new one is shown, and then agreed to', async () => {
    const reader = openReader(shop);
    const { product_id, title } = await newProduct(shop, { stock: 1 });
    await putInCart(reader, product_id);
    const page = await reader.open('/en/checkout');
    await reprice(product_id, 1999);
    const refused = await reader.submit(page, '/checkout', typed);
    assert.equal(refused.status, 409);
    assert.match(refused.text, new RegExp(`A price has changed ${title}: \\$19\\.99 instead of \\$29\\.99\\.`));
    assert.deepEqual(await unitsOf(shop, product_id), [1, 0]);
    const agreed = await reader.submit(refused, '/checkout');
    assert.match(agreed.text, /Subtotal \$19\.99/);
  });

  test('somebody else has the last ones', async () => {
    const [reader, other] = [openReader(shop), openReader(shop)];
    const { product_id, title } = await newProduct(shop, { stock: 3 });
    await putInCart(reader, product_id, 2);
    const page = await reader.open('/en/checkout');
    await readyToPay(other, product_id, 2);
    const refused = await reader.submit(page, '/checkout', typed);
    assert.equal(refused.status, 409);
    assert.match(refused.text, new RegExp(`There is not enough left ${title}: you want 2, 1 left\\. Change the cart`));
    assert.deepEqual(await unitsOf(shop, product_id), [3, 2]);
  });

  test('one person may not have so many', async () => {
    const reader = openReader(shop);
    const { product_id, title } = await newProduct(shop, { stock: 9, more: { max_per_person: 2 } });
    await putInCart(reader, product_id, 3);
    const refused = await reader.submit(await reader.open('/en/checkout'), '/checkout', typed);
    assert.equal(refused.status, 409);
    assert.match(refused.text, new RegExp(`more than one person may buy ${title}: you may buy 2 more\\.`));
    assert.deepEqual(await unitsOf(shop, product_id), [9, 0]);
  });
});

describe('buy-now', () => {
  test('is one order for two clicks, and leaves the cart alone', async () => {
    const reader = openReader(shop);
    const [wanted, other] = [await newProduct(shop, { stock: 3 }), await newProduct(shop, { stock: 1 })];
    await putInCart(reader, other.product_id);
    const page = await reader.open(`/en/buy-now?product_id=${wanted.product_id}&quantity=2`);
    assert.equal(reader.fieldsOf(page, '/buy-now').quantity, '2');
    const [order, again] = await Promise.all([
      reader.submit(page, '/buy-now', typed),
      reader.submit(page, '/buy-now', typed),
    ]);
    assert.match(order.text, /Thank you!/);
    assert.equal(again.address, order.address);
    assert.deepEqual(await statusesOf(shop, wanted.product_id), ['CONFIRMED']);
    assert.equal((await settledStock(shop, wanted.product_id)).total_quantity, 1);
    assert.match((await reader.open('/en/cart')).text, /Subtotal \(1 item\)/);
  });

  test('asks again at a new price, and after a decline, with nothing held', async () => {
    const reader = openReader(shop);
    const { product_id } = await newProduct(shop, { stock: 1 });
    const page = await reader.open(`/en/buy-now?product_id=${product_id}`);
    await reprice(product_id, 3499);
    const changed = await reader.submit(page, '/buy-now', typed);
    assert.deepEqual([changed.status, /It now costs \$34\.99\./.test(changed.text)], [409, true]);
    assert.equal(reader.fieldsOf(changed, '/buy-now').expected_price, '3499');
    const declined = await reader.submit(changed, '/buy-now', { test_card: 'declined' });
    assert.equal(declined.status, 402);
    assert.match(declined.text, /Your bank has declined the payment\. Nothing was charged, and nothing is held\./);
    assert.deepEqual(await unitsOf(shop, product_id), [1, 0]);
    const bought = await reader.submit(declined, '/buy-now', { test_card: 'pays' });
    assert.match(bought.text, /Thank you!/);
    assert.deepEqual(await statusesOf(shop, product_id), ['PAYMENT_FAILED', 'CONFIRMED']);
  });

  test('of what does not exist or is sold out buys nothing', async () => {
    const reader = openReader(shop);
    const { product_id } = await newProduct(shop);
    assert.equal((await reader.open('/en/buy-now?product_id=x')).status, 404);
    const page = await reader.open(`/en/buy-now?product_id=${product_id}`);
    const refused = await reader.submit(page, '/buy-now', typed);
    assert.deepEqual([refused.status, /is sold out\./.test(refused.text)], [409, true]);
    assert.deepEqual(await statusesOf(shop, product_id), []);
  });
});

test('every invariant holds after all of this', () => assertAudit(shop));
