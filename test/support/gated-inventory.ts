import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Inventory } from '#inventory';
import type { Clock } from '#platform/clock';
import { createMetrics } from '#platform/metrics';
import type { Redis } from '#platform/redis';
import type { Database } from '#platform/sql';
import { assertBalanced, type OpenInventory, openInventory, stocked } from './inventory.ts';
import { need } from './parts.ts';
import { openRedis, type RedisServer, startRedis } from './redis.ts';

export interface GatedInventory extends OpenInventory {
  redis: Redis;
  /** What the scheduled job does once a second. */
  sweep(): Promise<void>;
  /** A metric's figure, 0 where it has none yet. */
  metric(name: string): Promise<number>;
  /** How many commands the ledger has been sent. */
  ledgerCommands(): Promise<number>;
}

type TestContext = { after(work: () => Promise<void>): void; skip(reason: string): void };

/** An inventory with a gate before its ledger, as one process of a shop has it. */
export async function openGated(
  t: TestContext,
  options: { url: string; db?: Database; clock?: Clock },
): Promise<GatedInventory> {
  const metrics = createMetrics();
  const redis = await openRedis(t, options.url);
  const opened = await openInventory(t, { db: options.db, clock: options.clock, redis, metrics });
  t.after(() => opened.module.stop!());
  const metric = async (name: string) => {
    const line = (await metrics.text()).split('\n').find(each => each.startsWith(`doorbuster_${name} `));
    return Number(line?.split(' ').at(-1) ?? 0);
  };
  return {
    ...opened,
    redis,
    async sweep() {
      const job = opened.module.jobs!.find(one => one.name === 'inventory_gate')!;
      await job.run(AbortSignal.timeout(20_000));
    },
    metric,
    ledgerCommands: () => metric('group_size_sum{group="inventory_ledger"}'),
  };
}

/** With a Redis of its own; null where there is none on this machine, and the test is skipped. */
export async function openWithRedis(t: TestContext): Promise<(GatedInventory & { server: RedisServer }) | null> {
  const path = need(t, 'redis');
  if (path === null) return null;
  const server = await startRedis(t, path);
  return { ...(await openGated(t, { url: server.url })), server };
}

/** A product that the gate counts already. */
export async function counted(inventory: Inventory, units: number | Record<string, number>): Promise<string> {
  const product = await stocked(inventory, units);
  const sum = typeof units === 'number' ? units : Object.values(units).reduce((all, some) => all + some, 0);
  await untilCounted(inventory, product, sum);
  return product;
}

/** What the gate counts of a product, and what the ledger has; null where the gate does not count it. */
export async function countedOf(inventory: Inventory, product: string): Promise<number | null> {
  const facts = await readAll(inventory);
  return facts.find(fact => fact.key.endsWith(product))!.counted;
}

async function readAll(inventory: Inventory) {
  return await inventory.readGateFacts({ after: null, limit: 1000 });
}

const AGREE_WITHIN_MS = 5_000;

/** Waits until the gate counts the product as it is told: it hears of what the ledger did a moment later. */
export async function untilCounted(inventory: Inventory, product: string, units: number | null): Promise<void> {
  const deadline = performance.now() + AGREE_WITHIN_MS;
  for (;;) {
    const counted = await countedOf(inventory, product);
    if (counted === units) return;
    assert.ok(performance.now() < deadline, `counted ${counted}, not ${units}`);
    await pause(5);
  }
}

/** When it is quiet, the gate counts what the ledger has, and the ledger is in balance. */
export async function assertAgreed({ inventory, db }: OpenInventory): Promise<void> {
  const deadline = performance.now() + AGREE_WITHIN_MS;
  for (;;) {
    const facts = await readAll(inventory);
    const wrong = facts.filter(({ counted, available }) => counted !== null && counted !== available);
    if (wrong.length === 0) break;
    assert.ok(performance.now() < deadline, `the gate counts otherwise: ${JSON.stringify(wrong)}`);
    await pause(5);
  }
  await assertBalanced(db);
}
