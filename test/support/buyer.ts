import assert from 'node:assert/strict';
import { address, createClient } from './client.ts';
import type { Reader, ReadPage } from './reader.ts';

/** What somebody in a browser without JavaScript does on the way from a product to its order. */

/** By the form of the product's page; answers the cart. */
export async function putInCart(reader: Reader, productId: string, quantity = 1): Promise<ReadPage> {
  const product = await reader.open(`/en/p/${productId}/-`);
  const cart = await reader.submit(product, '/cart/items', { quantity: String(quantity) });
  assert.deepEqual([cart.status, cart.address], [200, '/en/cart'], cart.text);
  return cart;
}

/** What a guest types in. */
export const typed = { email: 'guest@example.com', ...address };

/** With the address typed in; answers the page of the payment. */
export async function checkOut(reader: Reader, fields: Record<string, string> = typed): Promise<ReadPage> {
  const payment = await reader.submit(await reader.open('/en/checkout'), '/checkout', fields);
  assert.equal(payment.status, 200, payment.text);
  assert.match(payment.address, /^\/en\/checkout\/[0-9a-f-]{36}$/);
  return payment;
}

/** A guest's payment page for one product. */
export async function readyToPay(reader: Reader, productId: string, quantity = 1): Promise<ReadPage> {
  await putInCart(reader, productId, quantity);
  return checkOut(reader);
}

export function orderIdOf({ address: at }: ReadPage): string {
  const id = /\/orders\/([0-9a-f-]{36})/.exec(at)?.[1];
  assert.ok(id, `${at} is no order's page`);
  return id;
}

/** How the orders of a product stand, oldest first. */
export async function statusesOf(shop: { url: string; adminKey: string }, productId: string): Promise<string[]> {
  const admin = createClient(shop.url, shop.adminKey);
  const { status, body } = await admin.get(`/api/admin/orders?product_id=${productId}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body.items.map((order: { status: string }) => order.status).reverse();
}

/** Units that are there, and those of them that are held. */
export async function unitsOf(shop: { url: string; adminKey: string }, productId: string): Promise<[number, number]> {
  const { body } = await createClient(shop.url, shop.adminKey).get(`/api/admin/inventory/${productId}`);
  return [body.total_quantity, body.reserved];
}
