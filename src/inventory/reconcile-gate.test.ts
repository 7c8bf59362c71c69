// Goal: a product that changes while it is compared is compared again, a bounded number of times. Method: the scripts
// on a real Redis, with a change planted between view and correction, and a clock that the test moves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { manualClock } from '#platform/clock';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import { openInventory, stocked } from '../../test/support/inventory.ts';
import { need } from '../../test/support/parts.ts';
import { openRedis, startRedis } from '../../test/support/redis.ts';
import { createGateCounts } from './gate-counts.ts';
import { createGateReconciler } from './reconcile-gate.ts';

test('a product that is busy is compared again until it is quiet, and after four times more left to the sweep', async t => {
  const path = need(t, 'redis');
  if (path === null) return;
  const server = await startRedis(t, path);
  const metrics = createMetrics();
  const counts = createGateCounts({ redis: await openRedis(t, server.url), metrics });
  const { inventory, db } = await openInventory(t);
  const [product, quiet] = [await stocked(inventory, 3), await stocked(inventory, 3)];
  const clock = manualClock(0);
  let busyFor = Number.POSITIVE_INFINITY;
  let compared = 0;
  const busy: typeof counts = {
    ...counts,
    async correct(productId, view, ledger) {
      if (productId === product && compared++ < busyFor) await counts.release(product, quiet, { units: 'back' });
      return await counts.correct(productId, view, ledger);
    },
  };
  const reconciler = createGateReconciler({ db, counts: busy, clock, log: createLog({ level: 'silent' }), metrics });
  t.after(() => reconciler.stop());
  const left = async (productId: string) => (await counts.view(productId))!.left;
  const plant = async (productId: string) => {
    await server.ask('HSET', `gate:{${productId}}`, 'left', '1000', 'on_way', '0', 'changes', '0');
  };
  /** The time goes on until then, or is over. */
  const until = async (isTrue: () => boolean | Promise<boolean>) => {
    const deadline = performance.now() + 10_000;
    while (!(await isTrue())) {
      assert.ok(performance.now() < deadline, `compared ${compared} times`);
      clock.advance(1_000);
      await pause(1);
    }
  };
  await plant(product);
  reconciler.look([product]);
  await until(() => compared === 5);
  // Each look at the other one comes after whatever is due by then.
  for (const _ of [1, 2, 3]) {
    await plant(quiet);
    reconciler.look([quiet]);
    await until(async () => (await left(quiet)) === 3);
  }
  assert.equal(compared, 5, 'the first time, and four times more');
  assert.equal(await left(product), 1000, 'it was only ever raised');
  [busyFor, compared] = [2, 0];
  reconciler.look([product]);
  await until(async () => (await left(product)) === 3);
  assert.equal(compared, 3);
});
