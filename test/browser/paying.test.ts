// Goal: the pay step survives impatience: a double click, the back button, a reload and a second tab are one order and
// one charge; a declined card is followed by another under the same hold; a bank's page leads there and back. Method:
// Chromium with JavaScript on a phone and without it on a desktop; what was charged is read in the simulator's books.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { checkAccessibility } from '../support/accessibility.ts';
import { openBrowser, shot } from '../support/browser.ts';
import { statusesOf } from '../support/buyer.ts';
import { assertAudit, createClient } from '../support/client.ts';
import { atPayStep, payButton } from '../support/pay-step.ts';
import { startTestShop } from '../support/shop.ts';

const shop = await startTestShop({ after });
const admin = createClient(shop.url, shop.adminKey);

async function payWith(page: Page, card: string): Promise<void> {
  await page.getByLabel('Test card').selectOption({ label: card });
  await payButton(page).click();
}

/** Sums that were taken for the order whose page it is. */
async function charged(page: Page): Promise<number[]> {
  const order_id = /\/orders\/([0-9a-f-]{36})/.exec(page.url())?.[1];
  const { body } = await admin.get(`/api/admin/simulator/charges?order_id=${order_id}`);
  return body.items.map(({ captured }: { captured: number }) => captured);
}

const ways = [
  { name: 'on a phone with JavaScript', viewport: 'phone', colorScheme: 'light', javascript: true },
  { name: 'on a desktop without JavaScript', viewport: 'desktop', colorScheme: 'dark', javascript: false },
] as const;

for (const { name, ...way } of ways) {
  describe(`paying ${name}`, () => {
    test('a double click is one order and one charge, and back and another tab lead to it', {
      timeout: 120_000,
    }, async t => {
      const browser = await openBrowser(t, { ...way, url: shop.url });
      if (browser === null) return;
      const { page } = browser;
      const { product_id, payStep } = await atPayStep(shop, browser);
      const other = await browser.newPage();
      await other.goto(payStep);
      await page.getByLabel('Test card').selectOption({ label: 'Pays slowly' });
      await payButton(page).dblclick();
      await page.getByText('Thank you!').waitFor();
      const order = page.url();
      assert.deepEqual(await charged(page), [3858]);
      await page.goBack();
      await page
        .getByRole('heading', { name: /^Order / })
        .or(payButton(page))
        .first()
        .waitFor();
      // A browser may show the form from its own memory: then it is sent once more.
      if (await payButton(page).isVisible()) await payButton(page).click();
      await page.waitForURL(/\/orders\//);
      await payWith(other, 'Pays at once');
      await other.waitForURL(/\/orders\//);
      const idIn = (url: string) => new URL(url).pathname;
      assert.deepEqual([idIn(page.url()), idIn(other.url())], [idIn(order), idIn(order)]);
      await page.reload();
      assert.deepEqual(await charged(page), [3858]);
      assert.deepEqual(await statusesOf(shop, product_id), ['CONFIRMED']);
      browser.assertQuiet();
    });

    test('a declined card, reloaded, is one try; another card pays under the same hold, whose time is shown', {
      timeout: 120_000,
    }, async t => {
      const browser = await openBrowser(t, { ...way, url: shop.url });
      if (browser === null) return;
      const { page } = browser;
      const { product_id } = await atPayStep(shop, browser);
      browser.allow(/\/pay$/, 402);
      await payWith(page, 'Has too little money on it');
      await page.getByRole('alert').getByText('There is not enough money on this card.').waitFor();
      await page
        .getByText(way.javascript ? /^Held for you for 1\d:\d\d more\.$/ : /held for 1\d more minutes/)
        .waitFor();
      if (way.javascript) await checkAccessibility(page);
      await shot(page, `declined-${way.viewport}`);
      await page.reload();
      await page.getByRole('alert').getByText('There is not enough money on this card.').waitFor();
      assert.deepEqual(await statusesOf(shop, product_id), ['PAYMENT_FAILED']);
      await page.getByRole('radio', { name: /^Wallet/ }).check();
      await payWith(page, 'Pays at once');
      await page.getByText('Thank you!').waitFor();
      assert.deepEqual(await charged(page), [3858]);
      assert.deepEqual(await statusesOf(shop, product_id), ['PAYMENT_FAILED', 'CONFIRMED']);
      browser.assertQuiet();
    });

    test("a payment confirmed on the bank's page comes back and is confirmed by itself", {
      timeout: 120_000,
    }, async t => {
      const browser = await openBrowser(t, { ...way, url: shop.url });
      if (browser === null) return;
      const { page } = browser;
      const { product_id } = await atPayStep(shop, browser);
      await payWith(page, 'Asks your bank first (3-D Secure)');
      await page.getByText('Your bank wants you to confirm').waitFor();
      await shot(page, `bank-${way.viewport}`);
      await page.getByRole('link', { name: 'Continue to your bank' }).click();
      await page.getByRole('button', { name: 'Confirm' }).click();
      await page.waitForURL(/\/en\/orders\/.*back=1/);
      await page.getByText('Thank you!').waitFor();
      assert.deepEqual(await charged(page), [3858]);
      assert.deepEqual(await statusesOf(shop, product_id), ['CONFIRMED']);
      browser.assertQuiet();
    });

    test("a payment declined on the bank's page says why, and is paid in another way under the same hold", {
      timeout: 120_000,
    }, async t => {
      const browser = await openBrowser(t, { ...way, url: shop.url });
      if (browser === null) return;
      const { page } = browser;
      const { product_id, payStep } = await atPayStep(shop, browser);
      await payWith(page, 'Asks your bank first (3-D Secure)');
      await page.getByRole('link', { name: 'Continue to your bank' }).click();
      await page.getByRole('button', { name: 'Decline' }).click();
      await page.waitForURL(/\/en\/orders\/.*back=1/);
      await page.getByText('The payment was not confirmed at your bank.').waitFor();
      await page.getByText(/^Nothing was charged\. Your items are held for 1\d more minutes\.$/).waitFor();
      assert.deepEqual(await charged(page), []);
      if (way.javascript) await checkAccessibility(page);
      await shot(page, `bank-declined-${way.viewport}`);
      await page.getByRole('link', { name: 'Pay in another way' }).click();
      await page.waitForURL(`**${payStep}`);
      await payWith(page, 'Pays at once');
      await page.getByText('Thank you!').waitFor();
      assert.deepEqual(await charged(page), [3858]);
      assert.deepEqual(await statusesOf(shop, product_id), ['PAYMENT_FAILED', 'CONFIRMED']);
      browser.assertQuiet();
    });
  });
}

test('every invariant holds after all of this', () => assertAudit(shop));
