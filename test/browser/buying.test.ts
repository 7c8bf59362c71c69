// Goal: people can buy in a real browser: on a phone with JavaScript, on a desktop without it, and by the keyboard
// alone. Method: Chromium, elements by role and name; no page is loud, but for the answer to a declined card.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { openBrowser, type TestBrowser } from '../support/browser.ts';
import { address, assertAudit, newProduct, newUser } from '../support/client.ts';
import { startTestShop } from '../support/shop.ts';

const later: (() => Promise<void>)[] = [];
const shop = await startTestShop({ after: work => void later.push(work) });
after(async () => {
  for (const end of later) await end();
});

async function typeAddress(page: Page): Promise<void> {
  await page.getByLabel('E-mail').fill('guest@example.com');
  const fields = page.getByRole('group', { name: 'Delivery address' });
  await fields.getByLabel('Full name').fill(address.name);
  await fields.getByLabel('Street and number').fill(address.line1);
  await fields.getByLabel('Postcode or ZIP').fill(address.postal_code);
  await fields.getByLabel('Town or city').fill(address.city);
  await fields.getByLabel('State, province or county').fill(address.region);
  await fields.getByLabel('Country').selectOption('US');
}

/** From the cart to the thanks, with a card that is declined on the way. */
async function buyFromCart({ page, allow }: TestBrowser): Promise<void> {
  await page.getByRole('link', { name: 'Go to checkout' }).click();
  await typeAddress(page);
  await page.getByRole('radio', { name: /Express/ }).check();
  await page.getByRole('button', { name: 'Continue to payment' }).click();
  await page.getByLabel('Test card').selectOption({ label: 'Is declined' });
  allow(/\/pay$/, 402);
  await page.getByRole('button', { name: /^Pay \$/ }).click();
  await page.getByRole('alert').getByText('Your bank has declined the payment.').waitFor();
  await page.getByLabel('Test card').selectOption({ label: 'Pays at once' });
  await page.getByRole('button', { name: /^Pay \$/ }).click();
  await page.getByText('Thank you!').waitFor();
  await page.getByRole('link', { name: 'Link to this order' }).waitFor();
}

test('a guest buys on a phone: the cart and the sums follow at once, and the hold is counted down', async t => {
  const browser = await openBrowser(t, { viewport: 'phone', javascript: true, colorScheme: 'dark', url: shop.url });
  if (browser === null) return;
  const { page } = browser;
  const { product_id, title } = await newProduct(shop, { stock: 5, price: 2000 });
  await page.goto(`/en/p/${product_id}/-`);
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.getByText('Added to your cart.').waitFor();
  await page.goto('/en/cart');
  const quantity = page.getByLabel(`Quantity of ${title}`);
  await quantity.fill('3');
  await quantity.press('Enter');
  await page.getByText('Subtotal (3 items)').waitFor();
  assert.equal(await quantity.evaluate(input => input === document.activeElement), true, 'the field keeps the focus');
  await page.getByRole('link', { name: 'Cart 3 items' }).waitFor();
  await page.goto('/en/checkout');
  await typeAddress(page);
  await page.keyboard.press('Tab');
  // 7.25 % of 6000; standard delivery is free from 5000.
  await page.getByText('$64.35').waitFor();
  await page.getByRole('radio', { name: /Express/ }).check();
  await page.getByText('$80.43').waitFor();
  await page.goto('/en/cart');
  await buyFromCart(browser);
  assert.match(page.url(), /placed=1$/);
  browser.assertQuiet();
});

test('a guest buys on a desktop without JavaScript', async t => {
  const browser = await openBrowser(t, { viewport: 'desktop', javascript: false, colorScheme: 'light', url: shop.url });
  if (browser === null) return;
  const { page } = browser;
  const { product_id, title } = await newProduct(shop, { stock: 5 });
  await page.goto(`/en/p/${product_id}/-`);
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.getByLabel(`Quantity of ${title}`).fill('2');
  await page.getByRole('button', { name: `Update the quantity of ${title}` }).click();
  await page.getByText('Subtotal (2 items)').waitFor();
  await buyFromCart(browser);
  browser.assertQuiet();
});

const TABS_MAX = 80;

/** Goes on by the Tab key until what has the focus is it. */
async function tabTo(page: Page, role: 'link' | 'button', name: string | RegExp): Promise<void> {
  const wanted = page.getByRole(role, { name }).first();
  await wanted.waitFor();
  for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
    await page.keyboard.press('Tab');
    if (await wanted.evaluate(element => element === document.activeElement)) return;
  }
  assert.fail(`${name} can't be reached by the keyboard`);
}

test('a user with a kept address buys by the keyboard alone', async t => {
  const browser = await openBrowser(t, { viewport: 'desktop', javascript: true, colorScheme: 'light', url: shop.url });
  if (browser === null) return;
  const { page, context } = browser;
  const user = await newUser(shop);
  assert.equal((await user.post('/api/me/addresses', address)).status, 201);
  await context.addCookies([{ name: 'session', value: user.token!, url: shop.url }]);
  const { product_id } = await newProduct(shop, { stock: 5 });
  await page.goto(`/en/p/${product_id}/-`);
  await tabTo(page, 'button', 'Add to cart');
  await page.keyboard.press('Enter');
  await page.getByText('Added to your cart.').waitFor();
  await page.reload();
  await tabTo(page, 'link', 'Cart 1 item');
  await page.keyboard.press('Enter');
  await tabTo(page, 'link', 'Go to checkout');
  await page.keyboard.press('Enter');
  await tabTo(page, 'button', 'Continue to payment');
  await page.keyboard.press('Enter');
  await tabTo(page, 'button', /^Pay \$/);
  await page.keyboard.press('Enter');
  await page.getByText('Thank you!').waitFor();
  browser.assertQuiet();
});

test('every invariant holds after all of this', () => assertAudit(shop));
