import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { TestBrowser } from './browser.ts';
import { address, newGuest, newProduct } from './client.ts';
import type { TestShop } from './shop.ts';

/** A guest's checkout of one product, opened at its pay step. */
export async function atPayStep(
  shop: TestShop,
  { page, context }: TestBrowser,
  language = 'en',
): Promise<{ product_id: string; payStep: string }> {
  const { product_id } = await newProduct(shop, { stock: 3 });
  const guest = await newGuest(shop);
  await guest.post('/api/cart/items', { product_id, quantity: 1 });
  const delivery = { shipping_address: address, shipping_method: 'standard', email: 'guest@example.com' };
  const { status, body } = await guest.post('/api/checkouts', delivery);
  assert.equal(status, 201, JSON.stringify(body));
  await context.addCookies([{ name: 'session', value: guest.token!, url: shop.url }]);
  const payStep = `/${language}/checkout/${body.checkout_id}`;
  await page.goto(payStep);
  return { product_id, payStep };
}

export const payButton = (page: Page) => page.getByRole('button', { name: /^Pay(ing)? / });
