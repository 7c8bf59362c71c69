// Goal: people find what they look for: by typing, by filtering on a phone and on a desk, with JavaScript and without.
// Method: Chromium, elements by role and name; no page is loud.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkAccessibility } from '../support/accessibility.ts';
import { openBrowser } from '../support/browser.ts';
import { createClient, eventually, newProduct } from '../support/client.ts';
import { startTestShop } from '../support/shop.ts';

const later: (() => Promise<void>)[] = [];
const shop = await startTestShop({ after: work => void later.push(work) });
after(async () => {
  for (const end of later) await end();
});

before(async () => {
  const colors = ['teal', 'black', 'oak', 'red'];
  for (const [index, color] of colors.entries()) {
    const more = {
      title: `Reading lamp ${color}`,
      brand: index < 2 ? 'Brightly' : 'Dimsdale',
      attributes: { color },
      category_path: ['Home', 'Lamps', `Light for long evenings in ${color}`],
    };
    await newProduct(shop, { stock: 5, price: 2000 + 1000 * index, more });
  }
  const visitor = createClient(shop.url);
  await eventually('all products are found', async () => (await visitor.get('/api/search')).body.total === 4);
});

test('on a desk a filter applies at once, the focus stays on it, and back takes it away', async t => {
  const browser = await openBrowser(t, { viewport: 'desktop', javascript: true, colorScheme: 'light', url: shop.url });
  if (browser === null) return;
  const { page } = browser;
  await page.goto('/en/search?q=lamp');
  const brand = page.getByRole('checkbox', { name: /Brightly/ });
  await brand.check();
  await page.getByRole('status').getByText('2 products').waitFor();
  assert.equal(new URL(page.url()).search, '?q=lamp&brand=Brightly');
  assert.equal(await brand.evaluate(box => box === document.activeElement), true);
  await page.getByRole('textbox', { name: /Highest/ }).fill('25.50');
  await page.keyboard.press('Enter');
  await page.getByText('1 product', { exact: true }).waitFor();
  assert.equal(new URL(page.url()).search, '?q=lamp&brand=Brightly&price_max=2550');
  await page.getByRole('link', { name: 'Remove filter: Brightly' }).click();
  await page.getByRole('link', { name: 'Remove filter: Brightly' }).waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).search, '?q=lamp&price_max=2550');
  await page.goBack();
  await page.getByRole('link', { name: 'Remove filter: Brightly' }).waitFor();
  await page.goBack();
  await page.getByText('2 products', { exact: true }).waitFor();
  await page.goBack();
  await page.getByText('4 products', { exact: true }).waitFor();
  assert.equal(await brand.isChecked(), false);
  await page.getByLabel('Sort by').selectOption({ label: 'Price, highest first' });
  await page.waitForURL(/sort=price_desc/);
  await page.getByRole('link', { name: 'Reading lamp red' }).waitFor();
  browser.assertQuiet();
});

test('on a phone filters are in a sheet that shows how many products are left', async t => {
  const browser = await openBrowser(t, { viewport: 'phone', javascript: true, colorScheme: 'dark', url: shop.url });
  if (browser === null) return;
  const { page } = browser;
  await page.goto('/en/c/Home/Lamps');
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.equal(overflow, 0, 'long rows are swiped, the page is not');
  await page.getByRole('button', { name: 'Filters', exact: true }).click();
  await page.getByRole('checkbox', { name: /Dimsdale/ }).check();
  const show = page.getByRole('button', { name: 'Show 2 products' });
  await show.waitFor();
  await checkAccessibility(page);
  await show.click();
  await page.getByRole('checkbox', { name: /Dimsdale/ }).waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Filters (1)' }).waitFor();
  assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, '/en/c/Home/Lamps?brand=Dimsdale');
  browser.assertQuiet();
});

test('without JavaScript the sheet opens too, and its form narrows the list', async t => {
  const browser = await openBrowser(t, { viewport: 'phone', javascript: false, colorScheme: 'light', url: shop.url });
  if (browser === null) return;
  const { page } = browser;
  await page.goto('/en/search?q=lamp');
  await page.getByRole('button', { name: 'Filters', exact: true }).click();
  await page.getByRole('checkbox', { name: /Brightly/ }).check();
  await page.getByRole('textbox', { name: /Highest/ }).fill('20');
  await page.getByRole('button', { name: 'Show 4 products' }).click();
  await page.waitForURL('**/en/search?q=lamp&brand=Brightly&price_max=2000');
  await page.getByText('1 product', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Sort', exact: true }).waitFor();
  browser.assertQuiet();
});

test('the search box suggests, and the keyboard alone chooses', async t => {
  const browser = await openBrowser(t, { viewport: 'desktop', javascript: true, colorScheme: 'dark', url: shop.url });
  if (browser === null) return;
  const { page } = browser;
  await page.goto('/en');
  const box = page.getByRole('combobox', { name: 'Search products' });
  await box.pressSequentially('lam');
  const category = page.getByRole('option', { name: /^Lamps/ });
  await category.waitFor();
  await checkAccessibility(page);
  assert.equal(await box.getAttribute('aria-expanded'), 'true');
  // What others have searched for stands before it.
  const place = (await page.getByRole('option').allTextContents()).findIndex(text => text.startsWith('Lamps'));
  const goDown = async () => {
    for (let step = 0; step <= place; step += 1) await box.press('ArrowDown');
  };
  await goDown();
  assert.equal(await box.getAttribute('aria-activedescendant'), await category.getAttribute('id'));
  assert.equal(await category.getAttribute('aria-selected'), 'true');
  await box.press('Escape');
  await category.waitFor({ state: 'hidden' });
  assert.equal(await box.inputValue(), 'lam');
  await box.press('ArrowDown');
  await category.waitFor();
  await goDown();
  await box.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Lamps' }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/en/c/Home/Lamps');
  await box.fill('oak');
  await page.getByRole('option', { name: /Reading lamp oak/ }).click();
  await page.getByRole('heading', { level: 1, name: 'Reading lamp oak' }).waitFor();
  browser.assertQuiet();
});
