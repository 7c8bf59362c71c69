import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type Answer, address, type Client, card, createClient, newGuest, newProduct } from '../support/client.ts';
import type { TestShop } from '../support/shop.ts';

const PASSWORD = 'correct horse battery';

/** Somebody with a word of their own in all that is personal, so that a leak is found by a search for it. */
export interface Person {
  client: Client;
  /** Stands in the e-mail, the name and the address. */
  mark: string;
  email: string;
  password: string;
  /** Of the account; a guest's is empty. */
  user_id: string;
}

export interface Seller extends Person {
  seller_id: string;
  product_id: string;
  import_id: string;
}

/** The people of a matrix: Ada and the guest own things, the others try to reach them. */
export interface Cast {
  nobody: Client;
  key: Client;
  staff: Person;
  ada: Person & { order_id: string; access_token: string; checkout_id: string; address_id: string; refund_id: string };
  bob: Person;
  guest: Person & { order_id: string; access_token: string; checkout_id: string };
  otherGuest: Person;
  seller: Seller;
  otherSeller: Seller;
  /** A product of the house with 1,000 units, and where they lie. */
  product_id: string;
  warehouse_id: string;
}

export function succeeded({ status, body }: Answer): Answer['body'] {
  assert.ok(status >= 200 && status < 300, `${status} ${JSON.stringify(body)}`);
  return body;
}

export function addressOf(mark: string) {
  return { ...address, name: `${mark} Surname`, line1: `7 ${mark} Street`, phone: `555-${mark}` };
}

export const delivery = (mark: string) => ({ shipping_address: addressOf(mark), shipping_method: 'standard' });

export async function newPerson(shop: TestShop, name: string): Promise<Person> {
  const mark = `${name}${randomUUID().replaceAll('-', '').slice(0, 12)}`;
  const email = `${mark}@example.com`;
  const nobody = createClient(shop.url);
  const account = { email, password: PASSWORD, name: `${mark} Surname` };
  const { token, user } = succeeded(await nobody.post('/api/account/signup', account));
  return { client: nobody.as(token), mark, email, password: PASSWORD, user_id: user.user_id };
}

/** As `newPerson`, signed in after the role was given: a new role ends the sessions of before. */
export async function newStaff(shop: TestShop, role: 'staff' | 'seller' = 'staff', sellerId: string | null = null) {
  const person = await newPerson(shop, role);
  const { accounts } = shop.shop!.modules.apis;
  const given = await accounts.setRole({ user_id: person.user_id, role, seller_id: sellerId });
  assert.ok(given.ok);
  const { email, password } = person;
  const { token } = succeeded(await createClient(shop.url).post('/api/account/login', { email, password }));
  return { ...person, client: person.client.as(token) };
}

export async function newSeller(shop: TestShop): Promise<Seller> {
  const seller_id = randomUUID();
  await shop.shop!.modules.apis.catalog.createSeller({ seller_id, name: `Shop ${seller_id.slice(0, 8)}` });
  const person = await newStaff(shop, 'seller', seller_id);
  const line = { external_id: `first-${person.mark}`, title: 'Kettle', category_path: ['Home'], price: usd(1500) };
  const headers = { 'content-type': 'application/x-ndjson' };
  const { import_id } = succeeded(await person.client.post('/api/admin/imports', `${JSON.stringify(line)}\n`, headers));
  const input = { title: `Lamp of ${person.mark}`, category_path: ['Home', 'Lamps'], price: usd(2500) };
  const { product_id } = succeeded(await person.client.post('/api/admin/products', input));
  return { ...person, seller_id, product_id, import_id };
}

export const usd = (amount: number) => ({ amount, currency: 'USD' });

async function newOtherGuest(shop: TestShop, name: string): Promise<Person> {
  const mark = `${name}${randomUUID().replaceAll('-', '').slice(0, 12)}`;
  return { client: await newGuest(shop), mark, email: `${mark}@example.com`, password: '', user_id: '' };
}

/** A confirmed order and an open checkout. */
async function shopping({ client, mark, email }: Person, productId: string) {
  const input = { product_id: productId, quantity: 1, ...delivery(mark), email, payment: card() };
  const { order_id, access_token } = succeeded(await client.post('/api/buy-now', input));
  succeeded(await client.post('/api/cart/items', { product_id: productId, quantity: 2 }));
  const { checkout_id } = succeeded(await client.post('/api/checkouts', { ...delivery(mark), email }));
  return { order_id, access_token, checkout_id };
}

export async function openCast(shop: TestShop): Promise<Cast> {
  const key = createClient(shop.url, shop.adminKey);
  const { product_id } = await newProduct(shop, { stock: 1000 });
  const { body: warehouses } = await key.get('/api/admin/warehouses');
  const ada = await newPerson(shop, 'ada');
  const guest = await newOtherGuest(shop, 'gwen');
  const adas = await shopping(ada, product_id);
  const { address_id } = succeeded(await ada.client.post('/api/me/addresses', addressOf(ada.mark)));
  const refund = { amount: usd(100), reason: 'a scratch' };
  const { refund_id } = succeeded(await key.post(`/api/admin/orders/${adas.order_id}/refund`, refund));
  return {
    nobody: createClient(shop.url),
    key,
    staff: await newStaff(shop),
    ada: { ...ada, ...adas, address_id, refund_id },
    bob: await newPerson(shop, 'bob'),
    guest: { ...guest, ...(await shopping(guest, product_id)) },
    otherGuest: await newOtherGuest(shop, 'gil'),
    seller: await newSeller(shop),
    otherSeller: await newSeller(shop),
    product_id,
    warehouse_id: warehouses.items[0].warehouse_id,
  };
}
