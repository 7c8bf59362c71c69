// Goal: at least once, in an aggregate's order, through crashes, outages and events that can't be applied.
// Method: a real outbox and a real consumer's tables; the consumer notes what it was handed and fails on demand.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { limits } from '#limits';
import { testDatabase } from '../../test/support/postgres.ts';
import { systemClock } from './clock.ts';
import { createIds } from './ids.ts';
import { createMetrics } from './metrics.ts';
import { appendEvents, createOutbox, type DomainEvent, type NewEvent } from './outbox.ts';
import { Unavailable } from './outcome.ts';
import { raw, sql } from './sql.ts';
import { createSubscription, type Subscription, type SubscriptionOptions } from './subscription.ts';

const log = pino({ level: 'silent' });
const ids = createIds();
/** Pauses are real but short, so that retries of minutes take moments. */
const clock = {
  nowMs: () => Date.now(),
  sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(Math.min(ms, 20), signal),
};
const event = (version: number, aggregateId = ids.next(), type = 'thing.changed'): NewEvent => ({
  aggregate_id: aggregateId,
  version,
  type,
  data: {},
});

async function prepare(t: TestContext) {
  // Hooks run in the order of their registration: subscriptions end before their database does.
  const subscriptions: Subscription[] = [];
  t.after(() => Promise.all(subscriptions.map(subscription => subscription.stop())));
  const { db } = await testDatabase(t, []);
  const header = (await readFile(new URL('./outbox.ts', import.meta.url), 'utf8')).split('*/')[0]!;
  await db.query(sql`create schema source`);
  for (const [, text] of header
    .replaceAll(/^ \* ?/gm, '')
    .matchAll(/ {2}(create table <schema>\.\w+ \(.*?\n {2}\);)/gs)) {
    await db.query(raw(text!.replaceAll('<schema>', 'source')));
  }
  const outbox = createOutbox({ db, schema: 'source', log, clock });
  const append = async (...events: NewEvent[]) => {
    await db.transaction(tx => appendEvents(tx, 'source', events));
    outbox.committed();
  };
  function subscribe(handle: (events: DomainEvent[]) => Promise<void>, more: Partial<SubscriptionOptions> = {}) {
    const subscription = createSubscription({
      source: 'source',
      consumer: 'consumer',
      read: outbox.readEvents,
      onCommitted: outbox.onCommitted,
      db,
      schema: 'source',
      handle,
      log,
      clock,
      ...more,
    });
    subscriptions.push(subscription);
    return subscription;
  }
  return { db, outbox, append, subscribe };
}

test('what was committed before a call of drained is applied when it resolves, only the types asked for', async t => {
  const { append, subscribe } = await prepare(t);
  const seen: number[] = [];
  const note = async (events: DomainEvent[]) => void seen.push(...events.map(each => each.version));
  const metrics = createMetrics();
  const subscription = subscribe(note, { types: ['thing.changed'], metrics });
  await append(event(1), event(2, undefined, 'thing.ignored'), event(3));
  subscription.start();
  await subscription.drained();
  assert.deepEqual(seen, [1, 3]);
  await append(event(4));
  await subscription.drained();
  assert.deepEqual(seen, [1, 3, 4]);
  assert.match(await metrics.text(), /events_applied_total\{source="source",consumer="consumer"\} 4/);
});

test('drained waits for what an older open transaction holds back', async t => {
  const { db, append, subscribe } = await prepare(t);
  const seen: number[] = [];
  const subscription = subscribe(async events => void seen.push(...events.map(each => each.version)));
  subscription.start();
  let isDrained = false;
  let drained = Promise.resolve();
  await db.transaction(async tx => {
    await appendEvents(tx, 'source', [event(1)]);
    await append(event(2));
    drained = subscription.drained().then(() => {
      isDrained = true;
    });
    await systemClock.sleep(100);
    assert.equal(isDrained, false);
    assert.deepEqual(seen, []);
  });
  await drained;
  assert.deepEqual(seen, [1, 2]);
});

test('a commit of this process is handed on at once, without waiting for the poll', async t => {
  const { append, subscribe } = await prepare(t);
  let seenAtMs = 0;
  const subscription = subscribe(
    async () => {
      seenAtMs = performance.now();
    },
    { clock: systemClock },
  );
  subscription.start();
  await subscription.drained();
  await systemClock.sleep(limits.eventPollMs * 2.5);
  const startMs = performance.now();
  await append(event(1));
  await subscription.drained();
  assert.ok(seenAtMs - startMs < limits.eventPollMs / 2, `${seenAtMs - startMs} ms`);
});

test('many events come in full batches, one after the other', async t => {
  const { append, subscribe } = await prepare(t);
  const sizes: number[] = [];
  const subscription = subscribe(async events => void sizes.push(events.length));
  await append(...Array.from({ length: limits.eventBatchMax * 2 + 7 }, (_, i) => event(i)));
  subscription.start();
  await subscription.drained();
  assert.deepEqual(sizes, [limits.eventBatchMax, limits.eventBatchMax, 7]);
});

test('an end between handling and saving the position delivers again; after the save it does not', async t => {
  const { append, subscribe } = await prepare(t);
  await append(event(1), event(2));
  const seen: string[] = [];
  const by = (name: string) => async (events: DomainEvent[]) =>
    void seen.push(...events.map(each => `${name}${each.version}`));
  // What a killed process leaves: handled, but the position was never written.
  const dying = subscribe(by('a'), {
    cursors: { load: async () => '', save: () => Promise.reject(new Error('killed')) },
  });
  dying.start();
  while (seen.length < 2) await systemClock.sleep(5);
  await dying.stop();
  seen.length = 0;
  const second = subscribe(by('b'));
  second.start();
  await second.drained();
  await second.stop();
  const third = subscribe(by('c'));
  third.start();
  await third.drained();
  assert.deepEqual(seen, ['b1', 'b2']);
  await assert.rejects(second.drained(), Unavailable);
});

test('an outage is waited out, and nothing is put aside for it', async t => {
  const { append, subscribe } = await prepare(t);
  let failures = 0;
  const seen: number[] = [];
  const subscription = subscribe(async events => {
    if (failures++ < 12) throw new Unavailable('away');
    seen.push(...events.map(each => each.version));
  });
  await append(event(1), event(2));
  subscription.start();
  await subscription.drained();
  assert.deepEqual(seen, [1, 2]);
  assert.deepEqual(await subscription.stuck(), []);
});

test('a poison event and the later ones of its aggregate are put aside; others go on; a retry frees all', async t => {
  const { append, subscribe } = await prepare(t);
  const [bad, good] = [ids.next(), ids.next()];
  let isPoison = true;
  let tries = 0;
  const seen: string[] = [];
  const subscription = subscribe(async events => {
    const poison = events.find(each => each.aggregate_id === bad && each.version === 2);
    if (poison && isPoison) {
      if (events.length === 1) tries += 1;
      throw new Error('can not be applied');
    }
    seen.push(...events.map(each => `${each.aggregate_id === bad ? 'bad' : 'good'} ${each.version}`));
  });
  await append(event(1, bad), event(1, good), event(2, bad), event(2, good), event(3, bad), event(3, good));
  subscription.start();
  await subscription.drained();
  await append(event(4, bad), event(4, good));
  await subscription.drained();
  assert.deepEqual(
    seen.filter(each => each.startsWith('good')),
    ['good 1', 'good 2', 'good 3', 'good 4'],
  );
  assert.deepEqual(
    seen.filter(each => each.startsWith('bad')),
    ['bad 1'],
  );
  assert.equal(tries, 5);
  const stuck = await subscription.stuck();
  assert.deepEqual(
    stuck.map(each => [each.event.version, each.tries, each.error]),
    [
      [2, 5, 'Error: can not be applied'],
      [3, 0, 'waits behind a stuck event of its aggregate'],
      [4, 0, 'waits behind a stuck event of its aggregate'],
    ],
  );
  const first = stuck[0]!.event.event_id;
  await assert.rejects(subscription.retryStuck(first), /can not be applied/);
  assert.equal((await subscription.stuck()).length, 3);
  isPoison = false;
  await subscription.retryStuck(first);
  assert.deepEqual(await subscription.stuck(), []);
  await append(event(5, bad));
  await subscription.drained();
  assert.deepEqual(
    seen.filter(each => each.startsWith('bad')),
    ['bad 1', 'bad 2', 'bad 3', 'bad 4', 'bad 5'],
  );
});

test('what is stuck stays so over a restart of the consumer', async t => {
  const { append, subscribe } = await prepare(t);
  const bad = ids.next();
  const poisoned = async (events: DomainEvent[]) => {
    if (events.some(each => each.aggregate_id === bad && each.version === 1)) throw new Error('no');
  };
  await append(event(1, bad));
  const first = subscribe(poisoned);
  first.start();
  await first.drained();
  await first.stop();
  const second = subscribe(poisoned);
  second.start();
  await append(event(2, bad));
  await second.drained();
  assert.equal((await second.stuck()).length, 2);
});

test('a restart replays all that is kept, and a consumer that starts at now skips it', async t => {
  const { outbox, append, subscribe } = await prepare(t);
  const seen: number[] = [];
  await append(event(1), event(2));
  const subscription = subscribe(async events => void seen.push(...events.map(each => each.version)));
  subscription.start();
  await subscription.drained();
  await outbox.restart('consumer', '');
  await subscription.drained();
  assert.deepEqual(seen, [1, 2, 1, 2]);

  const late: number[] = [];
  const cursors = new Map<string, string>();
  const fromNow = subscribe(async events => void late.push(...events.map(each => each.version)), {
    consumer: 'late',
    startAt: 'now',
    db: undefined,
    schema: undefined,
    cursors: {
      load: async source => cursors.get(source) ?? '',
      save: async (source, cursor) => void cursors.set(source, cursor),
    },
  });
  fromNow.start();
  await fromNow.drained();
  await append(event(3));
  await fromNow.drained();
  assert.deepEqual(late, [3]);
  assert.equal(cursors.size, 1);
});

test('stop finishes the batch in hand and its position', async t => {
  const { db, append, subscribe } = await prepare(t);
  let isDone = false;
  let begun = () => {};
  const inHand = new Promise<void>(resolve => {
    begun = resolve;
  });
  const subscription = subscribe(async () => {
    begun();
    await systemClock.sleep(50);
    isDone = true;
  });
  await append(event(1));
  subscription.start();
  await inHand;
  await subscription.stop();
  assert.ok(isDone);
  assert.equal((await db.query(sql`select cursor from source.event_cursors`)).length, 1);
});
