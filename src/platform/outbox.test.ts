// Goal: what is committed is read, once a cursor, in an aggregate's order, however late the commit comes.
// Method: real transactions on PostgreSQL that overlap in the orders that matter; the tables are those of the header.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { limits } from '#limits';
import { eventually } from '../../test/support/client.ts';
import { eventsReadable, testDatabase } from '../../test/support/postgres.ts';
import { manualClock, systemClock } from './clock.ts';
import { createIds } from './ids.ts';
import { appendEvents, appendEventsSql, createOutbox, type DomainEvent, type NewEvent, type Outbox } from './outbox.ts';
import { type Database, raw, type Sql, sql } from './sql.ts';

const log = pino({ level: 'silent' });
const ids = createIds();
const event = (version: number, aggregateId = ids.next()): NewEvent => ({
  aggregate_id: aggregateId,
  version,
  type: 'thing.changed',
  data: { version, text: '"quoted" {braces} \\ é', empty: null },
});

async function prepare(t: TestContext, clock = systemClock) {
  const { db, url } = await testDatabase(t, []);
  const header = (await readFile(new URL('./outbox.ts', import.meta.url), 'utf8')).split('*/')[0]!;
  const tables = [...header.replaceAll(/^ \* ?/gm, '').matchAll(/ {2}(create table <schema>\.\w+ \(.*?\n {2}\);)/gs)];
  assert.equal(tables.length, 4);
  await db.query(sql`create schema source`);
  for (const [, text] of tables) await db.query(raw(text!.replaceAll('<schema>', 'source')));
  const outbox = createOutbox({ db, schema: 'source', log, clock });
  return { db, url, outbox };
}

/** While other transactions of a test are open; `append` would wait for them. */
const appendBeside = (db: Database, ...events: NewEvent[]) => db.transaction(tx => appendEvents(tx, 'source', events));

async function append(db: Database, ...events: NewEvent[]): Promise<void> {
  await appendBeside(db, ...events);
  await eventsReadable(db);
}

async function readAll(outbox: Outbox, limit = 100, consumer = 'c') {
  const versions: number[] = [];
  let after = '';
  for (;;) {
    const batch = await outbox.readEvents({ consumer, after, limit });
    if (batch.events.length === 0) return { versions, after };
    versions.push(...batch.events.map(each => each.version));
    after = batch.cursor;
  }
}

test('an event comes back as it was written, with its bucket in the table', async t => {
  const { db, outbox } = await prepare(t);
  const written = event(7);
  await db.query(appendEventsSql('source', [written]));
  await eventsReadable(db);
  const { events } = await outbox.readEvents({ consumer: 'c', after: '', limit: 10 });
  assert.equal(events.length, 1);
  const { event_id, at, ...rest } = events[0]!;
  assert.deepEqual(rest, written);
  assert.match(event_id, /^\d+$/);
  assert.ok(Math.abs(Date.parse(at) - Date.now()) < 60_000);
  const [row] = await db.query<{ bucket: number }>(sql`select bucket from source.outbox`);
  assert.equal(row?.bucket, Number.parseInt(written.aggregate_id.slice(-2), 16));
});

test('batches follow each other by cursor, each event once; an idle read moves nothing', async t => {
  const { db, outbox } = await prepare(t);
  await append(db, ...Array.from({ length: 25 }, (_, i) => event(i)));
  const { versions, after } = await readAll(outbox, 10);
  assert.deepEqual(
    versions,
    Array.from({ length: 25 }, (_, i) => i),
  );
  assert.equal((await outbox.readEvents({ consumer: 'c', after, limit: 10 })).cursor, after);
  assert.equal((await outbox.readEvents({ consumer: 'other', after: '', limit: 1 })).events.length, 1);
});

test('readers that come to one place share what was read there, and miss nothing that is committed later', async t => {
  const { db, outbox: plain } = await prepare(t);
  let batches = 0;
  const counted = {
    ...db,
    query: ((statement: Sql) => {
      if (statement.text.includes('with batch')) batches += 1;
      return db.query(statement);
    }) as Database['query'],
  };
  const outbox = createOutbox({ db: counted, schema: 'source', log, clock: systemClock });
  await append(db, event(0), event(1));
  assert.deepEqual((await readAll(outbox, 100, 'first')).versions, [0, 1]);
  assert.equal(batches, 2);
  await append(db, event(2));
  // From the start: the shared batch, then the one that is new, then the end.
  assert.deepEqual((await readAll(outbox, 100, 'second')).versions, [0, 1, 2]);
  assert.equal(batches, 4);
  assert.deepEqual((await readAll(plain, 100, 'elsewhere')).versions, [0, 1, 2]);
});

test('who asks from one place again and again sees there what has come', async t => {
  const { db, outbox } = await prepare(t);
  await append(db, event(0));
  const fromStart = async () => (await outbox.readEvents({ consumer: 'c', after: '', limit: 10 })).events.length;
  assert.equal(await fromStart(), 1);
  await append(db, event(1));
  await eventually('the second event is seen', async () => (await fromStart()) === 2);
});

test("'now' begins behind what is committed and before what is still open", async t => {
  const { db, outbox } = await prepare(t);
  await append(db, event(1));
  const { cursor, events } = await outbox.readEvents({ consumer: 'c', after: 'now', limit: 10 });
  assert.equal(events.length, 0);
  await append(db, event(2));
  const next = await outbox.readEvents({ consumer: 'c', after: cursor, limit: 10 });
  assert.deepEqual(
    next.events.map(each => each.version),
    [2],
  );
});

test('a transaction that began earlier and commits later is never skipped', async t => {
  const { db, outbox } = await prepare(t);
  let after = '';
  await db.transaction(async early => {
    await appendEvents(early, 'source', [event(1)]);
    await appendBeside(db, event(2));
    const meanwhile = await outbox.readEvents({ consumer: 'c', after, limit: 10 });
    assert.equal(meanwhile.events.length, 0);
    assert.ok(BigInt(meanwhile.seen_to) < BigInt(meanwhile.head));
    after = meanwhile.cursor;
  });
  const mark = await eventsReadable(db);
  const batch = await outbox.readEvents({ consumer: 'c', after, limit: 10 });
  assert.deepEqual(
    batch.events.map(each => each.version),
    [1, 2],
  );
  assert.ok(BigInt(batch.seen_to) > mark);
});

test('eight writers racing a reader: every event is read exactly once', async t => {
  const { db, outbox } = await prepare(t);
  let isWriting = true;
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let i = 0; i < 40; i++) {
      await db.transaction(async tx => {
        await appendEvents(tx, 'source', [event(writer * 1000 + i)]);
        if (i % 5 === writer % 5) await systemClock.sleep(4);
        await appendEvents(tx, 'source', [event(writer * 1000 + 500 + i)]);
      });
    }
  });
  const done = Promise.all(writers).finally(async () => {
    await eventsReadable(db);
    isWriting = false;
  });
  const seen: number[] = [];
  for (let after = '', isLast = false; ; ) {
    const batch = await outbox.readEvents({ consumer: 'c', after, limit: 13 });
    seen.push(...batch.events.map(each => each.version));
    after = batch.cursor;
    if (isLast && batch.events.length === 0) break;
    isLast = !isWriting;
  }
  await done;
  assert.equal(seen.length, 640);
  assert.equal(new Set(seen).size, 640);
});

for (const limit of [1, 10]) {
  test(`an aggregate's events are first delivered in order when ids and locks disagree, ${limit} a batch`, async t => {
    const { db, outbox } = await prepare(t);
    const aggregate = ids.next();
    await db.transaction(async late => {
      // Draws its transaction id first, and takes the aggregate's lock last.
      await appendEvents(late, 'source', [event(0)]);
      await appendBeside(db, event(1, aggregate));
      await appendEvents(late, 'source', [event(2, aggregate)]);
    });
    await eventsReadable(db);
    const { versions } = await readAll(outbox, limit);
    const firsts = [...new Set(versions.filter(version => version > 0))];
    assert.deepEqual(firsts, [1, 2]);
  });
}

test('an earlier event that is held up by an open transaction still precedes the later one', async t => {
  const { db, outbox } = await prepare(t);
  const aggregate = ids.next();
  await db.transaction(async open => {
    await db.transaction(async late => {
      await appendEvents(late, 'source', [event(0)]);
      await appendEvents(open, 'source', [event(9)]);
      await appendBeside(db, event(1, aggregate));
      await appendEvents(late, 'source', [event(2, aggregate)]);
    });
    let events: DomainEvent[] = [];
    while (events.length === 0) ({ events } = await outbox.readEvents({ consumer: 'c', after: '', limit: 10 }));
    assert.deepEqual(
      events.map(each => each.version),
      [0, 1, 2],
    );
  });
  await eventsReadable(db);
  const { versions } = await readAll(outbox);
  assert.deepEqual(versions, [0, 9, 1, 2]);
});

test('readers are recorded when they moved, and lag counts what they have not applied', async t => {
  const clock = manualClock(Date.now());
  const { db, outbox } = await prepare(t, clock);
  await append(db, event(1), event(2));
  const first = await outbox.readEvents({ consumer: 'c', after: '', limit: 10 });
  clock.advance(5_000);
  const [before] = await outbox.lag();
  assert.deepEqual([before?.consumer, before?.events], ['c', 2]);
  assert.equal(before?.oldest_at, first.events[0]?.at);
  await outbox.readEvents({ consumer: 'c', after: first.cursor, limit: 10 });
  assert.deepEqual(await outbox.lag(), [{ consumer: 'c', events: 0, oldest_at: null }]);
  const [row] = await db.query<{ xmin: string }>(sql`select xmin::text from source.outbox_readers`);
  clock.advance(5_000);
  await outbox.readEvents({ consumer: 'c', after: first.cursor, limit: 10 });
  assert.deepEqual(await db.query(sql`select xmin::text from source.outbox_readers`), [row]);
});

test('a restart replays for that consumer alone, also when the first replayed answer is lost', async t => {
  const { db, outbox } = await prepare(t);
  await append(db, event(1), event(2));
  const { after } = await readAll(outbox);
  await readAll(outbox, 100, 'other');
  let pokes = 0;
  const unlisten = outbox.onCommitted(() => {
    pokes += 1;
  });
  await outbox.restart('c', '');
  unlisten();
  outbox.committed();
  assert.equal(pokes, 1);
  for (const _ of ['lost', 'again']) {
    const replayed = await outbox.readEvents({ consumer: 'c', after, limit: 10 });
    assert.deepEqual(
      replayed.events.map(each => each.version),
      [1, 2],
    );
    const next = await outbox.readEvents({ consumer: 'c', after: replayed.cursor, limit: 10 });
    assert.equal(next.events.length, 0);
  }
  assert.equal((await outbox.readEvents({ consumer: 'other', after, limit: 10 })).events.length, 0);
});

test('prune removes what is old and applied by every reader', async t => {
  const clock = manualClock(Date.now());
  const { db, outbox } = await prepare(t, clock);
  await append(db, event(1));
  await append(db, event(2));
  const one = await outbox.readEvents({ consumer: 'slow', after: '', limit: 1 });
  await outbox.readEvents({ consumer: 'fast', after: '', limit: 10 });
  assert.equal(await outbox.prune(), 0);
  clock.advance(limits.eventKeptMs + 60_000);
  await outbox.readEvents({ consumer: 'slow', after: one.cursor, limit: 1 });
  assert.equal(await outbox.prune(), 0);
  const fast = await outbox.readEvents({ consumer: 'fast', after: '', limit: 10 });
  await outbox.readEvents({ consumer: 'fast', after: fast.cursor, limit: 10 });
  assert.equal(await outbox.prune(), 1);
});

test('events and cursors of a restored dump, with ids from the future, are delivered and hide nothing new', async t => {
  const { db, outbox } = await prepare(t);
  await append(db, event(1), event(2));
  await db.query(sql`update source.outbox set xid = '900000000000'`);
  const restored = await outbox.readEvents({ consumer: 'c', after: '900000000000-1-0', limit: 10 });
  await append(db, event(3));
  const next = await outbox.readEvents({ consumer: 'c', after: restored.cursor, limit: 10 });
  assert.deepEqual(
    [...restored.events, ...next.events].map(each => each.version),
    [1, 2, 3],
  );
});

test('a batch is read by the key, however long the table', async t => {
  const { db, outbox } = await prepare(t);
  await db.query(sql`insert into source.outbox (bucket, aggregate_id, version, type, data)
    select 0, gen_random_uuid(), n, 't', '{}' from generate_series(1, 50000) n`);
  await eventsReadable(db);
  await db.query(sql`analyze source.outbox`);
  const startMs = performance.now();
  const { versions } = await readAll(outbox, 500);
  assert.equal(versions.length, 50_000);
  t.diagnostic(`${Math.round(50_000 / ((performance.now() - startMs) / 1000))} events/s`);
});
