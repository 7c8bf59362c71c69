// Goal: on Citus no statement touches two buckets, one bucket waits for no other, and memory stays bounded; on one
// database nothing is different. Method: a `run` that records what it is given and answers when it is told to.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '#limits';
import { groupByBucket } from './group-by-bucket.ts';
import { createMetrics } from './metrics.ts';
import { Unavailable } from './outcome.ts';
import type { Route, Sharding } from './route.ts';

interface Asked {
  bucket: number;
  name: string;
}

function recorded(sharding: Sharding, options: { queueMax?: number } = {}) {
  const ran: { route: Route; names: string[] }[] = [];
  const held = new Map<Route, PromiseWithResolvers<void>>();
  const metrics = createMetrics();
  const groups = groupByBucket<Asked, string>({
    name: 'tried',
    sharding,
    metrics,
    bucketOf: asked => asked.bucket,
    async run(asked, route) {
      ran.push({ route, names: asked.map(one => one.name) });
      await held.get(route)?.promise;
      return asked.map(one => `${one.name} done`);
    },
    find: async asked => asked.map(() => undefined),
    ...options,
  });
  /** Groups of this bucket don't answer before the one that is returned is resolved. */
  const hold = (route: Route) => {
    const gate = Promise.withResolvers<void>();
    held.set(route, gate);
    return () => {
      held.delete(route);
      gate.resolve();
    };
  };
  return { groups, ran, hold, metrics };
}

const asked = (bucket: number, name: string): Asked => ({ bucket, name });

test('on one database a group mixes all buckets, and its statements have no route', async () => {
  const { groups, ran } = recorded('none');
  const answers = await Promise.all([groups.submit(asked(1, 'a')), groups.submit(asked(2, 'b'))]);
  assert.deepEqual(answers, ['a done', 'b done']);
  assert.deepEqual(ran, [{ route: null, names: ['a', 'b'] }]);
});

test('on Citus each bucket has its own groups, in the order of arrival', async () => {
  const { groups, ran } = recorded('citus');
  const commands = [asked(1, 'a'), asked(2, 'b'), asked(1, 'c'), asked(255, 'd'), asked(2, 'e')];
  const answers = await Promise.all(commands.map(command => groups.submit(command)));
  assert.deepEqual(answers, ['a done', 'b done', 'c done', 'd done', 'e done']);
  assert.deepEqual(ran, [
    { route: 1, names: ['a', 'c'] },
    { route: 2, names: ['b', 'e'] },
    { route: 255, names: ['d'] },
  ]);
});

test('a bucket that is slow holds up no other one', async () => {
  const { groups, hold } = recorded('citus');
  const goOn = hold(1);
  const slow = groups.submit(asked(1, 'slow'));
  assert.equal(await groups.submit(asked(2, 'quick')), 'quick done');
  goOn();
  assert.equal(await slow, 'slow done');
});

test('only so many buckets are at work at once, and the others follow in the order they came', async () => {
  const { groups, ran, hold } = recorded('citus');
  const buckets = Array.from({ length: limits.bucketsAtOnceMax + 2 }, (_, bucket) => bucket);
  const goOn = buckets.map(hold);
  const waiting = buckets.map(bucket => groups.submit(asked(bucket, `b${bucket}`)));
  await new Promise(resolve => setImmediate(() => setImmediate(resolve)));
  const begun = () => ran.map(group => group.route);
  assert.deepEqual(begun(), buckets.slice(0, -2));
  goOn[1]!();
  await waiting[1];
  await new Promise(resolve => setImmediate(resolve));
  assert.deepEqual(begun(), buckets.slice(0, -1));
  for (const go of goOn) go();
  await Promise.all(waiting);
  assert.deepEqual(begun(), buckets);
});

test('the bound of the queue is for all buckets together, and those beyond it are told so', async () => {
  const { groups, ran, hold } = recorded('citus', { queueMax: 3 });
  const goOn = [hold(1), hold(2), hold(3)];
  const waiting = [1, 2, 3].map(bucket => groups.submit(asked(bucket, `b${bucket}`)));
  await assert.rejects(groups.submit(asked(4, 'too many')), Unavailable);
  for (const go of goOn) go();
  await Promise.all(waiting);
  assert.equal(await groups.submit(asked(4, 'now')), 'now done');
  assert.deepEqual(
    ran.map(group => group.route),
    [1, 2, 3, 4],
  );
});

test('idle buckets are forgotten: one collector tells what waits, however many there were', async () => {
  const { groups, metrics, hold } = recorded('citus');
  for (let bucket = 0; bucket < 256; bucket += 1) await groups.submit(asked(bucket, 'x'));
  const goOn = hold(7);
  const waiting = groups.submit(asked(7, 'y'));
  const told = await metrics.text();
  assert.deepEqual(told.match(/^doorbuster_group_queue\{.*$/gm), ['doorbuster_group_queue{group="tried"} 1']);
  goOn();
  await waiting;
  assert.equal(groups.queued, 0);
});

test('stopping finishes what was accepted in every bucket, and refuses what comes later', async () => {
  const { groups, hold } = recorded('citus');
  const goOn = hold(1);
  const accepted = [groups.submit(asked(1, 'a')), groups.submit(asked(2, 'b'))];
  const stopped = groups.stop();
  await assert.rejects(groups.submit(asked(3, 'late')), Unavailable);
  goOn();
  await stopped;
  assert.deepEqual(await Promise.all(accepted), ['a done', 'b done']);
});
