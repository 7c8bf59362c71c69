// Goal: every page is quiet (no console error, no failed request), has no accessibility violation in light and in dark,
// and fits its screen. Method: a shop with a little of everything, walked by each role in Chromium.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { signWebhook } from '#platform/webhook-signature';
import { checkAccessibility } from '../support/accessibility.ts';
import { openBrowser, shot } from '../support/browser.ts';
import { address, type Client, card, createClient, eventually, newGuest, newProduct } from '../support/client.ts';
import { type ShopForm, startTestShop, type TestShop } from '../support/shop.ts';
import { newPerson } from '../support/staff-reader.ts';

interface Filled {
  product: { product_id: string; title: string };
  soldOut: { product_id: string };
  order: string;
  sellerOrder: string;
  customer: Client;
  seller: Client;
  sellerProduct: { product_id: string };
  staff: Client;
  user_id: string;
  checkout: string;
  webhook: string;
}

let shop: TestShop;
let filled: Filled;
const later: (() => Promise<void>)[] = [];

before(async () => {
  const form: ShopForm = 'joined';
  shop = await startTestShop({ after: work => void later.push(work) }, { form });
  filled = await fill();
});
after(async () => {
  for (const end of later) await end();
});

const pictures = ['pan-teal-387874-1', 'book-teal-662903-1', 'kettle-black-657640-1', 'hose-green-226035-1'];

/** Products with and without pictures, reviews, stock, orders in several states, a seller with an own order. */
async function fill(): Promise<Filled> {
  const admin = createClient(shop.url, shop.adminKey);
  const made = [];
  for (let n = 0; n < 8; n += 1) {
    const images = n === 7 ? [] : [`/images/demo/${pictures[n % pictures.length]}.svg`];
    const more = {
      images,
      brand: n % 2 === 0 ? 'Brightly' : 'Dimsdale',
      description: 'A good lamp.\n\nIt gives light.',
      attributes: { color: n % 2 === 0 ? 'teal' : 'black', dimmable: true, watts: 5 + n },
      category_path: n < 4 ? ['Home', 'Lamps'] : ['Garden', 'Lights'],
      prime: n % 3 === 0,
    };
    made.push(await newProduct(shop, { stock: n === 6 ? 0 : 20, price: 1000 + 500 * n, more }));
  }
  const [product, , , , , , soldOut] = made as [Filled['product'], ...Filled['product'][]];
  const customerPerson = await newPerson(shop, 'customer');
  const seller = (await admin.post('/api/admin/sellers', { name: 'Lanterns & Co' })).body;
  const sellerPerson = await newPerson(shop, 'seller', seller.seller_id);
  const staffPerson = await newPerson(shop, 'staff');
  const [customer, sellerClient, staff] = await Promise.all([customerPerson, sellerPerson, staffPerson].map(signIn));
  const sellerProduct = await newProduct(shop, { stock: 30, more: { seller_id: seller.seller_id } });
  await customer!.post(`/api/products/${product.product_id}/reviews`, {
    rating: 4,
    title: 'Bright',
    body: 'I can read.',
  });
  await customer!.post('/api/me/addresses', address);
  const buy = async (who: Client, product_id: string) => {
    const body = { product_id, quantity: 1, shipping_method: 'standard', shipping_address: address, payment: card() };
    const bought = await who.post('/api/buy-now', body);
    assert.equal(bought.status, 201, JSON.stringify(bought.body));
    return bought.body.order_id as string;
  };
  const order = await buy(customer!, product.product_id);
  const sellerOrder = await buy(customer!, sellerProduct.product_id);
  await customer!.post('/api/cart/items', { product_id: product.product_id, quantity: 2 });
  const { body: checkout } = await customer!.post('/api/checkouts', {
    shipping_address: address,
    shipping_method: 'standard',
  });
  await eventually('the products are found', async () => {
    const { body } = await (await newGuest(shop)).get('/api/search?q=lamp');
    return body.total >= 9;
  });
  return {
    product: product!,
    soldOut: soldOut!,
    order,
    sellerOrder,
    customer: customer!,
    seller: sellerClient!,
    sellerProduct,
    staff: staff!,
    user_id: customerPerson.user_id,
    checkout: checkout.checkout_id,
    webhook: await tellLie(order),
  };
}

/** A webhook that contradicts our record; answers its id. */
async function tellLie(order_id: string): Promise<string> {
  const event_id = 'evt_of_a_liar';
  const data = { order_id, amount: 1, currency: 'USD' };
  const body = JSON.stringify({ event_id, type: 'payment.captured', created_at: '2026-01-01T00:00:00Z', data });
  const signature = signWebhook({ secret: 'test-simulator-secret', rawBody: body, nowMs: Date.now() });
  assert.equal(
    (await createClient(shop.url).post('/api/webhooks/payments/simulator', body, { signature })).status,
    200,
  );
  const admin = createClient(shop.url, shop.adminKey);
  await eventually('it is looked at', async () => {
    const { body: webhook } = await admin.get(`/api/admin/webhooks/simulator/${event_id}`);
    return webhook.state === 'stuck';
  });
  return event_id;
}

async function signIn({ email, password }: { email: string; password: string }): Promise<Client> {
  const anonymous = createClient(shop.url);
  const { body } = await anonymous.post('/api/account/login', { email, password });
  return anonymous.as(body.token);
}

type Role = 'guest' | 'customer' | 'seller' | 'staff';

/** The pages of a role; a `404` before an address says that it is one. */
function pagesOf(role: Role): string[] {
  if (role === 'guest' || role === 'customer') return role === 'guest' ? guestPages() : customerPages();
  return role === 'seller' ? sellerPages() : staffPages();
}
function guestPages(): string[] {
  const { product, soldOut } = filled;
  return [
    '/en',
    '/de',
    '/en/c/Home',
    '/en/c/Garden/Lights',
    '/en/search?q=lamp',
    '/en/search?q=lamp&brand=Brightly&sort=price_asc',
    '/en/search?q=zzzzqqqq',
    '/de/search?q=lapm',
    '/de/search?q=lamp&brand=Brightly&prime=true&price_min=999900',
    `/en/p/${product.product_id}/-`,
    `/de/p/${product.product_id}/-`,
    `/en/p/${soldOut.product_id}/-`,
    '/en/cart',
    '/en/login',
    '/en/signup',
    '/en/account/reset',
    '/en/orders',
    `/en/buy-now?product_id=${product.product_id}&quantity=1`,
    '404 /en/nowhere',
    '/dev/design',
  ];
}

function customerPages(): string[] {
  const { product, order, checkout } = filled;
  return [
    '/en/cart',
    '/en/checkout',
    `/en/checkout/${checkout}`,
    `/de/checkout/${checkout}`,
    '/en/orders',
    `/en/orders/${order}`,
    '/en/account',
    '/en/account/addresses',
    '/en/account/profile',
    '/en/account/privacy',
    `/en/p/${product.product_id}/review`,
    `/en/buy-now?product_id=${product.product_id}&quantity=1`,
  ];
}

function sellerPages(): string[] {
  const { sellerProduct, sellerOrder } = filled;
  return [
    '/en/seller',
    '/en/seller/products',
    '/en/seller/products/new',
    `/en/seller/products/${sellerProduct.product_id}`,
    '/en/seller/stock',
    '/en/seller/orders',
    `/en/seller/orders/${sellerOrder}`,
    '/en/seller/imports',
  ];
}

function staffPages(): string[] {
  const { product, order, user_id, webhook } = filled;
  return [
    '/en/admin',
    '/en/admin/orders',
    `/en/admin/orders/${order}`,
    '/en/admin/products',
    '/en/admin/products/new',
    `/en/admin/products/${product.product_id}`,
    '/en/admin/imports',
    '/en/admin/stock',
    `/en/admin/stock/${product.product_id}`,
    '/en/admin/warehouses',
    '/en/admin/synonyms?words=flat+screen+tv',
    '/de/admin/synonyms?words=zzz',
    '/en/admin/sellers',
    '/en/admin/people',
    `/en/admin/people/${user_id}`,
    '/en/admin/reviews',
    '/en/admin/mails',
    '/en/admin/operations',
    '/en/admin/stuck',
    '/en/admin/webhooks',
    '/de/admin/webhooks?state=stuck',
    `/en/admin/webhooks/simulator/${webhook}`,
    '/en/admin/audit',
    '/en/admin/books',
    '/de/admin',
  ];
}

const looks = [
  { viewport: 'desktop', colorScheme: 'light' },
  { viewport: 'phone', colorScheme: 'dark' },
  { viewport: 'phone', colorScheme: 'light' },
  { viewport: 'desktop', colorScheme: 'dark' },
] as const;

for (const role of ['guest', 'customer', 'seller', 'staff'] as const) {
  describe(`the pages of a ${role}`, () => {
    for (const look of looks) {
      test(`are quiet, accessible and fit, on a ${look.viewport} in ${look.colorScheme}`, {
        timeout: 240_000,
      }, async t => {
        const browser = await openBrowser(t, { ...look, javascript: true, url: shop.url });
        if (browser === null) return;
        const { page, context } = browser;
        const token = role === 'guest' ? undefined : filled[role].token;
        if (token !== undefined) await context.addCookies([{ name: 'session', value: token, url: shop.url }]);
        const faults: string[] = [];
        for (const wanted of pagesOf(role)) {
          const isMissing = wanted.startsWith('404 ');
          const path = isMissing ? wanted.slice(4) : wanted;
          if (isMissing) browser.allow(path, 404);
          // An event stream never ends, so a page is there when it has been drawn.
          const answer = await page.goto(path, { waitUntil: 'load' });
          if (answer?.status() !== (isMissing ? 404 : 200)) faults.push(`${path}: ${answer?.status()}`);
          const over = await page.evaluate(
            'document.documentElement.scrollWidth - document.documentElement.clientWidth',
          );
          if (Number(over) > 0) faults.push(`${path}: wider than the screen by ${over}`);
          await checkAccessibility(page).catch(error => faults.push((error as Error).message));
          await shot(page, `${role}${path.replaceAll(/[^a-z0-9]+/gi, '-')}-${look.viewport}-${look.colorScheme}`);
        }
        assert.equal(faults.join('\n'), '');
        browser.assertQuiet();
      });
    }
  });
}
