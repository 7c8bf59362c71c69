// Goal: how far subscriptions are can be read at any time, whatever runs elsewhere, and what is stuck is tried again.
// Method: a real outbox, a real consumer that reads it, and one whose source is not in this process.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { limits } from '#limits';
import { testDatabase } from '../../test/support/postgres.ts';
import { systemClock } from './clock.ts';
import { createIds } from './ids.ts';
import { appendEvents, createOutbox, type DomainEvent } from './outbox.ts';
import { sql } from './sql.ts';
import { createSubscription, type Subscription } from './subscription.ts';
import { countBacklog, readSubscriptions, retryStuckEvent } from './subscription-status.ts';

const log = pino({ level: 'silent' });
const ids = createIds();
const clock = {
  ...systemClock,
  sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(Math.min(ms, 20), signal),
};

async function prepare(t: TestContext, handle: (events: DomainEvent[]) => Promise<void>) {
  // Hooks run in the order of their registration: subscriptions end before their database does.
  const subscriptions: Subscription[] = [];
  t.after(() => Promise.all(subscriptions.map(subscription => subscription.stop())));
  const { db } = await testDatabase(t, ['inventory']);
  const outbox = createOutbox({ db, schema: 'inventory', log, clock });
  const shared = { consumer: 'consumer', handle, db, schema: 'inventory', log, clock };
  const near = createSubscription({ ...shared, source: 'inventory', read: outbox.readEvents });
  const read = async () => ({ events: [], cursor: '', seen_to: '0', head: '0' });
  const far = createSubscription({ ...shared, source: 'elsewhere', read });
  subscriptions.push(near, far);
  const local = new Map([
    ['inventory', { outbox }],
    ['consumer', { subscriptions }],
    ['neither', {}],
  ]);
  return { db, local, near };
}

/** The outbox is told of a reader's place with its next look, half a second later at most. */
async function until(claim: () => Promise<boolean>): Promise<void> {
  const endMs = Date.now() + 10_000;
  while (!(await claim())) {
    assert.ok(Date.now() < endMs, 'not within 10 s');
    await systemClock.sleep(10);
  }
}

const event = (aggregate_id = ids.next(), version = 1) => ({ aggregate_id, version, type: 'thing.changed', data: {} });
const unknown = { behind: null, behind_relation: 'eq', oldest_at: null, stuck: 0 };

test('what waits is counted up to a bound, and nothing is known of a source elsewhere', async t => {
  const { db, local, near } = await prepare(t, async () => {});
  const both = [
    { source: 'inventory', consumer: 'consumer', ...unknown },
    { source: 'elsewhere', consumer: 'consumer', ...unknown },
  ];
  assert.deepEqual(await readSubscriptions(local), both);
  await db.query(sql`insert into inventory.outbox_readers (consumer, xid, event_id, read_at)
    values ('consumer', '0', 0, now())`);
  await appendEvents(db, 'inventory', [event(), event(), event()]);
  const [{ at }] = (await db.query<{ at: string }>(sql`select min(at) as at from inventory.outbox`)) as [
    { at: string },
  ];
  assert.deepEqual(await readSubscriptions(local), [{ ...both[0], behind: 3, oldest_at: at }, both[1]]);
  assert.equal(await countBacklog(local), 3);
  const many = Array.from({ length: limits.eventLagCountedMax }, () => event());
  await appendEvents(db, 'inventory', many);
  const [counted] = await readSubscriptions(local);
  assert.deepEqual([counted?.behind, counted?.behind_relation], [limits.eventLagCountedMax, 'gte']);
  near.start();
  await near.drained();
  await until(async () => (await countBacklog(local)) === 0);
  assert.deepEqual(await readSubscriptions(local), [{ ...both[0], behind: 0 }, both[1]]);
});

test('a stuck event is counted, tried again on demand, and gone when it could be applied', async t => {
  let isPoison = true;
  const seen: number[] = [];
  const { db, local, near } = await prepare(t, async events => {
    if (isPoison) throw new Error('can not be applied');
    seen.push(...events.map(each => each.version));
  });
  const aggregate = ids.next();
  await appendEvents(db, 'inventory', [event(aggregate, 1), event(aggregate, 2)]);
  near.start();
  await near.drained();
  assert.equal((await readSubscriptions(local))[0]?.stuck, 2);
  const event_id = (await near.stuck())[0]!.event.event_id;
  const again = await retryStuckEvent(local, { source: 'inventory', event_id });
  const error = 'Error: can not be applied';
  assert.deepEqual(again, { ok: false, code: 'EVENT_STILL_STUCK', detail: { error } });
  assert.equal((await readSubscriptions(local))[0]?.stuck, 2);
  for (const other of [
    { source: 'elsewhere', event_id },
    { source: 'inventory', event_id: '999' },
  ]) {
    assert.deepEqual(await retryStuckEvent(local, other), { ok: false, code: 'NOT_FOUND' });
  }
  isPoison = false;
  assert.deepEqual(await retryStuckEvent(local, { source: 'inventory', event_id }), { ok: true, value: null });
  assert.deepEqual(seen, [1, 2]);
  assert.equal((await readSubscriptions(local))[0]?.stuck, 0);
  assert.deepEqual(await retryStuckEvent(local, { source: 'inventory', event_id }), { ok: false, code: 'NOT_FOUND' });
});
