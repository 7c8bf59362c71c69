// Goal: wherever the process of orders and payments stops, money and goods end as if it had not, and until then nothing
// waits that nobody would take up. Method: orders and payments of their own on one numbered line of all that they
// call: each grouped commit, each call of the gateway, stock and carts. The k-th call crashes or is an outage, before
// or after its effect, for k = 1, 2, … until a run ends without meeting it: the code itself says how many steps there
// are. All memory is dropped, PostgreSQL and the gateway's books stay. The shopper is gone or asks again; another
// process sweeps; the end is compared with that of the run without a fault.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { Orders } from '#orders';
import type { Payments } from '#payments';
import { signWebhook } from '#platform/webhook-signature';
import { type Fault, type FaultLine, faultLine } from '../support/faults.ts';
import { countOpen, findForgotten } from '../support/open-work.ts';
import { card, DELIVERY, ordersWorld, SIMULATOR_SECRET, type World } from '../support/orders-world.ts';

interface Told {
  ok: boolean;
  code?: string;
}

/** Orders and payments as one process of their own runs them. */
interface ShopProcess {
  orders: Orders;
  line: FaultLine;
  /** A webhook comes in; what it pokes has ended when this answers. */
  receive: Payments['receiveWebhook'];
  runJob(name: string): Promise<void>;
}

/** One run's order, and what is asked of a process about it. */
interface Run {
  product: string;
  order_id: string;
  command(process: ShopProcess): Promise<Told>;
}

type Prepare = (world: World) => Promise<Run>;

const STOCK = 5;
const transfer = card('tok_visa', { method: 'bank_transfer' });

function startProcess(world: World, fault?: Fault): ShopProcess {
  const line = faultLine(fault);
  const { query, queryByKey, transaction } = world.db;
  const db: World['db'] = { ...world.db, ...line.wrap({ query, queryByKey, transaction }) };
  const openPayments = () => world.openPayments({ db, gateways: [line.wrap(world.gateway)] });
  const payments = openPayments();
  const orders = world.openOrders({
    db,
    inventory: line.wrap(world.inventory),
    payments: line.wrap(payments.api),
    cart: line.wrap(world.cart),
  });
  const jobs = [...(orders.jobs ?? []), ...(payments.jobs ?? [])];
  return {
    orders: orders.api,
    line,
    async receive(webhook) {
      const inbox = openPayments();
      const received = await inbox.api.receiveWebhook(webhook);
      await inbox.stop?.();
      return received;
    },
    async runJob(name) {
      await jobs.find(job => job.name === name)!.run(new AbortController().signal);
    },
  };
}

async function newOrder(world: World) {
  const product = await world.sell(STOCK);
  const ada = world.shopper();
  return { product, ada, order_id: world.ids.nextFor(ada.person_id) };
}

async function bought(world: World, payment = card()) {
  const of = await newOrder(world);
  const placed = await world.buy(of.ada, of.product, 2, payment, of.order_id);
  assert.equal(placed.ok, true);
  return of;
}

function placing(token: string): Prepare {
  return async world => {
    const { ada, ...of } = await newOrder(world);
    const checkout_id = await world.checkedOut(ada, { [of.product]: 2 });
    const asked = { order_id: of.order_id, checkout_id, shopper: ada, payment: card(token) };
    return { ...of, command: ({ orders }) => orders.placeOrder(asked) };
  };
}

/** Of two cards under one hold the second one is paid in a run of its own. */
const payingByAnotherCard: Prepare = async world => {
  const { ada, product, order_id } = await newOrder(world);
  const checkout_id = await world.checkedOut(ada, { [product]: 2 });
  const declined = await world.place(ada, checkout_id, card('tok_declined'));
  assert.equal(!declined.ok && declined.code, 'PAYMENT_DECLINED');
  const asked = { order_id, checkout_id, shopper: ada, payment: card() };
  return { product, order_id, command: ({ orders }) => orders.placeOrder(asked) };
};

function cancelling(payment = card()): Prepare {
  return async world => {
    const { order_id, product } = await bought(world, payment);
    const asked = { order_id, viewer: { kind: 'staff' } } as const;
    return { order_id, product, command: ({ orders }) => orders.cancelOrder(asked) };
  };
}

function refunding(asked: object): Prepare {
  return async world => {
    const { order_id, product } = await bought(world);
    const refund_id = world.ids.nextFor(order_id);
    const items = 'items' in asked ? [{ product_id: product, quantity: 1 }] : undefined;
    const refund = { refund_id, order_id, reason: 'late', ...asked, items };
    return { order_id, product, command: ({ orders }) => orders.refundOrder(refund) };
  };
}

/** A first process has promised a refund in the order and died before it asked the gateway; then it is cancelled. */
const cancellingAmidARefund: Prepare = async world => {
  const run = await cancelling()(world);
  const refund = () => Promise.reject(new Error('an injected crash'));
  const dying = world.openOrders({ payments: { ...world.payments, refund } });
  const asked = { refund_id: world.ids.nextFor(run.order_id), order_id: run.order_id, reason: 'late' };
  const amount = { amount: 100, currency: 'USD' };
  await assert.rejects(dying.api.refundOrder({ ...asked, amount }), /an injected crash/);
  return run;
};

/** The bank has paid; its webhook comes, is processed, and the order that waits for it is taken up. */
const confirmingByWebhook: Prepare = async world => {
  const { order_id, product } = await bought(world, transfer);
  world.clock.shiftMs += 61_000;
  await world.books.settleDue();
  const kept = world.books.store.listWebhooks(world.clock.nowMs(), 1_000);
  const { body } = kept.find(webhook => webhook.body.includes(order_id))!;
  return {
    order_id,
    product,
    async command({ receive, runJob }) {
      const signature = signWebhook({ secret: SIMULATOR_SECRET, rawBody: body, nowMs: world.clock.nowMs() });
      const webhook = { gateway: 'simulator', headers: { signature }, body: Buffer.from(body).toString('base64') };
      const received = await receive(webhook);
      await runJob('payments_webhooks');
      await runJob('orders_sweep');
      return received;
    },
  };
};

/** A first process has died between the gateway's yes and our row; what its sweeper does is what crashes here. */
const sweepingALostPayment: Prepare = async world => {
  const of = await newOrder(world);
  const { order_id, product, ada } = of;
  const capture = () => Promise.reject(new Error('an injected crash'));
  const dying = world.openOrders({ payments: { ...world.payments, capture } });
  const asked = { order_id, shopper: ada, product_id: product, quantity: 2, ...DELIVERY, payment: card() };
  await assert.rejects(dying.api.buyNow(asked), /an injected crash/);
  return {
    order_id,
    product,
    async command({ runJob }) {
      world.clock.shiftMs += 61_000;
      await runJob('orders_sweep');
      return { ok: true };
    },
  };
};

const ROUNDS_MAX = 60;
const ROUND_MS = 61_000;

/** The clock goes on, the bank settles and every sweeper runs, in a process without a fault, until nothing is open. */
async function untilQuiet(world: World): Promise<void> {
  const jobs = ['payments_webhooks', 'payments_sweep', 'orders_sweep', 'inventory_sweep'];
  for (let round = 0; ; round += 1) {
    world.clock.shiftMs += ROUND_MS;
    await world.books.settleDue();
    for (const job of jobs) await world.runJob(job);
    await world.drained();
    const open = await countOpen(world.db);
    if (Object.values(open).every(count => count === 0)) break;
    assert(round < ROUNDS_MAX, `it never becomes quiet: ${JSON.stringify(open)}`);
  }
  // Whatever a crash has left held runs out.
  world.clock.shiftMs += 3_600_000;
  await world.runJob('inventory_sweep');
}

/**
 * Where money and goods are: our order and payment, the stock, and the gateway's own books. Money that was let go is
 * where it was: whether it had been set aside before, or who says so, is no matter.
 */
async function endingOf(world: World, { product, order_id }: Run) {
  const order = await world.order(order_id);
  const [payment] = await world.payments.getPayments({ order_ids: [order_id] });
  const isPaid = payment !== undefined && payment.status !== 'failed' && payment.status !== 'voided';
  const charges = await world.charges(order_id);
  return {
    order: order === null ? 'none' : order.status,
    refunds: order?.refunds.map(({ amount }) => amount.amount) ?? [],
    payment: isPaid ? [payment.status, payment.captured, payment.refunded] : 'none',
    units: await world.units(product),
    charges: charges.filter(([state]) => state !== 'voided'),
  };
}

type Ending = Awaited<ReturnType<typeof endingOf>>;

/** A client that hears an outage, or nothing, asks again until it is told. */
async function askUntilTold({ command }: Run, process: ShopProcess): Promise<Told> {
  for (let tries = 0; tries < 5; tries += 1) {
    const told = await command(process).catch(() => undefined);
    if (told) return told;
  }
  throw new Error('the client was never told');
}

const ways = [
  { kind: 'crash', isAskedAgain: false },
  { kind: 'crash', isAskedAgain: true },
  { kind: 'outage', isAskedAgain: true },
] as const;

type Broken = Run & { name: string; isAskedAgain: boolean; isMet: boolean };

/** One run whose `at`-th call breaks in this way. */
async function breakRun(world: World, run: Run, fault: Fault, isAskedAgain: boolean): Promise<Broken> {
  const name = `${fault.kind} ${fault.when} call ${fault.at}${isAskedAgain ? ', asked again' : ''}`;
  const process = startProcess(world, fault);
  const told = await run.command(process).catch(() => undefined);
  const { isMet } = process.line;
  assert.deepEqual(await findForgotten(world.db), [], name);
  // After a crash it is another process that is asked.
  const next = fault.kind === 'crash' ? startProcess(world) : process;
  if (isAskedAgain && told === undefined) await askUntilTold(run, next);
  return { ...run, name, isAskedAgain, isMet };
}

/** Breaks every step in every way, until a run ends without meeting its fault. */
async function breakEveryStep(world: World, { prepare, isSweeping }: Scenario): Promise<Broken[]> {
  const broken: Broken[] = [];
  for (let at = 1; ; at += 1) {
    const runs: Broken[] = [];
    for (const when of ['before', 'after'] as const) {
      for (const { kind, isAskedAgain } of ways) {
        runs.push(await breakRun(world, await prepare(world), { at, when, kind }, isAskedAgain));
        // What one run has left would be steps of the next one's sweeper.
        if (isSweeping) await untilQuiet(world);
      }
    }
    broken.push(...runs);
    if (!runs.some(run => run.isMet)) return broken;
  }
}

interface Scenario {
  prepare: Prepare;
  isSweeping?: boolean;
}

const scenarios: Record<string, Scenario> = {
  'paying for a checkout': { prepare: placing('tok_visa') },
  'a card that is declined': { prepare: placing('tok_declined') },
  'a capture that is refused': { prepare: placing('tok_capture_fails') },
  'paying by another card under the same hold': { prepare: payingByAnotherCard },
  'confirming by the webhook of a bank': { prepare: confirmingByWebhook, isSweeping: true },
  'sweeping what a crash has left of a payment': { prepare: sweepingALostPayment, isSweeping: true },
  'cancelling what was paid': { prepare: cancelling() },
  'cancelling what waits for its bank': { prepare: cancelling(transfer) },
  'cancelling amid a refund': { prepare: cancellingAmidARefund },
  'refunding and restocking an item': { prepare: refunding({ items: true, restock: true }) },
  'refunding the rest': { prepare: refunding({}) },
};

for (const [name, scenario] of Object.entries(scenarios)) {
  test(`${name} survives a fault at each of its steps`, async t => {
    const world = await ordersWorld(t);
    const clean = await scenario.prepare(world);
    const process = startProcess(world);
    await clean.command(process);
    const steps = process.line.calls;
    await untilQuiet(world);
    const untouched = await scenario.prepare(world);
    const broken = await breakEveryStep(world, scenario);
    await untilQuiet(world);

    t.diagnostic(`${broken.length} runs, ${steps} steps`);
    // Every step of the run without a fault was broken in every way; the sweepers of the others may find less to do.
    const met = broken.filter(run => run.isMet).length;
    assert(
      steps >= 5 && met >= (scenario.isSweeping ? steps - 2 : steps) * 2 * ways.length,
      `${met} of ${steps} steps`,
    );
    const done = await endingOf(world, clean);
    const never = await endingOf(world, untouched);
    const givenUp: Ending = { ...never, order: 'PAYMENT_FAILED' };
    for (const run of broken) {
      const ending = await endingOf(world, run);
      // Who never comes back may have asked for nothing, or have been given up before the money was set aside.
      const isNever = !run.isAskedAgain && [never, givenUp].some(end => isDeepStrictEqual(end, ending));
      if (!isNever) assert.deepEqual(ending, done, run.name);
    }
    assert.deepEqual(await findForgotten(world.db), []);
    const { invariants } = await world.audit();
    const violated = invariants.filter(({ ok }) => !ok);
    assert.deepEqual(violated, []);
    assert.deepEqual(await world.orders.listStuck({}), []);
    assert.deepEqual(await world.payments.listStuck({}), []);
  });
}
