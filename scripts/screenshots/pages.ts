import type { Page } from 'playwright-core';
import { demoSellers } from '../../src/demo/sellers.ts';
import type { Viewport } from '../../test/support/chromium.ts';

export type Role = 'guest' | 'customer' | 'seller' | 'staff';

/** A page to be pictured. Add a line to `PAGES`, and `npm run screenshots` makes its pictures in both schemes. */
export interface PicturedPage {
  /** Of the file, in kebab-case. */
  name: string;
  /** An address, or how it is found in this shop. */
  path: string | ((shop: PicturedShop) => Promise<string>);
  as: Role;
  viewport: Viewport;
  /** Only looked through with `--all`; not one of the pictures of the README. */
  isInternal?: boolean;
  /** What a person does before the picture is taken: clicks, words in a field. */
  prepare?(page: Page, shop: PicturedShop): Promise<void>;
}

export interface PicturedShop {
  url: string;
  /** The JSON of an address of the API, as somebody. */
  read<Answer>(path: string, as?: Role): Promise<Answer>;
  /** Does something by the API, as somebody; answers its JSON. */
  send<Answer>(path: string, body: unknown, as: Role): Promise<Answer>;
}

interface Found {
  product_id: string;
  order_id: string;
  user_id: string;
}

const buyer = {
  shipping_method: 'standard',
  shipping_address: {
    name: 'Maya Lindqvist',
    line1: '12 Harbour Street',
    city: 'Springfield',
    region: 'CA',
    postal_code: '90001',
    country: 'US',
  },
  payment: { method: 'card', token: 'tok_visa' },
};

async function first(shop: PicturedShop, path: string, as: Role = 'guest'): Promise<Found> {
  const { items } = await shop.read<{ items: Found[] }>(path, as);
  if (items[0] === undefined) throw new Error(`${path} lists nothing`);
  return items[0];
}

/** The first product in stock that a search shows. */
async function productOf(shop: PicturedShop, words: string): Promise<string> {
  return (await first(shop, `/api/search?q=${encodeURIComponent(words)}&in_stock=true`)).product_id;
}

/** Its canonical address follows by redirect. */
const lampPath = async (shop: PicturedShop) => `/en/p/${await productOf(shop, 'lamp')}/-`;

/** A product of the seller whose login the demo has. */
async function ownProduct(shop: PicturedShop): Promise<string> {
  const { items } = await shop.read<{ items: (Found & { seller: { seller_id: string }; in_stock: boolean })[] }>(
    '/api/products?page_size=100',
  );
  const own = items.find(({ seller, in_stock }) => seller.seller_id === demoSellers[0]!.seller_id && in_stock);
  if (own === undefined) throw new Error('none of the newest products is of the demo seller');
  return own.product_id;
}

/** Some orders, so that lists, figures and a parcel are there to be seen. */
async function orderOf(shop: PicturedShop): Promise<string> {
  const bought = await shop.read<{ items: Found[] }>('/api/orders', 'customer');
  if (bought.items[0] !== undefined) return bought.items.at(-1)!.order_id;
  const words = ['lamp', 'kettle', 'tent', 'headphones', 'chair'];
  for (const word of words) {
    const product_id = await productOf(shop, word);
    await shop.send('/api/buy-now', { product_id, quantity: 1, ...buyer }, 'customer');
  }
  await shop.send('/api/buy-now', { product_id: await ownProduct(shop), quantity: 2, ...buyer }, 'customer');
  return await orderOf(shop);
}

async function fillCart(shop: PicturedShop): Promise<void> {
  for (const word of ['lamp', 'kettle']) {
    const product_id = await productOf(shop, word);
    await shop.send('/api/cart/items', { product_id, quantity: 1 }, 'customer');
  }
}

/** Fills the cart and holds it: the checkout's page with its countdown. */
async function checkoutPath(shop: PicturedShop): Promise<string> {
  await fillCart(shop);
  const { shipping_method, shipping_address } = buyer;
  const checkout = { shipping_method, shipping_address };
  const { checkout_id } = await shop.send<{ checkout_id: string }>('/api/checkouts', checkout, 'customer');
  return `/en/checkout/${checkout_id}`;
}

const after = (fill: (shop: PicturedShop) => Promise<unknown>, path: string) => async (shop: PicturedShop) => {
  await fill(shop);
  return path;
};
const internal = (name: string, as: Role, path: PicturedPage['path']): PicturedPage => {
  return { name, path, as, viewport: 'desktop', isInternal: true };
};

export const PAGES: PicturedPage[] = [
  { name: 'home', path: '/en', as: 'guest', viewport: 'desktop' },
  { name: 'home-phone', path: '/en', as: 'guest', viewport: 'phone' },
  { name: 'search', path: '/en/search?q=lamp', as: 'guest', viewport: 'desktop' },
  { name: 'product', path: lampPath, as: 'guest', viewport: 'desktop' },
  { name: 'product-phone', path: lampPath, as: 'guest', viewport: 'phone' },
  { name: 'checkout', path: checkoutPath, as: 'customer', viewport: 'desktop' },
  { name: 'order', path: async shop => `/en/orders/${await orderOf(shop)}`, as: 'customer', viewport: 'desktop' },
  { name: 'dashboard', path: after(orderOf, '/en/admin'), as: 'staff', viewport: 'desktop' },
  { name: 'seller', path: after(orderOf, '/en/seller'), as: 'seller', viewport: 'desktop' },

  internal('category', 'guest', async shop => {
    const { items } = await shop.read<{ items: { name: string }[] }>('/api/categories');
    return `/en/c/${encodeURIComponent(items[0]!.name)}`;
  }),
  internal('search-empty', 'guest', '/en/search?q=zzzzqqqq'),
  internal('buy-now', 'customer', async shop => {
    return `/en/buy-now?product_id=${await productOf(shop, 'lamp')}&quantity=1`;
  }),
  internal('cart', 'customer', after(fillCart, '/en/cart')),
  internal('cart-empty', 'guest', '/en/cart'),
  internal('checkout-delivery', 'customer', after(fillCart, '/en/checkout')),
  internal('orders', 'customer', after(orderOf, '/en/orders')),
  internal('login', 'guest', '/en/login'),
  internal('signup', 'guest', '/en/signup'),
  internal('reset', 'guest', '/en/account/reset'),
  internal('account', 'customer', '/en/account'),
  internal('account-addresses', 'customer', '/en/account/addresses'),
  internal('account-profile', 'customer', '/en/account/profile'),
  internal('account-privacy', 'customer', '/en/account/privacy'),

  internal('seller-products', 'seller', '/en/seller/products'),
  internal('seller-new-product', 'seller', '/en/seller/products/new'),
  internal('seller-product', 'seller', async shop => `/en/seller/products/${await ownProduct(shop)}`),
  internal('seller-stock', 'seller', '/en/seller/stock'),
  internal('seller-orders', 'seller', after(orderOf, '/en/seller/orders')),
  internal('seller-imports', 'seller', '/en/seller/imports'),

  internal('admin-orders', 'staff', after(orderOf, '/en/admin/orders')),
  internal('admin-order', 'staff', async shop => `/en/admin/orders/${await orderOf(shop)}`),
  internal('admin-products', 'staff', '/en/admin/products'),
  internal('admin-product', 'staff', async shop => `/en/admin/products/${await productOf(shop, 'lamp')}`),
  internal('admin-imports', 'staff', '/en/admin/imports'),
  internal('admin-stock', 'staff', '/en/admin/stock'),
  internal('admin-stock-product', 'staff', async shop => `/en/admin/stock/${await productOf(shop, 'lamp')}`),
  internal('admin-warehouses', 'staff', '/en/admin/warehouses'),
  internal('admin-sellers', 'staff', '/en/admin/sellers'),
  internal('admin-people', 'staff', '/en/admin/people'),
  internal('admin-person', 'staff', async shop => {
    return `/en/admin/people/${(await first(shop, '/api/admin/people', 'staff')).user_id}`;
  }),
  internal('admin-reviews', 'staff', '/en/admin/reviews'),
  internal('admin-synonyms', 'staff', '/en/admin/synonyms?words=flat%20screen%20tv'),
  internal('admin-mails', 'staff', '/en/admin/mails'),
  internal('admin-operations', 'staff', '/en/admin/operations'),
  internal('admin-stuck', 'staff', '/en/admin/stuck'),
  internal('admin-audit', 'staff', '/en/admin/audit'),
  internal('admin-books', 'staff', '/en/admin/books'),
  internal('home-german', 'guest', '/de'),
  internal('design', 'guest', '/dev/design'),
  internal('mailbox', 'staff', '/dev/mail'),
];
