// `kill -9` of the shop with its PostgreSQL, again and again, while people check out and buy. Afterwards the clients'
// own log of acknowledged orders is compared with the shop, the shop with its stock, and both with the simulator's
// books.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Chance, chanceFrom } from '../../src/demo/chance.ts';
import { assertAudit, createClient, eventually, newProduct } from '../support/client.ts';
import { KillDriver } from '../support/kill-driver.ts';
import { hasProcessTable, outputOf, type ShopProcess, startShopProcess } from '../support/shop-process.ts';

const ROUNDS = Number(process.env.KILL_ROUNDS ?? (process.env.CI ? 20 : 5));
const SEED = process.env.KILL_SEED ?? String(Date.now());
const PRODUCTS = 5;
const STOCK = 20_000;
/** Longer than an order's deadline (60 s), so that the sweeper finds most left-behind orders with their hold. */
const RESERVATION_TTL_SECONDS = 65;
const SETTLED_WITHIN_MS = 100_000;
const CROWD_MS = { min: 100, max: 2_500 };
const SLOW_START_MS = 10_000;
const root = fileURLToPath(new URL('../../', import.meta.url));
const skip = hasProcessTable ? false : 'needs /proc, to kill a whole tree of processes at one moment';

const environment = { RESERVATION_TTL_SECONDS: String(RESERVATION_TTL_SECONDS) };

test('kill -9 in the middle of checkouts loses no order and sells nothing twice', {
  timeout: 600_000,
  skip,
}, async t => {
  t.diagnostic(`${ROUNDS} rounds (KILL_ROUNDS), KILL_SEED=${SEED}`);
  const dataDir = await mkdtemp(join(tmpdir(), 'doorbuster-kill-'));
  let shop = await startShopProcess({ dataDir, environment });
  t.after(async () => {
    await shop.killTree();
    await rm(dataDir, { recursive: true, force: true });
  });
  const chance = chanceFrom(SEED);
  const productIds: string[] = [];
  for (let made = 0; made < PRODUCTS; made += 1) productIds.push((await newProduct(shop, { stock: STOCK })).product_id);
  const driver = new KillDriver({ productIds, random: chance.next });

  const startsMs: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    await killUnderLoad(shop, driver, chance);
    shop = await startShopProcess({ dataDir, environment });
    startsMs.push(Math.round(shop.startedInMs));
    if (shop.startedInMs > SLOW_START_MS) t.diagnostic(`a slow start, ${startsMs.at(-1)} ms:\n${shop.output()}`);
  }
  await driver.askAgain(shop, 'everybody');
  t.diagnostic(`starts after kill -9 in ms: ${startsMs.join(' ')}`);
  t.diagnostic(`${driver.sent} requests, ${driver.acknowledged.size} acknowledged orders, ${driver.repeated} repeated`);
  assert.deepEqual(driver.surprises, []);
  assert.ok(driver.acknowledged.size > ROUNDS, 'the crowd got something');

  const orders = await settle(shop, productIds);
  await t.test('no acknowledged order is lost, and no request made two', () => compareOrders(driver, orders));
  await t.test('stock = initial − sold, exactly', () => compareStock(shop, productIds, orders));
  await t.test('every invariant holds, asked of the running shop', () => assertAudit(shop));
  assert.equal((await shop.stop()).code, 0);
  await t.test('every invariant holds, asked by `npm run audit`', () => runAudit(dataDir));
  await t.test("the simulator's books hold one charge for each confirmed order", () => compareBooks(dataDir, orders));
});

/** At a random moment of the crowd; the first ones also meet a shop that has just started. */
async function killUnderLoad(shop: ShopProcess, driver: KillDriver, chance: Chance): Promise<void> {
  const crowd = Promise.all([driver.shopUntilKilled(shop), driver.askAgain(shop, 'whose lease has ended')]);
  await pause(chance.between(CROWD_MS.min, CROWD_MS.max));
  await shop.killTree();
  await crowd;
}

interface Order {
  order_id: string;
  status: string;
  total: { amount: number };
  items: { product_id: string; quantity: number }[];
}

/** Waits for the sweepers: no order is half done and nothing is held. Then all orders. */
async function settle(shop: ShopProcess, productIds: string[]): Promise<Order[]> {
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

function compareOrders(driver: KillDriver, orders: Order[]): void {
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

async function compareStock(shop: ShopProcess, productIds: string[], orders: Order[]): Promise<void> {
  const admin = createClient(shop.url, shop.adminKey);
  const items = orders.filter(isSold).flatMap(order => order.items);
  for (const id of productIds) {
    const sold = items.filter(item => item.product_id === id).reduce((sum, item) => sum + item.quantity, 0);
    const { body } = await admin.get(`/api/admin/inventory/${id}`);
    const { total_quantity, reserved, available } = body;
    const left = STOCK - sold;
    assert.deepEqual({ total_quantity, reserved, available }, { total_quantity: left, reserved: 0, available: left });
  }
}

async function runAudit(dataDir: string): Promise<void> {
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
function compareBooks(dataDir: string, orders: Order[]): void {
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
