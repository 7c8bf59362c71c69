// `kill -9` of the shop, its PostgreSQL, its Redis or everything, again and again, while people check out and buy what
// partly sells out. Afterwards the clients' own log of acknowledged orders is compared with the shop, the shop with its
// stock, and both with the simulator's books.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { chanceFrom } from '../../src/demo/chance.ts';
import { assertAudit, createClient, eventually, newProduct } from '../support/client.ts';
import { compareBooks, compareOrders, compareStock, runAudit, settle } from '../support/kill-comparisons.ts';
import { KillDriver } from '../support/kill-driver.ts';
import { createKillers, DECK_SIZE, type Kill, planKills, untilReady } from '../support/kill-killers.ts';
import { mayLack, PARTS } from '../support/parts.ts';
import { hasProcessTable } from '../support/process-table.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { type ShopProcess, startShopProcess } from '../support/shop-process.ts';

const KILLS = Number(process.env.KILL_ROUNDS ?? (process.env.CI ? 54 : DECK_SIZE));
const SEED = process.env.KILL_SEED ?? String(Date.now());
/** The gate counts all of them; the small ones sell out. */
const UNITS = [6, 40, 200, 5_000, 5_000];
/** Longer than an order's deadline (60 s), so that the sweeper finds most left-behind orders with their hold. */
const RESERVATION_TTL_SECONDS = 65;
const TIMEOUT_MS = 300_000 + KILLS * 10_000;
const SLOW_START_MS = 15_000;
const LEFT_BEHIND = /was left behind by a shop that was killed: stopping it first/;
const skip = hasProcessTable ? false : 'needs /proc, to kill one process of a tree, or the whole tree at one moment';

test('kill -9 in the middle of checkouts loses no order and sells nothing twice', {
  timeout: TIMEOUT_MS,
  skip,
}, async t => {
  t.diagnostic(`${KILLS} kills (KILL_ROUNDS), KILL_SEED=${SEED}`);
  const dataDir = await mkdtemp(join(tmpdir(), 'doorbuster-kill-'));
  const redis = await startRedisIfThere(t);
  const environment = {
    RESERVATION_TTL_SECONDS: String(RESERVATION_TTL_SECONDS),
    INVENTORY_LEDGER: 'grouped',
    LOG_LEVEL: 'warn',
    ...(redis === null ? {} : { REDIS_URL: redis.url }),
  };
  const start = () => startShopProcess({ dataDir, environment });
  let shop = await start();
  t.after(async () => {
    await shop.kill('everything');
    await rm(dataDir, { recursive: true, force: true });
  });
  const stock = new Map<string, number>();
  for (const units of UNITS) stock.set((await newProduct(shop, { stock: units })).product_id, units);
  const driver = new KillDriver({ productIds: [...stock.keys()], chance: chanceFrom(`${SEED} crowd`) });

  const killers = createKillers(redis);
  const startsMs: number[] = [];
  let leftBehind = 0;
  let left = planKills(KILLS, chanceFrom(`${SEED} kills`));
  while (left.length > 0) {
    const crowd = Promise.all([driver.shopUntilKilled(shop), driver.askAgain(shop)]);
    const { victim, others } = await killUntilDead(shop, left, killers.carryOut);
    await crowd;
    left = others;
    shop = await start();
    startsMs.push(Math.round(shop.startedInMs));
    if (shop.startedInMs > SLOW_START_MS) t.diagnostic(`a slow start, ${startsMs.at(-1)} ms:\n${shop.output()}`);
    if (victim === 'the shop and the watcher' && LEFT_BEHIND.test(shop.output())) leftBehind += 1;
  }
  await killers.end();
  await untilReady(shop);
  await driver.askAgain(shop);
  if (redis !== null) await untilGateHasASay(shop, driver);
  t.diagnostic(`starts after kill -9 in ms: ${startsMs.join(' ')}`);
  t.diagnostic(`${driver.sent} requests, ${driver.acknowledged.size} acknowledged orders, ${driver.repeated} repeated`);
  t.diagnostic(`${driver.soldOut} told that it is sold out, ${driver.unsure} left without an answer`);
  assert.deepEqual(driver.surprises, []);
  // Not each time: a PostgreSQL that was just being started again may have a watcher that nobody has seen yet.
  assert.ok(leftBehind > 0, 'a PostgreSQL that was left behind is told');
  assert.ok(driver.acknowledged.size > KILLS, 'the crowd got something');
  assert.ok(driver.soldOut > 0, 'and not all that it wanted');

  const orders = await settle(shop, [...stock.keys()]);
  await t.test('no acknowledged order is lost, and no request made two', () => compareOrders(driver, orders));
  await t.test('stock = initial − sold, exactly', () => compareStock(shop, stock, orders));
  await t.test('every invariant holds, asked of the running shop', () => assertAudit(shop));
  assert.equal((await shop.stop()).code, 0);
  await t.test('every invariant holds, asked by `npm run audit`', () => runAudit(dataDir));
  await t.test("the simulator's books hold one charge for each confirmed order", () => compareBooks(dataDir, orders));
});

/** Without one the shop has no gate, and nobody kills it: in CI it has to be there. */
async function startRedisIfThere(t: TestContext): Promise<RedisServer | null> {
  const path = PARTS.redis.find();
  if (path !== null) return startRedis(t, path);
  assert.ok(mayLack('redis'), `in CI there is a Redis: ${PARTS.redis.enable}`);
  t.diagnostic(`without Redis, and so without the gate: ${PARTS.redis.enable}`);
  return null;
}

/** Of a Redis that started empty: it counts again, and lets somebody pass. */
async function untilGateHasASay(shop: ShopProcess, driver: KillDriver): Promise<void> {
  const client = createClient(shop.url, shop.adminKey);
  await eventually('the gate accepts a reservation', async () => {
    await driver.shopOnce(shop);
    const { body } = await client.get('/metrics');
    return /^doorbuster_gate_answers_total\{answer="accepted"\} [1-9]/m.test(String(body));
  });
}

/** Kills by the plan until the shop's own process is dead; answers by which kill, and what is left of the plan. */
async function killUntilDead(
  shop: ShopProcess,
  plan: Kill[],
  carryOut: (kill: Kill, shop: ShopProcess) => Promise<boolean>,
): Promise<{ victim: Kill['victim']; others: Kill[] }> {
  for (const [index, kill] of plan.entries()) {
    const { victim } = kill;
    if (await carryOut(kill, shop)) return { victim, others: plan.slice(index + 1) };
  }
  // The plan ended with something that a shop outlives; the crowd ends with the shop alone.
  await shop.kill('everything');
  return { victim: 'everything', others: [] };
}
