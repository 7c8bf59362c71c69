// Goal: a product can be looked at from all sides and reviewed in a real browser, with JavaScript and without. Method:
// Chromium, elements by role and name; no page is loud.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openBrowser } from '../support/browser.ts';
import { eventually, newProduct } from '../support/client.ts';
import { startTestShop } from '../support/shop.ts';
import { newPerson } from '../support/staff-reader.ts';

const later: (() => Promise<void>)[] = [];
const shop = await startTestShop({ after: work => void later.push(work) });
after(async () => {
  for (const end of later) await end();
});

const images = [1, 2, 3].map(view => `/images/demo/pan-teal-387874-${view}.svg`);

test('pictures are turned by buttons, keys and the small ones, and what was seen before is remembered', async t => {
  const browser = await openBrowser(t, { viewport: 'phone', javascript: true, colorScheme: 'light', url: shop.url });
  if (browser === null) return;
  const { page } = browser;
  const [pan, other] = [await newProduct(shop, { stock: 5, more: { images } }), await newProduct(shop)];
  await page.goto(`/en/p/${pan.product_id}`);
  const gallery = page.getByRole('region', { name: 'Pictures' });
  const shown = () => gallery.locator('[aria-current]').getAttribute('href');
  const isShown = (place: number) =>
    eventually(`picture ${place}`, async () => (await shown()) === `#picture-${place}`);
  await isShown(1);
  await gallery.getByRole('button', { name: 'Previous picture' }).click();
  await isShown(3);
  await gallery.getByRole('button', { name: 'Next picture' }).click();
  await isShown(1);
  await gallery.getByRole('button', { name: 'Next picture' }).click();
  await isShown(2);
  await gallery.getByRole('link', { name: 'Show picture 3' }).click();
  await isShown(3);
  await page.keyboard.press('ArrowLeft');
  await isShown(2);
  assert.ok(!page.url().includes('#'), 'the page stays where it is');

  assert.equal(await page.getByRole('heading', { name: 'Recently viewed' }).isVisible(), false);
  await page.goto(`/de/p/${other.product_id}`);
  await page.getByRole('region', { name: 'Zuletzt angesehen' }).getByRole('link', { name: pan.title }).click();
  await page.getByRole('heading', { name: pan.title, level: 1 }).waitFor();
  assert.match(page.url(), /\/de\/p\//);
  browser.assertQuiet();
});

test('a look at a product is told with the private part of its page, and no other page tells one', async t => {
  const browser = await openBrowser(t, { viewport: 'phone', javascript: true, colorScheme: 'light', url: shop.url });
  if (browser === null) return;
  const { page } = browser;
  const { product_id } = await newProduct(shop);
  const told: (string | null)[] = [];
  page.on('request', request => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname === '/fragments/me') told.push(searchParams.get('product'));
  });
  for (const path of ['/en', `/en/p/${product_id}`, '/en/c/Home']) {
    await page.goto(path, { waitUntil: 'networkidle' });
  }
  assert.deepEqual(told, [null, product_id, null]);
  browser.assertQuiet();
});

test('what can not be added is told where it was asked, and the cart keeps what it had', async t => {
  const browser = await openBrowser(t, { viewport: 'desktop', javascript: true, colorScheme: 'dark', url: shop.url });
  if (browser === null) return;
  const { page } = browser;
  const { product_id } = await newProduct(shop, { stock: 2 });
  await page.goto(`/en/p/${product_id}`);
  await page.getByLabel('Quantity').selectOption('2');
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.getByText('Added to your cart.').waitFor();
  await page.route('**/api/cart/items', route => route.fulfill({ status: 409, json: { code: 'OUT_OF_STOCK' } }));
  browser.allow('/api/cart/items', 409);
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.getByText('There are no units left just now.').waitFor();
  await page.getByRole('link', { name: 'Cart 2 items' }).waitFor();
  browser.assertQuiet();
});

test('without JavaScript the small pictures lead to the large ones, and a review is written', async t => {
  const browser = await openBrowser(t, { viewport: 'desktop', javascript: false, colorScheme: 'light', url: shop.url });
  if (browser === null) return;
  const { page } = browser;
  const { product_id } = await newProduct(shop, { stock: 5, more: { images } });
  const { email, password } = await newPerson(shop, 'customer');
  await page.goto(`/en/p/${product_id}`);
  const gallery = page.getByRole('region', { name: 'Pictures' });
  assert.equal(await gallery.getByRole('button').count(), 0, 'nothing that would do nothing');
  await gallery.getByRole('link', { name: 'Show picture 3' }).click();
  await eventually('the third is seen', async () => {
    const picture = await gallery.getByRole('link', { name: /^Picture 3 of 3/ }).boundingBox();
    const frame = await gallery.boundingBox();
    return Math.abs(picture!.x - frame!.x) < 4;
  });
  await page.getByRole('link', { name: 'Write a review' }).click();
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('radio', { name: /Good/ }).first().check();
  await page.getByLabel('In one line').fill('It fries');
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByText('Thank you! Your review is published').waitFor();
  await page.getByRole('heading', { name: 'It fries' }).waitFor();
  await page.getByRole('link', { name: 'Write a review' }).click();
  await page.getByText('You have reviewed this product already').waitFor();
  browser.assertQuiet();
});
