// Goal: on a page of search the list follows what is typed, without taking anything from whoever types: the focus, the
// caret, the way back. Method: Chromium; answers are held back where their order matters; no page is loud.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { checkAccessibility } from '../support/accessibility.ts';
import { openBrowser, shot } from '../support/browser.ts';
import { createClient, eventually, newProduct } from '../support/client.ts';
import { startTestShop } from '../support/shop.ts';

const later: (() => Promise<void>)[] = [];
const shop = await startTestShop({ after: work => void later.push(work) });
after(async () => {
  for (const end of later) await end();
});

const titles = ['Reading lamp teal', 'Reading lamp oak', 'Desk-lamp <b>bold</b> & bright', 'Garden hose', 'Café table'];

before(async () => {
  for (const [index, title] of titles.entries()) {
    const more = { title, brand: index < 2 ? 'Brightly' : 'Dimsdale', prime: index === 3, category_path: ['Home'] };
    await newProduct(shop, { stock: 5, price: 2000 + 1000 * index, more });
  }
  const visitor = createClient(shop.url);
  await eventually('all products are found', async () => (await visitor.get('/api/search')).body.total === 5);
});

const desk = { viewport: 'desktop', javascript: true, colorScheme: 'light', url: shop.url } as const;
const boxOf = (page: Page) => page.getByRole('combobox', { name: 'Search products' });
const searchOf = (page: Page) => new URL(page.url()).search;
const titlesOf = (page: Page) => page.locator('.browse-results h3').allTextContents();
/** A page whose timers wait for the test, so that nothing depends on how fast this machine is. */
async function openStopped(page: Page, path: string): Promise<void> {
  await page.clock.install({ time: 0 });
  await page.goto(path);
  await page.clock.pauseAt(3_600_000);
}

const optionsOf = (page: Page) => page.getByRole('listbox').getByRole('option');
const isFocused = (page: Page) => boxOf(page).evaluate(box => box === document.activeElement);

test('the list follows the words; the focus and the caret stay, and the way back leads before the typing', async t => {
  const browser = await openBrowser(t, desk);
  if (browser === null) return;
  const { page } = browser;
  await page.goto('/en/search?q=hose&prime=true');
  const box = boxOf(page);
  await box.click();
  await page.keyboard.press('Home');
  await box.pressSequentially('garden ');
  await page.getByRole('heading', { level: 1, name: 'Results for “garden hose”' }).waitFor();
  assert.deepEqual(await titlesOf(page), ['Garden hose']);
  assert.equal(searchOf(page), '?q=garden+hose');
  assert.equal(await page.title(), 'Results for “garden hose” · Doorbuster');
  assert.equal(
    await page.getByRole('status').filter({ hasText: 'product' }).textContent(),
    '1 product for “garden hose”',
  );
  assert.equal(await isFocused(page), true);
  assert.equal(await box.evaluate(input => (input as HTMLInputElement).selectionStart), 'garden '.length);
  assert.equal(await page.getByRole('listbox').isVisible(), false, 'suggestions stay away from what is found');

  await box.fill('café');
  await page.getByRole('heading', { level: 1, name: 'Results for “café”' }).waitFor();
  await page.goBack();
  await page.getByRole('heading', { level: 1, name: 'Results for “hose”' }).waitFor();
  assert.equal(searchOf(page), '?q=hose&prime=true');
  assert.equal(await box.inputValue(), 'hose', 'the box says what the list shows');
  await page.goForward();
  await page.getByRole('heading', { level: 1, name: 'Results for “café”' }).waitFor();
  await page.reload();
  assert.equal(await box.inputValue(), 'café');
  assert.deepEqual(await titlesOf(page), ['Café table']);
  browser.assertQuiet();
});

test('half a word leaves the list as it is and is suggested; after a rest the honest answer comes', async t => {
  const browser = await openBrowser(t, { ...desk, colorScheme: 'dark' });
  if (browser === null) return;
  const { page } = browser;
  await openStopped(page, '/en/search?q=hose');
  const box = boxOf(page);
  await box.fill('ga');
  await page.clock.runFor(150);
  const option = page.getByRole('option', { name: /Garden hose/ });
  await option.waitFor();
  assert.deepEqual(await titlesOf(page), ['Garden hose']);
  assert.equal(searchOf(page), '?q=hose');
  assert.deepEqual(await option.locator('mark').allTextContents(), ['Ga']);
  assert.equal(await box.getAttribute('aria-expanded'), 'true');
  const count = await optionsOf(page).count();
  await page
    .getByRole('status')
    .getByText(count === 1 ? '1 suggestion' : `${count} suggestions`, { exact: true })
    .waitFor();
  await page.clock.resume();
  await page.getByRole('heading', { name: 'Nothing found for “ga”' }).waitFor();
  assert.equal(searchOf(page), '?q=ga');
  await checkAccessibility(page);
  await box.fill('garden');
  await page.getByRole('heading', { level: 1, name: 'Results for “garden”' }).waitFor();
  assert.equal(await page.getByRole('listbox').isVisible(), false);
  assert.equal(await box.getAttribute('aria-expanded'), 'false');
  browser.assertQuiet();
});

test('an answer that comes after that of newer words is not shown', async t => {
  const browser = await openBrowser(t, desk);
  if (browser === null) return;
  const { page } = browser;
  await page.goto('/en/search?q=hose');
  const late = Promise.withResolvers<void>();
  const asked = page.waitForRequest('**/en/search?q=oak');
  await page.route('**/en/search?q=oak', async route => {
    await late.promise;
    await route.continue().catch(() => undefined);
  });
  await boxOf(page).fill('oak');
  const request = await asked;
  await boxOf(page).fill('teal');
  await page.getByRole('heading', { level: 1, name: 'Results for “teal”' }).waitFor();
  assert.equal(request.failure()?.errorText, 'net::ERR_ABORTED', 'nobody waits for it any more');
  late.resolve();
  await page.evaluate("fetch('/en/search?q=lamp').then(answer => answer.text())");
  assert.deepEqual(await titlesOf(page), ['Reading lamp teal']);
  assert.equal(searchOf(page), '?q=teal');
  browser.assertQuiet();
});

test('of two filters that are chosen quickly both are shown, without a new page', async t => {
  const browser = await openBrowser(t, desk);
  if (browser === null) return;
  const { page } = browser;
  await page.goto('/en/search');
  await page.evaluate("document.body.dataset.page = 'the first'");
  const late = Promise.withResolvers<void>();
  const asked = page.waitForRequest('**/en/search?brand=Brightly');
  await page.route('**/en/search?brand=Brightly', async route => {
    await late.promise;
    await route.continue().catch(() => undefined);
  });
  await page.getByRole('checkbox', { name: /Brightly/ }).check();
  await asked;
  await page.getByRole('checkbox', { name: /Dimsdale/ }).check();
  await page.getByRole('link', { name: 'Remove filter: Dimsdale' }).waitFor();
  late.resolve();
  await page.evaluate("fetch('/en/search?q=lamp').then(answer => answer.text())");
  assert.equal(searchOf(page), '?brand=Dimsdale&brand=Brightly', 'in the order of the form');
  assert.equal((await titlesOf(page)).length, 5);
  assert.equal(await page.locator('body').getAttribute('data-page'), 'the first');
  browser.assertQuiet();
});

test('what an input method composes is asked for when it is done, not before', async t => {
  const browser = await openBrowser(t, desk);
  if (browser === null) return;
  const { page, context } = browser;
  await openStopped(page, '/en/search?q=hose');
  const asked: string[] = [];
  page.on('request', request => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname === '/en/search') asked.push(searchParams.get('q') ?? '');
  });
  const box = boxOf(page);
  await box.fill('');
  const session = await context.newCDPSession(page);
  for (const text of ['t', 'te', 'tea', 'teal']) {
    await session.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
  }
  assert.equal(await box.inputValue(), 'teal');
  await page.clock.runFor(10_000);
  assert.deepEqual(asked, []);
  await session.send('Input.insertText', { text: 'teal' });
  await page.clock.runFor(150);
  await page.getByRole('heading', { level: 1, name: 'Results for “teal”' }).waitFor();
  assert.deepEqual(asked, ['teal']);
  browser.assertQuiet();
});

test('Enter shows at once what is there, also nothing; an emptied box asks for nothing', async t => {
  const browser = await openBrowser(t, desk);
  if (browser === null) return;
  const { page } = browser;
  await page.goto('/en/search?q=hose');
  const box = boxOf(page);
  await page.evaluate("document.body.dataset.page = 'the first'");
  await box.fill('xylophone');
  await box.press('Enter');
  await page.getByRole('heading', { name: 'Nothing found for “xylophone”' }).waitFor();
  assert.equal(searchOf(page), '?q=xylophone');
  assert.equal(await isFocused(page), true);
  assert.equal(await page.locator('body').getAttribute('data-page'), 'the first', 'no page was loaded anew');
  await box.fill('');
  await box.fill('hos');
  await box.press('Escape');
  await box.fill('hose');
  await page.getByRole('heading', { level: 1, name: 'Results for “hose”' }).waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: 'Nothing found for “xylophone”' }).waitFor();
  browser.assertQuiet();
});

test('on other pages the box suggests and the list stays; the form leads to the search', async t => {
  const browser = await openBrowser(t, desk);
  if (browser === null) return;
  const { page } = browser;
  await page.goto('/en/c/Home');
  const box = boxOf(page);
  await box.pressSequentially('hos');
  await page.getByRole('option', { name: /Garden hose/ }).waitFor();
  await box.fill('hose');
  await page.getByRole('option', { name: /Garden hose/ }).waitFor();
  assert.equal((await titlesOf(page)).length, 5);
  assert.equal(new URL(page.url()).pathname, '/en/c/Home');
  await box.press('Enter');
  await page.waitForURL('**/en/search?q=hose');
  browser.assertQuiet();
});

test('keys walk the suggestions, leave them for the text, and close them', async t => {
  const browser = await openBrowser(t, desk);
  if (browser === null) return;
  const { page } = browser;
  await page.goto('/en');
  const box = boxOf(page);
  const active = () => box.getAttribute('aria-activedescendant');
  await box.fill('reading');
  await page.getByRole('option').first().waitFor();
  const count = await optionsOf(page).count();
  assert.ok(count >= 2);
  await page.getByRole('status').getByText(`${count} suggestions`, { exact: true }).waitFor();
  await box.press('ArrowUp');
  assert.equal(await active(), `suggestion-${count - 1}`, 'up from the field is the last one');
  await box.press('ArrowDown');
  assert.equal(await active(), null, 'and down from there the field');
  await box.press('ArrowDown');
  assert.equal(await active(), 'suggestion-0');
  assert.equal(await page.getByRole('option', { selected: true }).count(), 1);
  await box.press('ArrowLeft');
  assert.equal(await active(), null, 'who moves the caret is in the text');
  await box.press('ArrowDown');
  await box.press('Alt+ArrowUp');
  await page.getByRole('listbox').waitFor({ state: 'hidden' });
  assert.deepEqual([await box.inputValue(), await active(), await isFocused(page)], ['reading', null, true]);
  await box.press('ArrowDown');
  await page.getByRole('option').first().waitFor();
  await box.press('Tab');
  await page.getByRole('listbox').waitFor({ state: 'hidden' });
  assert.equal(await box.getAttribute('aria-expanded'), 'false');
  browser.assertQuiet();
});

test('who walks the suggestions keeps the list that they see: a late answer for later letters changes nothing', async t => {
  const browser = await openBrowser(t, desk);
  if (browser === null) return;
  const { page } = browser;
  await page.goto('/en');
  const box = boxOf(page);
  let answer = () => {};
  const mayAnswer = new Promise<void>(resolve => {
    answer = resolve;
  });
  const asked = page.waitForRequest('**/api/suggest?q=reading');
  await page.route('**/api/suggest?q=reading', async route => {
    await mayAnswer;
    await route.continue().catch(() => {});
  });
  await box.fill('read');
  await page.getByRole('option').first().waitFor();
  const seen = await optionsOf(page).allTextContents();
  await box.fill('reading');
  await asked;
  await box.press('ArrowDown');
  answer();
  await page.waitForTimeout(300);
  assert.equal(await box.getAttribute('aria-activedescendant'), 'suggestion-0');
  assert.deepEqual(await optionsOf(page).allTextContents(), seen);
  await page.unroute('**/api/suggest?q=reading');
  await box.fill('hose');
  await page.getByRole('option', { name: /Garden hose/ }).waitFor();
  assert.equal(await box.getAttribute('aria-activedescendant'), null, 'who types on is in the field, and asks again');
  browser.assertQuiet();
});

test('the keyboard comes to the products past the filters, without JavaScript too', async t => {
  const browser = await openBrowser(t, { ...desk, javascript: false });
  if (browser === null) return;
  const { page } = browser;
  await page.goto('/en/search?q=lamp');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  const first = await page.locator('.browse-results h3 a').first().textContent();
  assert.equal(await page.locator(':focus').textContent(), first);
  await page.getByRole('searchbox', { name: 'Search products' }).fill('hose');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/en/search?q=hose');
  assert.deepEqual(await titlesOf(page), ['Garden hose']);
  browser.assertQuiet();
});

test('matches are marked in titles, and a title is never markup', async t => {
  const browser = await openBrowser(t, { ...desk, colorScheme: 'dark' });
  if (browser === null) return;
  const { page } = browser;
  await page.goto('/en/search?q=desk+lamps');
  const card = page.getByRole('link', { name: 'Desk-lamp <b>bold</b> & bright' });
  assert.deepEqual(await card.locator('mark').allTextContents(), ['Desk-lamp']);
  await boxOf(page).fill('b bold');
  await page.getByRole('heading', { level: 1, name: 'Results for “b bold”' }).waitFor();
  assert.deepEqual(await card.locator('mark').allTextContents(), ['b', 'bold', 'b']);
  await checkAccessibility(page);
  browser.assertQuiet();
});

for (const look of [
  { viewport: 'desktop', colorScheme: 'light' },
  { viewport: 'phone', colorScheme: 'dark' },
] as const) {
  test(`an empty list says what keeps its products back and leads there, on a ${look.viewport}`, async t => {
    const browser = await openBrowser(t, { ...desk, ...look });
    if (browser === null) return;
    const { page } = browser;
    await page.goto('/en/search?q=lamp&brand=Brightly&price_min=9000');
    await page.getByRole('heading', { name: 'Nothing for “lamp” fits these filters' }).waitFor();
    await page.getByText('Without them you see 3 products.').waitFor();
    await checkAccessibility(page);
    const over = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    assert.equal(over, 0);
    await shot(page, `searching-nothing-${look.viewport}-${look.colorScheme}`);
    assert.equal(await page.getByRole('link', { name: /^Without “Brightly”/ }).count(), 0, 'there is nothing either');
    const shelf = page.getByRole('region', { name: 'In stock right now' });
    assert.equal(await shelf.getByRole('listitem').count(), 5);
    const way = page.getByRole('link', { name: /^Without “\$90\.00 and more” 2 products$/ });
    await way.click();
    await page.getByRole('status').getByText('2 products').waitFor();
    assert.equal(searchOf(page), '?q=lamp&brand=Brightly');
    browser.assertQuiet();
  });
}
