// Goal: staff ship, deliver, refund in part and whole, and cancel in a browser, on a desktop with JavaScript and on a
// phone without it; the stock, the payment and the audit agree afterwards.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { checkAccessibility } from '../support/accessibility.ts';
import { openBrowser, shot } from '../support/browser.ts';
import { address, assertAudit, card, createClient, eventually, newGuest, newProduct } from '../support/client.ts';
import { startTestShop } from '../support/shop.ts';
import { signInStaff } from '../support/staff-reader.ts';

const shop = await startTestShop({ after });
const admin = createClient(shop.url, shop.adminKey);

interface Bought {
  order_id: string;
  product_id: string;
  title: string;
  email: string;
  total: { amount: number };
}

/** Two units of a product of 10, at 20.00 each. */
async function buy(name: string): Promise<Bought> {
  const { product_id, title } = await newProduct(shop, { stock: 10, price: 2000 });
  const email = `${name}@example.com`;
  const { status, body } = await (await newGuest(shop)).post('/api/buy-now', {
    product_id,
    quantity: 2,
    email,
    shipping_method: 'standard',
    shipping_address: address,
    payment: card(),
  });
  assert.equal(status, 201, JSON.stringify(body));
  return { order_id: body.order_id, product_id, title, email, total: body.total };
}

async function stockOf({ product_id }: Bought) {
  const { body } = await admin.get(`/api/admin/inventory/${product_id}`);
  return { total: body.total_quantity, reserved: body.reserved, available: body.available };
}

/** By the board, as staff would: filtered by whose order it is. */
async function open(page: Page, { email, order_id }: Bought): Promise<void> {
  await page.goto('/en/admin/orders');
  await page.getByRole('heading', { name: 'Orders', level: 1 }).waitFor();
  await page.getByLabel('Order id or e-mail').fill(email);
  await page.getByRole('button', { name: 'Filter' }).click();
  const rows = page.getByRole('table', { name: 'Orders' }).getByRole('row');
  assert.equal(await rows.count(), 2, 'the head and the one order');
  await rows.nth(1).getByRole('link').first().click();
  await page.waitForURL(`**/en/admin/orders/${order_id}`);
}

/** `name` is of the fold and of the button in it; `fill` writes what it asks. */
async function unfold(page: Page, name: string, fill: () => Promise<void> = async () => {}): Promise<void> {
  await page.locator('summary', { hasText: name }).click();
  await fill();
  await page.getByRole('button', { name }).click();
}

const said = (page: Page, words: string) => page.getByRole('status').filter({ hasText: words }).waitFor();

describe('staff follow orders to their end', () => {
  const ways = [
    { name: 'desktop with JavaScript', viewport: 'desktop', colorScheme: 'light', javascript: true },
    { name: 'phone without JavaScript', viewport: 'phone', colorScheme: 'dark', javascript: false },
  ] as const;
  for (const { name, ...way } of ways) {
    test(`shipping and delivering, on a ${name}`, { timeout: 120_000 }, async t => {
      const browser = await openBrowser(t, { ...way, url: shop.url });
      if (browser === null) return;
      const { page } = browser;
      await signInStaff(shop, browser);
      const order = await buy(`ship-${way.viewport}`);
      await open(page, order);
      await page.getByLabel('Carrier').fill('Snail & Sons');
      await page.getByLabel('Tracking number').fill('SN-1');
      await page.getByRole('button', { name: 'Ship' }).click();
      await said(page, 'The order is on its way.');
      await page.getByText('SN-1').first().waitFor();
      assert.equal(await page.getByRole('button', { name: 'Cancel the order' }).count(), 0, 'too late to cancel');
      if (way.javascript) await checkAccessibility(page);
      await shot(page, `staff-shipped-${way.viewport}`);
      await page.getByRole('button', { name: 'Mark delivered' }).click();
      await said(page, 'The order is delivered.');
      const { body } = await admin.get(`/api/admin/orders/${order.order_id}`);
      assert.equal(body.status, 'DELIVERED');
      browser.assertQuiet();
    });

    test(`refunding one unit, then the rest, on a ${name}`, { timeout: 120_000 }, async t => {
      const browser = await openBrowser(t, { ...way, url: shop.url });
      if (browser === null) return;
      const { page } = browser;
      await signInStaff(shop, browser);
      const order = await buy(`refund-${way.viewport}`);
      await eventually('the goods are sold', async () => (await stockOf(order)).reserved === 0);
      assert.deepEqual(await stockOf(order), { total: 8, reserved: 0, available: 8 });
      await open(page, order);
      await unfold(page, 'Refund', async () => {
        await page.getByLabel(`Units of ${order.title}`).fill('1');
        await page.getByLabel('Reason').fill('scratched');
        await page.getByLabel('Put the goods back on the shelf').check();
      });
      await said(page, 'The refund is made.');
      await page.getByText('Refunded in part').first().waitFor();
      assert.deepEqual(await stockOf(order), { total: 9, reserved: 0, available: 9 });
      await unfold(page, 'Refund', () => page.getByLabel('Reason').fill('the rest'));
      await said(page, 'The refund is made.');
      assert.equal(await page.locator('summary', { hasText: 'Refund' }).count(), 0, 'nothing is left to refund');
      const { body } = await admin.get(`/api/admin/orders/${order.order_id}`);
      assert.equal(body.payment.status, 'refunded');
      const amounts = body.refunds.map((refund: { amount: { amount: number } }) => refund.amount.amount);
      assert.equal(amounts.length, 2);
      assert.equal(amounts[0] + amounts[1], order.total.amount);
      assert.deepEqual(await stockOf(order), { total: 9, reserved: 0, available: 9 });
      if (way.javascript) await checkAccessibility(page);
      await shot(page, `staff-refunded-${way.viewport}`);
      browser.assertQuiet();
    });

    test(`cancelling, on a ${name}`, { timeout: 120_000 }, async t => {
      const browser = await openBrowser(t, { ...way, url: shop.url });
      if (browser === null) return;
      const { page } = browser;
      await signInStaff(shop, browser);
      const order = await buy(`cancel-${way.viewport}`);
      await open(page, order);
      await unfold(page, 'Cancel the order');
      await said(page, 'The order is cancelled.');
      await eventually('the goods are back', async () => (await stockOf(order)).available === 10);
      assert.deepEqual(await stockOf(order), { total: 10, reserved: 0, available: 10 });
      assert.equal(await page.getByRole('button', { name: 'Ship' }).count(), 0);
      browser.assertQuiet();
    });
  }
});

test('every invariant holds after all of this', () => assertAudit(shop));
