// Goal: a seller fills a shop from the desk: a product with an uploaded picture that shoppers see, and a file of them
// with its progress and what was wrong in it. Method: Chromium, by role and name, with and without JavaScript.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { checkAccessibility } from '../support/accessibility.ts';
import { openBrowser } from '../support/browser.ts';
import { createClient, eventually } from '../support/client.ts';
import { halves } from '../support/pictures.ts';
import { startTestShop, type TestShop } from '../support/shop.ts';
import { newPerson, type Somebody } from '../support/staff-reader.ts';

let shop: TestShop;
let person: Somebody;
const later: (() => Promise<void>)[] = [];

before(async () => {
  shop = await startTestShop({ after: work => void later.push(work) });
  const { body } = await createClient(shop.url, shop.adminKey).post('/api/admin/sellers', { name: 'Lanterns & Co' });
  person = await newPerson(shop, 'seller', body.seller_id);
});
after(async () => {
  for (const end of later) await end();
});

async function signIn(page: Page): Promise<void> {
  await page.goto('/en/login');
  const main = page.getByRole('main');
  await main.getByLabel('E-mail').fill(person.email);
  await main.getByLabel('Password', { exact: true }).fill(person.password);
  await main.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(url => !url.pathname.endsWith('/login'));
}

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });
const widthOf = (image: unknown) => (image as { naturalWidth: number }).naturalWidth;
const png = async () => ({
  name: 'lantern.png',
  mimeType: 'image/png',
  buffer: await halves({ width: 640, height: 480 }),
});

for (const javascript of [true, false]) {
  const how = javascript ? 'with JavaScript' : 'without JavaScript';

  describe(`a seller ${how}`, () => {
    test('creates a product with a picture, and shoppers see it', async t => {
      const browser = await openBrowser(t, { viewport: 'desktop', javascript, colorScheme: 'light', url: shop.url });
      if (browser === null) return;
      const { page } = browser;
      await signIn(page);
      await page.goto('/en/seller/products');
      await page.getByRole('link', { name: 'New product' }).first().click();
      const title = `Storm lantern ${how}`;
      await page.getByLabel('Title').fill(title);
      await page.getByLabel('Category').fill('Garden > Lanterns');
      await page.getByLabel('Price in USD').fill('34.50');
      await page.getByLabel('Name of detail 1').fill('hours');
      await page.getByLabel('Value of detail 1').fill('12');
      await page.getByLabel('Kind of detail 1').selectOption('Number');
      await page.getByLabel('Upload pictures').setInputFiles(await png());
      if (javascript) {
        await page.getByText('Uploaded. Save the product to keep the picture.').waitFor();
        await page.getByLabel('Address of picture').last().waitFor();
        await page.getByRole('button', { name: 'Add a row' }).click();
        await page.getByLabel('Value of detail 6').fill('nameless');
      } else await page.getByLabel('Value of detail 2').fill('nameless');
      await page.getByRole('button', { name: 'Create' }).click();

      // A row without a name: told, and nothing that was written is lost.
      await page.getByText('This row has no name.').waitFor();
      await checkAccessibility(page);
      await page.getByLabel('Value of detail 2').fill('');
      await page.getByRole('button', { name: 'Create' }).click();
      await heading(page, title).waitFor();
      await page.getByText('The product is in the shop.').waitFor();
      await checkAccessibility(page);

      const address = page.url();
      await page.getByRole('link', { name: 'Manage stock' }).click();
      await page.getByRole('spinbutton', { name: 'Units', exact: true }).fill('7');
      await page.getByRole('button', { name: 'Take in' }).click();
      await page.getByText('The units are in stock.').waitFor();
      await checkAccessibility(page);
      await page.goto(address);
      await page.getByRole('link', { name: 'Take out of the shop' }).click();
      await heading(page, 'Take out of the shop?').waitFor();
      await checkAccessibility(page);
      await page.getByRole('link', { name: 'No, keep it' }).click();
      await page.getByRole('link', { name: 'See it in the shop' }).click();
      await heading(page, title).waitFor();
      await page.getByText('$34.50').first().waitFor();
      const picture = page.locator('main img').first();
      assert.match((await picture.getAttribute('src')) ?? '', /^\/images\/products\/.*-640x480\.webp$/);
      await eventually('the picture is drawn', async () => Number(await picture.evaluate(widthOf)) > 0);
      browser.allow(/\/en\/seller\/products\/new$/, 400);
      browser.assertQuiet();
    });

    test('imports a file with one bad line, and sees the progress and the report', async t => {
      const browser = await openBrowser(t, { viewport: 'phone', javascript, colorScheme: 'dark', url: shop.url });
      if (browser === null) return;
      const { page } = browser;
      await signIn(page);
      await page.goto('/en/seller/imports');
      await checkAccessibility(page);
      await page.getByLabel(/^Doorbuster/).check();
      await page.getByLabel('File').setInputFiles({ name: 'lamps.csv', mimeType: 'text/csv', buffer: csv(how) });
      await page.getByRole('button', { name: 'Start import' }).click();
      await page.waitForURL(/\/imports\/[0-9a-f-]{36}/);
      await page.getByRole('progressbar', { name: 'Progress of the import' }).waitFor();
      await page.getByText('All 3,001 rows were read.').waitFor({ timeout: 60_000 });
      const report = page.getByRole('table', { name: 'Rejected rows' });
      assert.deepEqual(await report.getByRole('rowheader').allTextContents(), ['1,502']);
      await page.getByRole('link', { name: 'Download as CSV' }).waitFor();
      await checkAccessibility(page);
      await page.getByRole('link', { name: 'To the products' }).click();
      await heading(page, 'Products').waitFor();
      browser.assertQuiet();
    });
  });
}

/** 3,000 good rows, and in their middle one without a title. */
function csv(how: string): Buffer {
  const row = (number: number) => `${how}-${number},Lamp ${number} ${how},Home > Lamps,${10 + (number % 50)}.00 USD`;
  const rows = Array.from({ length: 3000 }, (_, index) => row(index + 1));
  rows.splice(1500, 0, `${how}-bad,,Home > Lamps,10.00 USD`);
  return Buffer.from(['external_id,title,category_path,price', ...rows, ''].join('\n'));
}
