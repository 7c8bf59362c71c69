// Goal: a shop with Stripe takes cards on its pages, each once, and has never seen their numbers; what goes wrong with
// a card is told beside it, and the goods stay held. Method: Chromium against doubles of Stripe's API and of Stripe.js,
// each page under its own Content-Security-Policy; what was charged is read in the double's books.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { startStripeDouble } from '../doubles/stripe.ts';
import { routeStripeJs } from '../doubles/stripe-js.ts';
import { checkAccessibility } from '../support/accessibility.ts';
import { type BrowserOptions, openBrowser, shot } from '../support/browser.ts';
import { statusesOf } from '../support/buyer.ts';
import { address, assertAudit, newProduct } from '../support/client.ts';
import { freePort } from '../support/free-port.ts';
import { atPayStep, payButton } from '../support/pay-step.ts';
import { startTestShop } from '../support/shop.ts';

const double = await startStripeDouble({ after });
const environment = {
  // A bank leads back to an address that is known before the shop listens.
  PORT: String(await freePort()),
  STRIPE_SECRET_KEY: double.secretKey,
  STRIPE_WEBHOOK_SECRET: double.webhookSecret,
  STRIPE_PUBLISHABLE_KEY: 'pk_test_double',
  STRIPE_API_URL: double.url,
};
const shop = await startTestShop({ after }, { environment });
double.setWebhookUrl(`${shop.url}/api/webhooks/payments/stripe`);

const VISA = '4242 4242 4242 4242';
const DECLINED = '4000 0000 0000 9995';
const CHALLENGED = '4000 0000 0000 3220';
/** 2999 + 599 shipping + tax 217 + 43. */
const TOTAL = 3858;

const screens = {
  phone: { viewport: 'phone', colorScheme: 'light', javascript: true },
  desk: { viewport: 'desktop', colorScheme: 'dark', javascript: true },
  still: { viewport: 'desktop', colorScheme: 'light', javascript: false },
} as const;

async function openPayer(t: Parameters<typeof openBrowser>[0], screen: Omit<BrowserOptions, 'url'>) {
  const browser = await openBrowser(t, { ...screen, url: shop.url });
  if (browser === null) return null;
  const stripeJs = await routeStripeJs(browser.context);
  const sent: string[] = [];
  browser.page.on('request', request => {
    if (request.url().startsWith(shop.url)) sent.push(`${request.url()} ${request.postData() ?? ''}`);
  });
  return { ...browser, stripeJs, sent };
}

const cardWay = (page: Page) => page.getByRole('radio', { name: /^(Card via|Karte über) Stripe/ });

async function typeCard(page: Page, number: string): Promise<void> {
  await cardWay(page).check();
  await page.frameLocator('.card-box iframe').getByLabel('Card number').fill(number);
}

async function payBy(page: Page, number: string): Promise<void> {
  await typeCard(page, number);
  await payButton(page).click();
}

/** Sums that were set aside and taken for the order whose page it is. */
function charged(page: Page): [number, number][] {
  const order_id = /\/orders\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? '';
  return double.chargesOf(order_id).map(({ amount, amount_captured }) => [amount, amount_captured]);
}

describe('a card by Stripe', () => {
  for (const [name, screen] of [['on a phone', screens.phone] as const, ['on a desk', screens.desk] as const]) {
    test(`pays ${name}: a double click is one order and one capture, and its number was never sent here`, {
      timeout: 120_000,
    }, async t => {
      const payer = await openPayer(t, screen);
      if (payer === null) return;
      const { page, sent, stripeJs } = payer;
      const { product_id } = await atPayStep(shop, payer);
      await typeCard(page, VISA);
      await checkAccessibility(page);
      await shot(page, `card-${screen.viewport}-${screen.colorScheme}`);
      await payButton(page).dblclick();
      await page.getByText('Thank you!').waitFor();
      assert.deepEqual(charged(page), [[TOTAL, TOTAL]]);
      assert.deepEqual(await statusesOf(shop, product_id), ['CONFIRMED']);
      const count = (ending: string) => stripeJs.asked.filter(url => url.endsWith(ending)).length;
      assert.deepEqual(['/endive/stripe.js', '/card.html', '/payment_methods'].map(count), [1, 1, 1]);
      const paid = sent.filter(each => each.includes('/pay '));
      assert.equal(paid.length, 1);
      assert.match(paid[0]!, /stripe_token=pm_card_visa(&|$)/);
      assert.ok(!/4242( |\+|%20)?4242/.test(sent.join('\n')), 'a card number went to the shop');
      payer.assertQuiet();
    });
  }

  test('that is declined says why, and another one pays under the same hold', { timeout: 120_000 }, async t => {
    const payer = await openPayer(t, screens.phone);
    if (payer === null) return;
    const { page } = payer;
    const { product_id } = await atPayStep(shop, payer);
    payer.allow(/\/pay$/, 402);
    await payBy(page, DECLINED);
    await page.getByRole('alert').getByText('There is not enough money on this card.').waitFor();
    await page.getByText(/^Held for you for 1\d:\d\d more\.$/).waitFor();
    await shot(page, 'card-declined');
    await page.reload();
    await page.getByRole('alert').getByText('There is not enough money on this card.').waitFor();
    assert.deepEqual(await statusesOf(shop, product_id), ['PAYMENT_FAILED']);
    assert.equal(await page.locator('[name="stripe_token"]').inputValue(), '');
    await payBy(page, VISA);
    await page.getByText('Thank you!').waitFor();
    assert.deepEqual(charged(page), [[TOTAL, TOTAL]]);
    assert.deepEqual(await statusesOf(shop, product_id), ['PAYMENT_FAILED', 'CONFIRMED']);
    payer.assertQuiet();
  });

  test('sent again from the memory of the browser is the same payment, and another card is another', {
    timeout: 120_000,
  }, async t => {
    const payer = await openPayer(t, screens.phone);
    if (payer === null) return;
    const { page, context, stripeJs } = payer;
    const { product_id } = await atPayStep(shop, payer);
    const keys: (string | null)[] = [];
    // The shop has done it, and the page stays where it was.
    await context.route(/\/pay$/, async route => {
      keys.push(new URLSearchParams(route.request().postData() ?? '').get('_key'));
      if (keys.length > 2) return route.continue();
      await route.fetch({ maxRedirects: 0 });
      await route.fulfill({ status: 204 });
    });
    const sendAgain = async (number: string | null) => {
      await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
      if (number === null) await payButton(page).click();
      else await payBy(page, number);
    };
    await Promise.all([page.waitForResponse(/\/pay$/), payBy(page, DECLINED)]);
    await Promise.all([page.waitForResponse(/\/pay$/), sendAgain(null)]);
    assert.deepEqual(await statusesOf(shop, product_id), ['PAYMENT_FAILED']);
    await sendAgain(VISA);
    await page.getByText('Thank you!').waitFor();
    assert.deepEqual(charged(page), [[TOTAL, TOTAL]]);
    assert.deepEqual(await statusesOf(shop, product_id), ['PAYMENT_FAILED', 'CONFIRMED']);
    assert.equal(stripeJs.asked.filter(url => url.endsWith('/payment_methods')).length, 2);
    assert.deepEqual([keys.length, keys[0] === keys[1], keys[0] === keys[2]], [3, true, false]);
    payer.assertQuiet();
  });

  test('that is not right is told beside it, nothing is sent, and mended it pays', { timeout: 120_000 }, async t => {
    const payer = await openPayer(t, screens.desk);
    if (payer === null) return;
    const { page, sent } = payer;
    const { product_id } = await atPayStep(shop, payer);
    payer.allow('https://api.stripe.com/v1/payment_methods', 402);
    await payBy(page, '4242');
    await page.getByRole('alert').getByText('The number of this card is not complete.').waitFor();
    await payBy(page, '4242 4242 4242 4241');
    await page.getByRole('alert').getByText('The number of this card is not right.').waitFor();
    assert.equal(await payButton(page).isEnabled(), true);
    assert.match((await payButton(page).textContent()) ?? '', /^Pay \$38\.58 now$/);
    await checkAccessibility(page);
    await shot(page, 'card-wrong');
    assert.deepEqual(await statusesOf(shop, product_id), []);
    assert.ok(!sent.some(each => each.includes('/pay ')), 'nothing was sent');
    await payBy(page, VISA);
    await page.getByText('Thank you!').waitFor();
    assert.deepEqual(charged(page), [[TOTAL, TOTAL]]);
    payer.assertQuiet();
  });

  test('is told of in German too', { timeout: 120_000 }, async t => {
    const payer = await openPayer(t, screens.phone);
    if (payer === null) return;
    const { page } = payer;
    await atPayStep(shop, payer, 'de');
    await typeCard(page, '4242');
    await page.getByRole('button', { name: /bezahlen$/ }).click();
    await page.getByRole('alert').getByText('Die Nummer dieser Karte ist nicht vollständig.').waitFor();
    await shot(page, 'card-wrong-de');
    payer.assertQuiet();
  });

  test('whose bank wants a word leads there and back, and is confirmed by itself', { timeout: 120_000 }, async t => {
    const payer = await openPayer(t, screens.desk);
    if (payer === null) return;
    const { page } = payer;
    const { product_id } = await atPayStep(shop, payer);
    await payBy(page, CHALLENGED);
    await page.getByText('Your bank wants you to confirm').waitFor();
    assert.deepEqual(charged(page), []);
    await page.getByRole('link', { name: 'Continue to your bank' }).click();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.waitForURL(/\/en\/orders\/.*back=1/);
    await page.getByText('Thank you!').waitFor();
    assert.deepEqual(charged(page), [[TOTAL, TOTAL]]);
    assert.deepEqual(await statusesOf(shop, product_id), ['CONFIRMED']);
    payer.assertQuiet();
  });

  test('pays on the page of buy-now, where a look at the sums reads no card', { timeout: 120_000 }, async t => {
    const payer = await openPayer(t, screens.phone);
    if (payer === null) return;
    const { page, stripeJs } = payer;
    const { product_id } = await newProduct(shop, { stock: 1 });
    await page.goto(`/en/p/${product_id}/-`);
    assert.equal(stripeJs.asked.length, 0, 'other pages load nothing of it');
    await page.getByRole('button', { name: /Buy now/ }).click();
    await page.getByLabel('E-mail').fill('guest@example.com');
    const fields = page.getByRole('group', { name: 'Delivery address' });
    await fields.getByLabel('Full name').fill(address.name);
    await fields.getByLabel('Street and number').fill(address.line1);
    await fields.getByLabel('Postcode or ZIP').fill(address.postal_code);
    await fields.getByLabel('Town or city').fill(address.city);
    await fields.getByLabel('State, province or county').fill(address.region);
    await fields.getByLabel('Country').selectOption('US');
    await typeCard(page, VISA);
    await page.getByText('$38.58').waitFor();
    assert.ok(!stripeJs.asked.some(url => url.endsWith('/payment_methods')));
    await shot(page, 'card-buy-now');
    await page.getByRole('button', { name: 'Buy now' }).click();
    await page.getByText('Thank you!').waitFor();
    assert.deepEqual(charged(page), [[TOTAL, TOTAL]]);
    assert.deepEqual(await statusesOf(shop, product_id), ['CONFIRMED']);
    payer.assertQuiet();
  });
});

test('where Stripe.js can not be loaded it is told, and another way pays', { timeout: 120_000 }, async t => {
  const payer = await openPayer(t, screens.phone);
  if (payer === null) return;
  const { page } = payer;
  payer.stripeJs.goAway();
  const { product_id } = await atPayStep(shop, payer);
  await cardWay(page).check();
  const told = page.getByRole('alert').getByText(/^The form for cards can not be loaded just now\./);
  await told.waitFor();
  await payButton(page).click();
  await told.waitFor();
  assert.equal(await payButton(page).isEnabled(), true);
  await shot(page, 'card-unloaded');
  assert.deepEqual(await statusesOf(shop, product_id), []);
  await page.getByRole('radio', { name: /^Wallet/ }).check();
  await payButton(page).click();
  await page.getByText('Thank you!').waitFor();
  assert.deepEqual(charged(page), []);
  assert.deepEqual(await statusesOf(shop, product_id), ['CONFIRMED']);
});

test('without JavaScript the way says that it needs it, and is refused with that word', {
  timeout: 120_000,
}, async t => {
  const payer = await openPayer(t, screens.still);
  if (payer === null) return;
  const { page, stripeJs } = payer;
  const { product_id } = await atPayStep(shop, payer);
  await cardWay(page).check();
  await page.getByText(/^To pay by card here, your browser needs JavaScript\./).waitFor();
  await shot(page, 'card-no-script');
  payer.allow(/\/pay$/, 400);
  await payButton(page).click();
  await page
    .getByRole('alert')
    .getByText(/^Your card was not read, and nothing was charged\./)
    .waitFor();
  await shot(page, 'card-no-script-refused');
  assert.deepEqual(await statusesOf(shop, product_id), []);
  assert.deepEqual(stripeJs.asked, []);
  await page.getByRole('radio', { name: /^Wallet/ }).check();
  await payButton(page).click();
  await page.getByText('Thank you!').waitFor();
  assert.deepEqual(await statusesOf(shop, product_id), ['CONFIRMED']);
  payer.assertQuiet();
});

test('every invariant holds after all of this', () => assertAudit(shop));
