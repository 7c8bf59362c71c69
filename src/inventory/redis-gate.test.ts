// Goal: the gate lets through as many as there are units, says no as the ledger would, and hears of all that comes and
// goes. Method: the inventory with its gate on a real Redis and PostgreSQL, and what the ledger was sent.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Inventory } from '#inventory';
import { manualClock } from '#platform/clock';

import { sql } from '#platform/sql';
import {
  assertAgreed,
  counted,
  countedOf,
  openGated,
  openWithRedis,
  untilCounted,
} from '../../test/support/gated-inventory.ts';
import { EAST, figures, ids, keyOf, reservation, stocked, TTL_MS, tally, WEST } from '../../test/support/inventory.ts';
import { need } from '../../test/support/parts.ts';
import { startRedis, startRedisCluster } from '../../test/support/redis.ts';

const soldOut = (product_id: string, requested = 1, available = 0) => ({
  ok: false,
  code: 'OUT_OF_STOCK',
  detail: { lines: [{ product_id, requested, available }] },
});

test('400 buyers of 100 units: exactly 100 hold one, and the ledger is asked for few more than 100', async t => {
  const opened = await openWithRedis(t);
  if (opened === null) return;
  const { inventory, ledgerCommands, metric } = opened;
  const product = await counted(inventory, { [WEST]: 60, [EAST]: 40 });
  const before = await ledgerCommands();
  const answers = await Promise.all(Array.from({ length: 400 }, () => inventory.reserveStock(reservation([product]))));
  assert.deepEqual(tally(answers), { ok: 100, OUT_OF_STOCK: 300 });
  for (const answer of answers) if (!answer.ok) assert.deepEqual(answer, soldOut(product));
  const asked = (await ledgerCommands()) - before;
  assert.ok(asked >= 100 && asked <= 105, `the ledger was asked ${asked} times`);
  assert.equal(await metric('gate_answers_total{answer="refused"}'), 400 - asked);
  assert.equal(await metric('gate_up'), 1);
  assert.deepEqual(await figures(inventory, product), [100, 100, 0]);
  await assertAgreed(opened);
});

test('two processes share one Redis: exactly 100 of 400 hold one, whichever they ask', async t => {
  const one = await openWithRedis(t);
  if (one === null) return;
  const two = await openGated(t, { url: one.server.url, db: one.db });
  const product = await counted(one.inventory, 100);
  const before = (await one.ledgerCommands()) + (await two.ledgerCommands());
  const answers = await Promise.all(
    Array.from({ length: 400 }, (_, i) => (i % 2 ? one : two).inventory.reserveStock(reservation([product]))),
  );
  assert.deepEqual(tally(answers), { ok: 100, OUT_OF_STOCK: 300 });
  const asked = (await one.ledgerCommands()) + (await two.ledgerCommands()) - before;
  assert.ok(asked >= 100 && asked <= 110, `the ledgers were asked ${asked} times`);
  await assertAgreed(one);
});

test('on a cluster of three nodes 400 buyers of two products each are refused only what is really gone', async t => {
  const path = need(t, 'redis');
  if (path === null) return;
  const { url } = await startRedisCluster(t, path);
  const opened = await openGated(t, { url });
  const { inventory } = opened;
  const products = await Promise.all(Array.from({ length: 20 }, () => counted(inventory, 10)));
  const pairs = Array.from({ length: 400 }, (_, i) => [products[i % 20]!, products[(i + 1 + (i % 7)) % 20]!]);
  const answers = await Promise.all(pairs.map(pair => inventory.reserveStock(reservation(pair))));
  const held = answers.filter(answer => answer.ok).length;
  assert.deepEqual(tally(answers), { ok: held, OUT_OF_STOCK: 400 - held });
  const left = new Map<string, number>();
  for (const product of products) left.set(product, (await figures(inventory, product))[2]);
  assert.equal(
    [...left.values()].reduce((sum, units) => sum + units, 0),
    200 - 2 * held,
  );
  for (const [i, pair] of pairs.entries()) {
    const isGone = pair.some(product => left.get(product) === 0);
    assert.ok(answers[i]!.ok || isGone, 'nobody is refused whose two products are both left over');
  }
  await assertAgreed(opened);
});

test('one of three products sold out: the refusal names it alone, and the others are given back', async t => {
  const opened = await openWithRedis(t);
  if (opened === null) return;
  const { inventory, ledgerCommands, server } = opened;
  const products = (await Promise.all([5, 5, 5].map(units => counted(inventory, units)))).sort();
  const last = products[2]!;
  assert.equal((await inventory.reserveStock(reservation([last], { quantity: 5 }))).ok, true);
  const before = await ledgerCommands();
  assert.deepEqual(await inventory.reserveStock(reservation(products, { quantity: 2 })), soldOut(last, 2));
  assert.equal(await ledgerCommands(), before, 'the ledger was not asked');
  const left = (product: string) => server.ask('HMGET', `gate:{${product}}`, 'left', 'on_way');
  for (const product of products.slice(0, 2)) await untilTrue(async () => String(await left(product)) === '5,0');
  assert.equal(String(await left(last)), '0,0');
  assert.equal((await inventory.reserveStock(reservation(products.slice(0, 2), { quantity: 5 }))).ok, true);
  await assertAgreed(opened);
});

test('two lines of one product count together', async t => {
  const opened = await openWithRedis(t);
  if (opened === null) return;
  const { inventory } = opened;
  const product = await counted(inventory, 3);
  const twice = {
    ...reservation([product, product]),
    lines: [2, 2].map(quantity => ({ product_id: product, quantity })),
  };
  assert.deepEqual(await inventory.reserveStock(twice), soldOut(product, 4, 3));
  assert.deepEqual(await figures(inventory, product), [3, 0, 3]);
  await assertAgreed(opened);
});

test('a repeat is answered by the ledger, sold out or not, remembered by the gate or not', async t => {
  const opened = await openWithRedis(t);
  if (opened === null) return;
  const { inventory, server, sweep } = opened;
  const product = await counted(inventory, 2);
  const [first, second] = [reservation([product]), reservation([product])];
  const told = await inventory.reserveStock(first);
  assert.equal((await inventory.reserveStock(second)).ok, true);
  assert.deepEqual(await inventory.reserveStock(first), told, 'the gate knows it');
  await server.ask('FLUSHALL');
  assert.deepEqual(await inventory.reserveStock(first), told, 'the gate counts nothing');
  await sweep();
  assert.equal(await countedOf(inventory, product), 0);
  assert.deepEqual(await inventory.reserveStock(first), told, 'the gate counts, and does not know it');
  assert.deepEqual(await inventory.reserveStock(reservation([product])), soldOut(product));
  assert.deepEqual(await figures(inventory, product), [2, 2, 0]);
  await assertAgreed(opened);
});

test('a repeat of a reservation that is over is told so, though nothing is left, and takes nothing', async t => {
  const opened = await openWithRedis(t);
  if (opened === null) return;
  const { inventory } = opened;
  const product = await counted(inventory, 1);
  const over = reservation([product]);
  await inventory.reserveStock(over);
  await inventory.releaseReservation(keyOf(over));
  await untilCounted(inventory, product, 1);
  const again = await inventory.reserveStock(over);
  assert.equal(again.ok && again.value.state, 'released');
  await untilCounted(inventory, product, 1);
  assert.equal((await inventory.reserveStock(reservation([product]))).ok, true);
  const late = await inventory.reserveStock(over);
  assert.equal(late.ok && late.value.state, 'released');
  await assertAgreed(opened);
});

test('30 times at once the same reservation takes one of the last two units', async t => {
  const opened = await openWithRedis(t);
  if (opened === null) return;
  const { inventory } = opened;
  const product = await counted(inventory, 2);
  const asked = reservation([product]);
  const answers = await Promise.all(Array.from({ length: 30 }, () => inventory.reserveStock(asked)));
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
  assert.deepEqual(tally(answers), { ok: 30 });
  assert.deepEqual(await figures(inventory, product), [2, 1, 1]);
  await assertAgreed(opened);
  assert.equal(await countedOf(inventory, product), 1);
});

test('whatever brings units back lets the next buyer in: release, return, receive and adjust', async t => {
  const opened = await openWithRedis(t);
  if (opened === null) return;
  const { inventory } = opened;
  const product = await counted(inventory, 1);
  const isSoldOut = async () => (await inventory.reserveStock(reservation([product]))).ok === false;
  let holder = reservation([product]);
  const next = async () => {
    await untilCounted(inventory, product, 1);
    holder = reservation([product]);
    assert.equal((await inventory.reserveStock(holder)).ok, true);
    assert.equal(await isSoldOut(), true);
  };
  await next();
  await inventory.releaseReservation(keyOf(holder));
  await next();
  const order_id = ids.next();
  assert.equal((await inventory.sellReservation({ ...keyOf(holder), order_id })).ok, true);
  assert.equal(await isSoldOut(), true);
  assert.equal(await countedOf(inventory, product), 0);
  const part = { product_id: product, warehouse_id: WEST, quantity: 1 };
  await inventory.returnStock({ return_id: ids.next(), order_id, parts: [part] });
  await next();
  const movement = () => ({ movement_id: ids.nextFor(product), product_id: product, warehouse_id: EAST, reason: '' });
  await inventory.receiveStock({ ...movement(), quantity: 1 });
  await next();
  await inventory.adjustStock({ ...movement(), delta: 1 });
  await next();
  await assertAgreed(opened);
});

test('a sale brings nothing back: the gate forgets the reservation and counts what it counted', async t => {
  const opened = await openWithRedis(t);
  if (opened === null) return;
  const { inventory, server } = opened;
  const product = await counted(inventory, 3);
  const asked = reservation([product], { quantity: 2 });
  await inventory.reserveStock(asked);
  assert.equal((await inventory.sellReservation({ ...keyOf(asked), order_id: ids.next() })).ok, true);
  const isKnown = () => server.ask('ZSCORE', `gate:{${product}}:ends`, asked.reservation_id);
  await untilTrue(async () => (await isKnown()) === null);
  assert.deepEqual(await server.ask('HMGET', `gate:{${product}}`, 'left', 'on_way'), ['1', '0']);
  assert.deepEqual(await figures(inventory, product), [1, 0, 1]);
  await assertAgreed(opened);
});

test('expired units come back by the sweeper, and by a payment that comes too late', async t => {
  const path = need(t, 'redis');
  if (path === null) return;
  const { url } = await startRedis(t, path);
  const clock = manualClock(Date.now());
  const opened = await openGated(t, { url, clock });
  const { inventory, module } = opened;
  const product = await counted(inventory, 2);
  const [swept, late] = [reservation([product]), reservation([product])];
  for (const asked of [swept, late]) assert.equal((await inventory.reserveStock(asked)).ok, true);
  clock.advance(TTL_MS);
  assert.deepEqual(await inventory.sellReservation({ ...keyOf(late), order_id: ids.next() }), {
    ok: false,
    code: 'RESERVATION_EXPIRED',
  });
  await untilCounted(inventory, product, 1);
  await module.jobs!.find(job => job.name === 'inventory_sweep')!.run(AbortSignal.timeout(20_000));
  await untilCounted(inventory, product, 2);
  assert.equal((await inventory.reserveStock(reservation([product], { quantity: 2 }))).ok, true);
  await assertAgreed(opened);
});

test('what is extended is held by the gate as long as by the ledger, and a sale that was taken back comes home', async t => {
  const opened = await openWithRedis(t);
  if (opened === null) return;
  const { inventory, server } = opened;
  const product = await counted(inventory, 1);
  const asked = reservation([product], { ttl_ms: 60_000 });
  await inventory.reserveStock(asked);
  const endsMs = async () => Number(await server.ask('ZSCORE', `gate:{${product}}:ends`, asked.reservation_id));
  await untilTrue(async () => (await endsMs()) > Date.now() + 61_000);
  await inventory.extendReservation({ ...keyOf(asked), ttl_ms: 600_000 });
  await untilTrue(async () => (await endsMs()) > Date.now() + 599_000);
  const order_id = ids.next();
  await inventory.sellReservation({ ...keyOf(asked), order_id });
  await inventory.unsellReservation({ ...keyOf(asked), order_id, ttl_ms: 600_000 });
  assert.equal((await inventory.reserveStock(reservation([product]))).ok, false);
  await inventory.releaseReservation(keyOf(asked));
  await untilTrue(async () => (await inventory.reserveStock(reservation([product]))).ok);
  await assertAgreed(opened);
});

async function untilTrue(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!(await isTrue())) assert.ok(performance.now() < deadline, 'it never came true');
}

test('what the ledger refuses by a limit is given back by the gate', async t => {
  const opened = await openWithRedis(t);
  if (opened === null) return;
  const { inventory } = opened;
  const product = await counted(inventory, 5);
  const person_id = ids.next();
  const ask = () => {
    const lines = [{ product_id: product, quantity: 1, max_per_person: 2 }];
    return inventory.reserveStock({ ...reservation([product], { person_id }), lines });
  };
  const answers = await Promise.all([1, 2, 3, 4, 5].map(ask));
  assert.deepEqual(tally(answers), { ok: 2, LIMIT_PER_PERSON: 3 });
  await untilCounted(inventory, product, 3);
  assert.equal((await inventory.reserveStock(reservation([product], { quantity: 3 }))).ok, true);
  await assertAgreed(opened);
});

test('who wants more than one person may have is told that, though there is less than that left', async t => {
  const opened = await openWithRedis(t);
  if (opened === null) return;
  const { inventory } = opened;
  const product = await counted(inventory, 2);
  const wanting = (...quantities: number[]) => ({
    ...reservation([product]),
    lines: quantities.map(quantity => ({ product_id: product, quantity, max_per_person: 4 })),
  });
  const refused = async (...quantities: number[]) => tally([await inventory.reserveStock(wanting(...quantities))]);
  assert.deepEqual(await refused(5), { LIMIT_PER_PERSON: 1 });
  assert.deepEqual(await refused(3, 2), { LIMIT_PER_PERSON: 1 });
  assert.deepEqual(await refused(4), { OUT_OF_STOCK: 1 });
  assert.equal(await countedOf(inventory, product), 2, 'and nothing was taken');
});

test('of a product with plenty the gate is not asked, until there is little of it', async t => {
  const opened = await openWithRedis(t);
  if (opened === null) return;
  const { inventory, metric, server } = opened;
  const product = await stocked(inventory, 200_000);
  const buy = async () => assert.equal((await inventory.reserveStock(reservation([product]))).ok, true);
  const callsOfScripts = async () => {
    const stats = String(await server.ask('INFO', 'commandstats'));
    return [...stats.matchAll(/cmdstat_eval\w*:calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0);
  };
  // What is asked because of the first buyers ends soon after it is known how many units there are.
  await untilTrue(async () => {
    const before = await callsOfScripts();
    await buy();
    return (await callsOfScripts()) === before;
  });
  const before = await callsOfScripts();
  for (let i = 0; i < 50; i++) await buy();
  const asked = (await callsOfScripts()) - before;
  assert.ok(asked <= 4, `Redis was asked ${asked} times for 50 buyers`);
  assert.ok((await metric('gate_answers_total{answer="skipped"}')) >= 51);
  assert.equal(await countedOf(inventory, product), null);
  const [, reserved] = await figures(inventory, product);
  const movement = { movement_id: ids.nextFor(product), product_id: product, warehouse_id: WEST, reason: '' };
  await inventory.adjustStock({ ...movement, delta: reserved + 3 - 200_000 });
  await untilCounted(inventory, product, 3);
  assert.deepEqual(await inventory.reserveStock(reservation([product], { quantity: 4 })), soldOut(product, 4, 3));
  await assertAgreed(opened);
});

test('a product that is no longer scarce is counted no more', async t => {
  const opened = await openWithRedis(t);
  if (opened === null) return;
  const { inventory, sweep } = opened;
  const product = await counted(inventory, 10);
  await inventory.receiveStock({
    movement_id: ids.nextFor(product),
    product_id: product,
    warehouse_id: WEST,
    quantity: 20_000,
    reason: '',
  });
  await untilCounted(inventory, product, null);
  await sweep();
  assert.equal(await countedOf(inventory, product), null);
  await assertAgreed(opened);
});

test('a comparison in the middle of a hold undoes nothing: it is counted before, while and after the ledger takes it', async t => {
  const opened = await openWithRedis(t);
  if (opened === null) return;
  const { inventory, db, sweep, server } = opened;
  const product = await counted(inventory, 10);
  const asked = reservation([product], { quantity: 3 });
  let holding: ReturnType<Inventory['reserveStock']> | undefined;
  await db.transaction(async tx => {
    // The ledger waits for this row; the gate does not.
    await tx.query(sql`select from inventory.stock where product_id = ${product}::uuid for update`);
    holding = inventory.reserveStock(asked);
    await untilTrue(async () => (await server.ask('HGET', `gate:{${product}}`, 'on_way')) === '3');
    await sweep();
    assert.equal(await server.ask('HGET', `gate:{${product}}`, 'left'), '7');
    const tooMany = await inventory.reserveStock(reservation([product], { quantity: 8 }));
    assert.deepEqual(tooMany, soldOut(product, 8, 7));
  });
  assert.equal((await holding!).ok, true);
  await sweep();
  await untilCounted(inventory, product, 7);
  assert.equal(await server.ask('HGET', `gate:{${product}}`, 'left'), '7');
  await assertAgreed(opened);
});
