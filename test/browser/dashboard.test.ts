// Goal: the dashboard shows an order a moment after it was placed, in both schemes, and is quiet and accessible; it
// rests while nobody looks and says when it is not live. Method: a real browser beside orders that come in by the API.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { checkAccessibility } from '../support/accessibility.ts';
import { openBrowser, shot } from '../support/browser.ts';
import { address, card, newGuest, newProduct } from '../support/client.ts';
import { startTestShop } from '../support/shop.ts';
import { signInStaff } from '../support/staff-reader.ts';

const shop = await startTestShop({ after });
const TODAY = 'Orders today';

async function buy(): Promise<string> {
  const { product_id } = await newProduct(shop, { stock: 20, price: 2000 });
  const { status, body } = await (await newGuest(shop)).post('/api/buy-now', {
    product_id,
    quantity: 1,
    email: 'guest@example.com',
    shipping_method: 'standard',
    shipping_address: address,
    payment: card(),
  });
  assert.equal(status, 201, JSON.stringify(body));
  return body.order_id;
}

/** The figure under its name. */
const figure = (page: Page, name: string) => page.locator('.figure', { hasText: name }).locator('dd');
const live = (page: Page) => page.getByRole('status').filter({ hasText: 'Live: new figures every second.' });

describe('the dashboard with JavaScript', () => {
  const ways = [
    { viewport: 'desktop', colorScheme: 'light', reducedMotion: 'no-preference' },
    { viewport: 'phone', colorScheme: 'dark', reducedMotion: 'reduce' },
  ] as const;
  for (const way of ways) {
    test(`shows an order within seconds, ${way.colorScheme} on a ${way.viewport}`, { timeout: 120_000 }, async t => {
      const browser = await openBrowser(t, { ...way, javascript: true, url: shop.url });
      if (browser === null) return;
      const { page } = browser;
      await signInStaff(shop, browser);
      await page.goto('/en/admin');
      await page.getByRole('heading', { name: 'Dashboard', level: 1 }).waitFor();
      await live(page).waitFor();
      const before = Number(await figure(page, TODAY).textContent());
      await buy();
      await figure(page, TODAY)
        .filter({ hasText: String(before + 1) })
        .waitFor({ timeout: 10_000 });
      const chart = page.getByRole('img', { name: /^Line of the orders a second/ });
      assert.equal(await chart.locator('canvas').count(), 1);
      await page.locator('summary', { hasText: 'The last two minutes as a table' }).click();
      const table = page.getByRole('table', { name: 'The last two minutes as a table' });
      assert.equal(await table.getByRole('row').count(), 13);
      await checkAccessibility(page);
      await shot(page, `dashboard-${way.colorScheme}-${way.viewport}`);
      // In other colors the lines are drawn anew, and nothing else happens.
      await page.emulateMedia({ colorScheme: way.colorScheme === 'light' ? 'dark' : 'light' });
      await checkAccessibility(page);
      browser.assertQuiet();
    });
  }

  test('rests while its tab is hidden, and says so', { timeout: 60_000 }, async t => {
    const browser = await openBrowser(t, {
      viewport: 'desktop',
      javascript: true,
      colorScheme: 'light',
      url: shop.url,
    });
    if (browser === null) return;
    const { page } = browser;
    await signInStaff(shop, browser);
    await page.goto('/en/admin');
    await live(page).waitFor();
    const hide = (isHidden: boolean) =>
      page.evaluate(`
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${isHidden} });
        document.dispatchEvent(new Event('visibilitychange'));
      `);
    await hide(true);
    await page.getByText('Paused while you were looking elsewhere.').waitFor();
    const before = Number(await figure(page, TODAY).textContent());
    await buy();
    await page.waitForTimeout(2_500);
    assert.equal(Number(await figure(page, TODAY).textContent()), before);
    await hide(false);
    await live(page).waitFor();
    await figure(page, TODAY)
      .filter({ hasText: String(before + 1) })
      .waitFor({ timeout: 10_000 });
    browser.assertQuiet();
  });

  test('says when it hears nothing any more, and goes on by itself', { timeout: 60_000 }, async t => {
    const browser = await openBrowser(t, {
      viewport: 'desktop',
      javascript: true,
      colorScheme: 'light',
      url: shop.url,
    });
    if (browser === null) return;
    const { page } = browser;
    await signInStaff(shop, browser);
    await page.goto('/en/admin');
    await live(page).waitFor();
    await browser.context.setOffline(true);
    // A stream that is open already goes on in Chromium: the page is given one that is never opened.
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await page.getByText('Not live: the shop does not answer. Trying again.').waitFor({ timeout: 15_000 });
    await browser.context.setOffline(false);
    await live(page).waitFor({ timeout: 30_000 });
  });
});

test('without JavaScript the dashboard is as of its loading, and the audit is looked at again by a link', async t => {
  const browser = await openBrowser(t, { viewport: 'desktop', javascript: false, colorScheme: 'dark', url: shop.url });
  if (browser === null) return;
  const { page } = browser;
  await signInStaff(shop, browser);
  await page.goto('/en/admin');
  await page.getByText(/^As of .* UTC\. Load the page again for newer figures\.$/).waitFor();
  await checkAccessibility(page);
  await page.getByRole('link', { name: 'Audit' }).click();
  await page.getByRole('button', { name: 'Run the audit' }).click();
  const again = page.getByRole('link', { name: 'Look again' });
  for (let tries = 0; tries < 100 && (await again.count()) > 0; tries += 1) await again.click();
  await page.getByText('Every invariant holds.').waitFor();
  await checkAccessibility(page);
  browser.assertQuiet();
});

test('with JavaScript an audit that runs is followed to its end', { timeout: 60_000 }, async t => {
  const browser = await openBrowser(t, { viewport: 'phone', javascript: true, colorScheme: 'light', url: shop.url });
  if (browser === null) return;
  const { page } = browser;
  await signInStaff(shop, browser);
  await page.goto('/en/admin/audit');
  await page.getByRole('button', { name: /^Run (the audit|it again)$/ }).click();
  await page.getByText('Every invariant holds.').waitFor({ timeout: 30_000 });
  for (const path of ['operations', 'stuck', 'mails', 'audit']) {
    await page.goto(`/en/admin/${path}`);
    await checkAccessibility(page);
    await shot(page, `staff-${path}-phone`);
  }
  browser.assertQuiet();
});
