// Goal: a count of the gate that stays wrong is named with its product, and one that is only late is not.
// Method: a shop on a real Redis, whose count is changed behind the gate's back; the audit's pauses are over at once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { untilCounted } from '../../test/support/gated-inventory.ts';
import { ordersWorld } from '../../test/support/orders-world.ts';
import { need } from '../../test/support/parts.ts';
import { openRedis, startRedis, untilUp } from '../../test/support/redis.ts';
import { runAudit } from './run-audit.ts';

const GATE = 'the gate counts what the ledger has';

type Gated = Exclude<Awaited<ReturnType<typeof gatedWorld>>, null>;

async function gatedWorld(t: Parameters<typeof need>[0] & Parameters<typeof startRedis>[0]) {
  const path = need(t, 'redis');
  if (path === null) return null;
  const server = await startRedis(t, path);
  const redis = await openRedis(t, server.url);
  return { ...(await ordersWorld(t, { redis })), server, redis };
}

/** What the audit says of the gate, and how often it paused; `atPause` is what the shop does meanwhile. */
async function auditGate({ orders, inventory, payments, clock }: Gated, atPause = async () => {}) {
  let pauses = 0;
  async function sleep(): Promise<void> {
    pauses += 1;
    await atPause();
  }
  const report = await runAudit({ orders, inventory, payments, clock: { nowMs: clock.nowMs, sleep } });
  const { ok, checked, violations } = report.invariants.find(({ name }) => name === GATE)!;
  return { ok, checked, violations, pauses, isWhole: report.ok };
}

test('the audit compares what the gate counts with the ledger, and nothing where it counts nothing', async t => {
  const world = await gatedWorld(t);
  if (world === null) return;
  const [few, plenty] = [await world.sell(5), await world.sell(20_000)];
  await world.checkedOut(world.shopper(), { [few]: 2, [plenty]: 1 });
  await world.buy(world.shopper(), few);
  await untilCounted(world.inventory, few, 2);
  const whole = { ok: true, checked: 1, violations: [], pauses: 0, isWhole: true };
  assert.deepEqual(await auditGate(world), whole);
  await world.server.kill();
  await untilUp(world.redis, false);
  assert.deepEqual(await auditGate(world), { ...whole, checked: 0 });
});

test('a count that stays wrong for more than five seconds is named with its product, and by no other invariant', async t => {
  const world = await gatedWorld(t);
  if (world === null) return;
  const [right, wrong] = [await world.sell(5), await world.sell(7)];
  await untilCounted(world.inventory, right, 5);
  await untilCounted(world.inventory, wrong, 7);
  await world.server.ask('HINCRBY', `gate:{${wrong}}`, 'left', '-2');
  const violations = [`${wrong}: the gate counts 5, but the ledger has 7`];
  // Eleven pauses of half a second: more than five.
  assert.deepEqual(await auditGate(world), { ok: false, checked: 2, violations, pauses: 11, isWhole: false });
  assert.deepEqual(await world.units(wrong), [7, 0, 7]);
});

test('a count that the shop puts right meanwhile is no violation', async t => {
  const world = await gatedWorld(t);
  if (world === null) return;
  const product = await world.sell(5);
  await untilCounted(world.inventory, product, 5);
  await world.server.ask('HINCRBY', `gate:{${product}}`, 'left', '3');
  const audited = await auditGate(world, () => world.runJob('inventory_gate'));
  assert.deepEqual(audited, { ok: true, checked: 1, violations: [], pauses: 1, isWhole: true });
  await untilCounted(world.inventory, product, 5);
});
