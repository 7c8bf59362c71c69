import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { createClient, eventually } from './client.ts';
import type { KillDriver } from './kill-driver.ts';
import { outputOf, type ShopProcess } from './shop-process.ts';

export interface Order {
  order_id: string;
  status: string;
  total: { amount: number };
  items: { product_id: string; quantity: number }[];
}

const SETTLED_WITHIN_MS = 100_000;
const root = fileURLToPath(new URL('../../', import.meta.url));

/** Waits for the sweepers: no order is half done and nothing is held. Then all orders. */
export async function settle(shop: ShopProcess, productIds: string[]): Promise<Order[]> {
  const admin = createClient(shop.url, shop.adminKey);
  await nothingLeft('orders that wait for their payment', async () => {
    return (await admin.get('/api/admin/orders?status=PAYMENT_PENDING')).body.items;
  });
  await nothingLeft('holds', async () => {
    const stocks = await Promise.all(productIds.map(id => admin.get(`/api/admin/inventory/${id}`)));
    return stocks.map(({ body }) => body).filter(({ reserved }) => reserved > 0);
  });
  assert.deepEqual((await admin.get('/api/admin/stuck')).body.items, []);
  const orders: Order[] = [];
  for (let cursor = ''; ; ) {
    const { body } = await admin.get(`/api/admin/orders?page_size=100${cursor}`);
    orders.push(...body.items);
    if (body.next_cursor === null) return orders;
    cursor = `&cursor=${encodeURIComponent(body.next_cursor)}`;
  }
}

async function nothingLeft(what: string, look: () => Promise<unknown[]>): Promise<void> {
  let left: unknown[] = [];
  await eventually(
    `no ${what}`,
    async () => {
      left = await look();
      return left.length === 0;
    },
    SETTLED_WITHIN_MS,
  ).catch(error => assert.fail(`${error.message}: ${JSON.stringify(left)}`));
}

const isSold = ({ status }: Order) => ['CONFIRMED', 'SHIPPED', 'DELIVERED'].includes(status);

/** Each acknowledged order is as it was acknowledged; others are no more than the requests without an answer. */
export function compareOrders(driver: KillDriver, orders: Order[]): void {
  const byId = new Map(orders.map(order => [order.order_id, order]));
  assert.equal(byId.size, orders.length);
  for (const { order_id, total, product_id, quantity } of driver.acknowledged.values()) {
    const order = byId.get(order_id);
    assert.ok(order !== undefined, `the acknowledged order ${order_id} is lost`);
    assert.ok(isSold(order), `the acknowledged order ${order_id} is ${order.status}`);
    assert.deepEqual(order.total, total);
    assert.deepEqual(
      order.items.map(item => [item.product_id, item.quantity]),
      [[product_id, quantity]],
    );
  }
  const beyond = orders.filter(isSold).filter(order => !driver.acknowledged.has(order.order_id)).length;
  assert.ok(beyond <= driver.unsure, `${beyond} orders beyond the answers, but ${driver.unsure} requests left open`);
}

/** `stock` is what each product had before the first order. */
export async function compareStock(shop: ShopProcess, stock: Map<string, number>, orders: Order[]): Promise<void> {
  const admin = createClient(shop.url, shop.adminKey);
  const items = orders.filter(isSold).flatMap(order => order.items);
  for (const [id, units] of stock) {
    const sold = items.filter(item => item.product_id === id).reduce((sum, item) => sum + item.quantity, 0);
    const { body } = await admin.get(`/api/admin/inventory/${id}`);
    const { total_quantity, reserved, available } = body;
    const left = units - sold;
    assert.deepEqual({ total_quantity, reserved, available }, { total_quantity: left, reserved: 0, available: left });
  }
}

/** `npm run audit` on the folder of a shop that is closed. */
export async function runAudit(dataDir: string): Promise<void> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['scripts/bootstrap.js', 'scripts/audit.ts'], {
    cwd: root,
    env: { PATH, HOME, DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = outputOf(child);
  const [code] = await once(child, 'close');
  assert.equal(code, 0, output());
}

interface Charge {
  order_id: string;
  amount: number;
  state: string;
  captured: number;
  refunded: number;
}

/** Read from the file itself, as the shop is closed: all charges, not the newest thousand. */
export function compareBooks(dataDir: string, orders: Order[]): void {
  const books = new DatabaseSync(join(dataDir, 'simulator.sqlite'), { readOnly: true });
  const charges = books.prepare('select * from charges').all() as unknown as Charge[];
  books.close();
  const byId = new Map(orders.map(order => [order.order_id, order]));
  const taken = new Map<string, number[]>();
  for (const { order_id, state, captured, refunded } of charges) {
    assert.ok(byId.has(order_id), `money was asked for the order ${order_id}, which does not exist`);
    assert.notEqual(state, 'authorized', `the money of ${order_id} is neither taken nor given back`);
    if (captured > refunded) taken.set(order_id, [...(taken.get(order_id) ?? []), captured - refunded]);
  }
  for (const order of orders) {
    const expected = isSold(order) ? [order.total.amount] : [];
    assert.deepEqual(taken.get(order.order_id) ?? [], expected, `${order.order_id} is ${order.status}`);
  }
}
