import type { Page } from 'playwright-core';
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

interface FoundProduct {
  product_id: string;
}

/** The first product that a search shows; its canonical address follows by redirect. */
async function productPath(shop: PicturedShop, words: string): Promise<string> {
  const { items } = await shop.read<{ items: FoundProduct[] }>(`/api/search?q=${encodeURIComponent(words)}`);
  if (items[0] === undefined) throw new Error(`no product is found by "${words}"`);
  return `/en/p/${items[0].product_id}/-`;
}

export const PAGES: PicturedPage[] = [
  { name: 'home', path: '/en', as: 'guest', viewport: 'desktop' },
  { name: 'home-phone', path: '/en', as: 'guest', viewport: 'phone' },
  { name: 'search', path: '/en/search?q=lamp', as: 'guest', viewport: 'desktop' },
  { name: 'product', path: shop => productPath(shop, 'lamp'), as: 'guest', viewport: 'desktop' },
  { name: 'product-phone', path: shop => productPath(shop, 'lamp'), as: 'guest', viewport: 'phone' },
  { name: 'design', path: '/dev/design', as: 'guest', viewport: 'desktop', isInternal: true },
  { name: 'mailbox', path: '/dev/mail', as: 'staff', viewport: 'desktop', isInternal: true },
];
