// Goal: wherever a process stops, or an answer is lost, money and goods end in one truth. Method: a clean run counts
// the calls that a command makes of database, stock, payments and carts; then each call fails in turn, before and after
// its effect, as a crash and as an outage. The shopper is gone or asks again; another process sweeps; the audit judges.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Orders, Shopper } from '#orders';
import { everyFault, type Fault, faultLine } from '../../test/support/faults.ts';
import { card, DELIVERY, ordersWorld, type World } from '../../test/support/orders-world.ts';

type Outcome = { ok: boolean; code?: string };

/** One run: what stands before it, the command, and what must be true of it when everything has settled. */
interface Run {
  product: string;
  ada: Shopper;
  order_id: string;
  command(orders: Orders): Promise<Outcome>;
  /** Asked in this very run: the client repeated the command, and this is what it was told in the end. */
  told?: Outcome;
  name: string;
}

interface Scenario {
  prepare(world: World): Promise<Omit<Run, 'name'>>;
  /** Throws where the run's end is wrong. */
  judge(world: World, run: Run): Promise<void>;
}

const STOCK = 5;

async function shopper(world: World) {
  const product = await world.sell(STOCK);
  const ada = world.shopper();
  return { product, ada, order_id: world.ids.nextFor(ada.person_id) };
}

async function bought(world: World) {
  const of = await shopper(world);
  const placed = await world.buy(of.ada, of.product, 2, card(), of.order_id);
  assert.equal(placed.ok, true);
  return of;
}

/** Total and reserved units, the order's status, and its charges in the gateway's books. */
async function ending(world: World, { product, order_id }: Run) {
  const [total, reserved] = await world.units(product);
  const status = (await world.order(order_id))?.status ?? 'none';
  return { total, reserved, status, charges: await world.charges(order_id) };
}

const paid = { total: STOCK - 2, reserved: 0, status: 'CONFIRMED', charges: [['captured', 2787, 0]] };
const never = { total: STOCK, reserved: 0, status: 'none', charges: [] };
const cancelled = { total: STOCK, reserved: 0, status: 'CANCELLED', charges: [['refunded', 2787, 2787]] };

/** Paid, or nothing happened, or it was given up after a crash; who asked again is paid, unless told otherwise. */
async function judgePaid(world: World, run: Run): Promise<void> {
  const end = await ending(world, run);
  if (run.told) assert.equal(run.told.ok, end.status === 'CONFIRMED', `${run.name}: ${JSON.stringify(run.told)}`);
  if (run.told && !run.told.ok) assert.equal(run.told.code, 'PAYMENT_DECLINED', run.name);
  if (end.status === 'CONFIRMED') return assert.deepEqual(end, paid, run.name);
  if (end.status === 'none') return assert.deepEqual(end, never, run.name);
  const failed = { total: STOCK, reserved: 0, status: 'PAYMENT_FAILED' };
  const { charges, ...rest } = end;
  assert.deepEqual(rest, failed, run.name);
  for (const charge of charges) assert.deepEqual(charge, ['voided', 0, 0], run.name);
}

const place = (token: string): Scenario => ({
  async prepare(world) {
    const of = await shopper(world);
    const checkout_id = await world.checkedOut(of.ada, { [of.product]: 2 });
    const { order_id, ada } = of;
    const asked = { order_id, checkout_id, shopper: ada, payment: card(token) };
    return { ...of, command: orders => orders.placeOrder(asked) };
  },
  async judge(world, run) {
    await judgePaid(world, run);
    const { status } = await ending(world, run);
    assert.deepEqual(await world.inCart(run.ada), status === 'CONFIRMED' ? {} : { [run.product]: 2 }, run.name);
  },
});

const buy = (token: string): Scenario => ({
  async prepare(world) {
    const of = await shopper(world);
    const { order_id, ada, product } = of;
    const asked = { order_id, shopper: ada, product_id: product, quantity: 2, ...DELIVERY, payment: card(token) };
    return { ...of, command: orders => orders.buyNow(asked) };
  },
  judge: judgePaid,
});

const cancel: Scenario = {
  async prepare(world) {
    const of = await bought(world);
    const { order_id } = of;
    return { ...of, command: orders => orders.cancelOrder({ order_id, viewer: { kind: 'staff' } }) };
  },
  async judge(world, run) {
    const end = await ending(world, run);
    if (run.told) assert.deepEqual([run.told.ok, end.status], [true, 'CANCELLED'], run.name);
    assert.deepEqual(end, end.status === 'CANCELLED' ? cancelled : paid, run.name);
  },
};

const refund: Scenario = {
  async prepare(world) {
    const of = await bought(world);
    const { order_id, product } = of;
    const refund_id = world.ids.nextFor(order_id);
    const items = [{ product_id: product, quantity: 1 }];
    const asked = { refund_id, order_id, items, reason: 'late', restock: true };
    return { ...of, command: orders => orders.refundOrder(asked) };
  },
  async judge(world, run) {
    const end = await ending(world, run);
    if (run.told) assert.equal(run.told.ok, true, run.name);
    const isRefunded = (await world.order(run.order_id))?.refunds.length === 1;
    if (run.told) assert.equal(isRefunded, true, run.name);
    // One of two units with half of the tax on them: 1,000 and 72.5, rounded half up.
    const refunded = { ...paid, total: STOCK - 1, charges: [['captured', 2787, 1073]] };
    assert.deepEqual(end, isRefunded ? refunded : paid, run.name);
  },
};

const checkOut: Scenario = {
  async prepare(world) {
    const of = await shopper(world);
    await world.checkedOut(of.ada, { [of.product]: 3 });
    const checkout_id = world.ids.nextFor(of.ada.person_id);
    const asked = { checkout_id, shopper: of.ada, ...DELIVERY };
    return { ...of, command: orders => orders.createCheckout(asked) };
  },
  async judge(world, run) {
    if (run.told) assert.equal(run.told.ok, true, run.name);
    assert.deepEqual(await ending(world, run), never, run.name);
  },
};

function faulty(world: World, fault?: Fault) {
  const line = faultLine(fault);
  const { db, inventory, payments, cart } = world;
  const parts = { inventory: line.wrap(inventory), payments: line.wrap(payments), cart: line.wrap(cart) };
  const { query, queryByKey, transaction } = db;
  const wrapped = line.wrap({ query, queryByKey, transaction });
  const { api } = world.openOrders({ ...parts, db: { ...db, ...wrapped } as typeof db });
  return { api, line };
}

/** A client that hears an outage, or nothing, asks again until it is told. */
async function askUntilTold(run: Omit<Run, 'name'>, orders: Orders): Promise<Outcome> {
  for (let tries = 0; tries < 5; tries += 1) {
    const told = await run.command(orders).catch(() => undefined);
    if (told) return told;
  }
  throw new Error('the client was never told');
}

async function runAll(world: World, scenario: Scenario): Promise<Run[]> {
  const clean = await scenario.prepare(world);
  const counting = faulty(world);
  const told = await clean.command(counting.api);
  const runs: Run[] = [{ ...clean, told, name: 'without a fault' }];
  for (const fault of everyFault(counting.line.calls)) {
    for (const comesBack of fault.kind === 'crash' ? [false, true] : [true]) {
      const name = `${fault.kind} ${fault.when} call ${fault.at}${comesBack ? ', asked again' : ''}`;
      const run = await scenario.prepare(world);
      const { api } = faulty(world, fault);
      const first = await run.command(api).catch(() => undefined);
      // After a crash it is another process that is asked.
      const next = fault.kind === 'crash' ? world.orders : api;
      runs.push({ ...run, told: comesBack ? (first ?? (await askUntilTold(run, next))) : undefined, name });
    }
  }
  return runs;
}

const scenarios: Record<string, Scenario> = {
  'placing an order': place('tok_visa'),
  'placing an order whose card is declined': place('tok_declined'),
  'placing an order whose capture is refused': place('tok_capture_fails'),
  'buying now': buy('tok_visa'),
  'buying now with a capture that is refused': buy('tok_capture_fails'),
  'cancelling an order': cancel,
  'refunding and restocking an item': refund,
  'a checkout in the place of an older one': checkOut,
};

for (const [name, scenario] of Object.entries(scenarios)) {
  test(`${name} survives a fault at each of its calls`, async t => {
    const world = await ordersWorld(t, { isFollowing: false });
    const runs = await runAll(world, scenario);
    t.diagnostic(`${runs.length} runs`);
    // No fault is like another one: fewer runs would mean that the calls were not counted.
    assert(runs.length > 20, `${runs.length} runs`);
    await world.settle();
    // Whatever a crash has left held runs out.
    world.clock.shiftMs += 3_600_000;
    await world.runJob('inventory_sweep');
    for (const run of runs) await scenario.judge(world, run);
    assert.deepEqual(await world.orders.listStuck({}), []);
  });
}
