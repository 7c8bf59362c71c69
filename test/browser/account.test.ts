// Goal: a person makes an account, keeps it and erases it in a real browser: on a phone and at a desk, with JavaScript
// and without, without a line in the console. Method: the journey by what people see, roles and names.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { checkAccessibility } from '../support/accessibility.ts';
import { openBrowser, shot } from '../support/browser.ts';
import { createClient, eventually } from '../support/client.ts';
import { startTestShop } from '../support/shop.ts';
import { newPerson } from '../support/staff-reader.ts';

const shop = await startTestShop({ after });
const PASSWORD = 'correct horse battery';
const OTHER = 'seven lamps, one wick';

const heading = (page: Page, name: string) => page.getByRole('heading', { name, level: 1 }).waitFor();
const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true });
const press = (page: Page, name: string) => page.getByRole('main').getByRole('button', { name, exact: true }).click();

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.goto('/en/login');
  await field(page, 'E-mail').fill(email);
  await field(page, 'Password').fill(password);
  await press(page, 'Sign in');
}

/** From the overview to an address that is saved and removed again. */
async function keepAddress(page: Page, look: (what: string) => Promise<void>): Promise<void> {
  await page.getByRole('link', { name: 'Addresses' }).click();
  await page.getByRole('link', { name: 'Add an address' }).click();
  await field(page, 'Street and number').fill('1 Main Street');
  await field(page, 'Postcode or ZIP').fill('90001');
  await field(page, 'Town or city').fill('Springfield');
  await field(page, 'State, province or county').fill('California');
  await page.getByRole('combobox', { name: 'Country' }).selectOption('United States');
  await look('address-form');
  await press(page, 'Save the address');
  await page.getByText('The address is saved.').waitFor();
  await look('addresses');
  await page.getByRole('link', { name: 'Remove the address 1 Main Street' }).click();
  await look('address-removal');
  await press(page, 'Remove');
  await page.getByText('No addresses yet').waitFor();
}

const ways = [
  { viewport: 'phone', javascript: true, colorScheme: 'dark' },
  { viewport: 'phone', javascript: false, colorScheme: 'light' },
  { viewport: 'desktop', javascript: true, colorScheme: 'light' },
  { viewport: 'desktop', javascript: false, colorScheme: 'dark' },
] as const;

describe('an account from its first to its last day', () => {
  for (const way of ways) {
    const name = `${way.viewport} ${way.javascript ? 'with' : 'without'} JavaScript`;
    test(`on a ${name}`, { timeout: 180_000 }, async t => {
      const browser = await openBrowser(t, { ...way, url: shop.url });
      if (browser === null) return;
      const { page } = browser;
      const email = `ada-${randomUUID()}@example.com`;
      // The two with JavaScript are one in light and one in dark; the same pages are not looked at twice.
      const look = async (what: string) => {
        if (way.javascript) await checkAccessibility(page);
        await shot(page, `account-${what}-${name.replaceAll(' ', '-')}`);
      };

      await page.goto('/en/account');
      await heading(page, 'Welcome back');
      await page.getByRole('link', { name: 'Create an account' }).click();
      await field(page, 'Your name').fill('Ada Example');
      await field(page, 'E-mail').fill(email);
      await field(page, 'Password').fill('password123');
      browser.allow('/en/signup', 400);
      await press(page, 'Create an account');
      await page.getByRole('alert').waitFor();
      await look('signup-refused');
      await field(page, 'Password').fill(PASSWORD);
      await press(page, 'Create an account');
      await heading(page, 'Hello, Ada Example');
      await look('overview');

      await keepAddress(page, look);
      await page.goto('/en/account/profile');
      await page.getByRole('region', { name: 'Password' }).getByLabel('Current password').fill(PASSWORD);
      await field(page, 'New password').fill(OTHER);
      await press(page, 'Change the password');
      await page.getByText('Your password is changed').waitFor();
      await look('profile');

      await page.goto('/en/logout');
      await look('logout');
      await press(page, 'Sign out');
      await page.waitForURL(`${shop.url}/en`);
      browser.allow('/en/login', 401);
      await signIn(page, email, PASSWORD);
      await page.getByRole('alert').getByText('The e-mail or the password is not right').waitFor();
      assert.equal(await field(page, 'E-mail').inputValue(), email);
      await look('login-refused');
      await signIn(page, email, OTHER);
      await heading(page, 'Hello, Ada Example');

      await page.getByRole('link', { name: 'Privacy and devices' }).click();
      await look('privacy');
      await page.getByRole('link', { name: 'Erase my account' }).click();
      await look('erase');
      await field(page, 'Type your e-mail to confirm').fill(email);
      await press(page, 'Erase my account');
      await heading(page, 'Goodbye, and thank you');
      await look('goodbye');
      const { status } = await createClient(shop.url).post('/api/account/login', { email, password: OTHER });
      assert.equal(status, 401);
      browser.assertQuiet();
    });
  }
});

test('a forgotten password is replaced from the mail, by a page that tells its address to nobody', async t => {
  const browser = await openBrowser(t, { viewport: 'phone', javascript: true, colorScheme: 'light', url: shop.url });
  if (browser === null) return;
  const { page } = browser;
  const { email } = await newPerson(shop, 'customer');
  await page.goto('/de/login');
  await page.getByRole('link', { name: 'Passwort vergessen?' }).click();
  await checkAccessibility(page);
  await field(page, 'E-Mail').fill(email);
  await press(page, 'Link schicken');
  await page.getByRole('heading', { name: 'Sehen Sie in Ihr Postfach' }).waitFor();
  await checkAccessibility(page);
  const link = await eventually('the mail', async () => {
    const { body } = await createClient(shop.url).get(`/dev/mail.json?to=${encodeURIComponent(email)}`);
    const texts = body.items.map(({ text }: { text: string }) => text) as string[];
    return texts.flatMap(text => text.match(/http\S+reset\?token=\S+/) ?? [])[0];
  });
  const { pathname, search } = new URL(link);
  await page.goto(`/de${pathname}${search}`);
  await field(page, 'Neues Passwort').fill(OTHER);
  await checkAccessibility(page);
  const posted = page.waitForRequest(request => request.method() === 'POST');
  await press(page, 'Neues Passwort setzen');
  assert.equal((await (await posted).allHeaders()).referer, undefined);
  await page.getByText('Ihr neues Passwort gilt').waitFor();
  browser.assertQuiet();
});

test('a password is shown on demand, and a double click signs in once', async t => {
  const browser = await openBrowser(t, { viewport: 'desktop', javascript: true, colorScheme: 'light', url: shop.url });
  if (browser === null) return;
  const { page } = browser;
  const person = await newPerson(shop, 'customer');
  await page.goto('/en/login');
  await field(page, 'E-mail').fill(person.email);
  await field(page, 'Password').fill(person.password);
  const type = () => field(page, 'Password').getAttribute('type');
  assert.equal(await type(), 'password');
  await press(page, 'Show');
  assert.equal(await type(), 'text');
  await press(page, 'Hide');
  assert.equal(await type(), 'password');
  let logins = 0;
  page.on('request', request => {
    if (request.method() === 'POST') logins += 1;
  });
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).dblclick();
  await heading(page, 'Hello, A customer');
  assert.equal(logins, 1);
  browser.assertQuiet();
});

test('who runs the shop finds the way to their desk in the head of every page', async t => {
  const browser = await openBrowser(t, { viewport: 'desktop', javascript: true, colorScheme: 'light', url: shop.url });
  if (browser === null) return;
  const { page } = browser;
  const { email, password } = await newPerson(shop, 'staff');
  await signIn(page, email, password);
  const desk = page.getByRole('banner').getByRole('link', { name: 'Admin' });
  assert.equal(await desk.getAttribute('href'), '/en/admin');
  await checkAccessibility(page);
  browser.assertQuiet();
});
