// Goal: what only PostgreSQL can promise: constraints, locks that put racing writes one after the other, and plans that
// use the keys. Method: statements of the store in transactions that are held open on purpose.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createIds } from '#platform/ids';
import { type Database, openDatabase, sql, violates } from '#platform/sql';
import { testDatabase } from '../../test/support/postgres.ts';
import {
  blankUser,
  deleteSessions,
  findSessions,
  findUserByEmail,
  insertMailToken,
  insertSession,
  insertUser,
  listSessions,
  lockUser,
  prolongSessions,
  saveUser,
  sweepSessions,
  takeMailToken,
  type UserRow,
} from './store.ts';

const ids = createIds();
const NOW = '2026-03-01T12:00:00.000Z';
const LATER = '2026-03-31T12:00:00.000Z';

function person(email: string): UserRow {
  const flags = { role: 'customer', seller_id: null, prime: false, email_verified: false } as const;
  return { user_id: ids.next(), email, name: 'Ada', password_hash: 'h', ...flags, created_at: NOW, version: 1 };
}

async function openWith(t: TestContext) {
  const { db, url } = await testDatabase(t, ['accounts']);
  const user = (await insertUser(db, person('ada@example.com')))!;
  const { user_id } = user;
  const sessionOf = (n: number, expires_at = LATER) => {
    const token_hash = Buffer.alloc(32, n);
    return { session_id: ids.nextFor(user_id), user_id, token_hash, created_at: NOW, expires_at };
  };
  return { db, url, user, user_id, bucket: Number.parseInt(user_id.slice(-2), 16), sessionOf };
}

/** Resolves when another connection of this database waits for a lock. */
async function someoneWaits(url: string): Promise<void> {
  const watcher = openDatabase({ url, poolMax: 1, statementTimeoutMs: 10_000 });
  for (let waiting = 0; waiting === 0; ) {
    const rows = await watcher.query<{ waiting: number }>(sql`
      select count(*) as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`);
    waiting = rows[0]!.waiting;
  }
  await watcher.end();
}

test('a user comes back as written, and a second one with the e-mail is not inserted', async t => {
  const { db, user } = await openWith(t);
  assert.deepEqual(await findUserByEmail(db, 'ada@example.com'), user);
  assert.equal(await insertUser(db, person('ada@example.com')), undefined);
  const bob = (await insertUser(db, person('bob@example.com')))!;
  await assert.rejects(saveUser(db, { ...bob, email: 'ada@example.com' }), error => violates(error, 'users_email'));
});

test('the table refuses a seller without a shop, a shop without a seller, and a person half erased', async t => {
  const { db, user, user_id } = await openWith(t);
  const seller_id = ids.next();
  await assert.rejects(saveUser(db, { ...user, role: 'seller' }), error => violates(error, 'users_seller'));
  await assert.rejects(saveUser(db, { ...user, seller_id }), error => violates(error, 'users_seller'));
  await assert.rejects(db.query(sql`update accounts.users set email = null`), error => violates(error, 'users_erased'));
  await assert.rejects(db.query(sql`update accounts.users set erased_at = ${NOW}`), error =>
    violates(error, 'users_erased'),
  );
  await blankUser(db, { user_id, version: 2, erased_at: NOW });
  assert.equal(await findUserByEmail(db, 'ada@example.com'), undefined);
  assert.ok(await insertUser(db, person('ada@example.com')));
});

test('a session under a password that is being changed waits for the change, and is not opened', async t => {
  const { db, url, user, user_id, sessionOf } = await openWith(t);
  let opening: Promise<boolean> | undefined;
  await db.transaction(async tx => {
    await lockUser(tx, user_id);
    await saveUser(tx, { ...user, password_hash: 'new' });
    opening = insertSession(db, { session: sessionOf(1), passwordHash: 'h' });
    await someoneWaits(url);
    await deleteSessions(tx, { userId: user_id, keep: null });
  });
  assert.equal(await opening, false);
  assert.deepEqual(await listSessions(db, user_id, NOW), []);
  assert.equal(await insertSession(db, { session: sessionOf(2), passwordHash: 'new' }), true);
});

test('a session that is being opened makes the change of the password wait, which then ends it', async t => {
  const { db, url, user_id, user, sessionOf } = await openWith(t);
  let changing: Promise<void> | undefined;
  await db.transaction(async tx => {
    assert.equal(await insertSession(tx, { session: sessionOf(1), passwordHash: 'h' }), true);
    changing = db.transaction(async other => {
      await lockUser(other, user_id);
      await saveUser(other, { ...user, password_hash: 'new' });
      await deleteSessions(other, { userId: user_id, keep: null });
    });
    await someoneWaits(url);
  });
  await changing;
  assert.deepEqual(await listSessions(db, user_id, NOW), []);
});

test('sessions are found by key with their place, and ended ones, expired ones and other buckets are not', async t => {
  const { db, user_id, bucket, sessionOf } = await openWith(t);
  for (const n of [1, 2]) await insertSession(db, { session: sessionOf(n), passwordHash: 'h' });
  await insertSession(db, { session: sessionOf(3, NOW), passwordHash: 'h' });
  const hashes = [2, 3, 9, 1, 1].map(n => Buffer.alloc(32, n));
  const buckets = [bucket, bucket, bucket, bucket, (bucket + 1) % 256];
  const found = await findSessions(db, { buckets, hashes, now: NOW });
  assert.deepEqual(found.map(row => [row.place, row.user_id, row.email]).sort(), [
    [1, user_id, 'ada@example.com'],
    [4, user_id, 'ada@example.com'],
  ]);
});

test('sessions are found by their key in a large table', async t => {
  const { db } = await openWith(t);
  await fill(db, 20_000);
  const plan = await db.query<{ 'QUERY PLAN': string }>(sql`
    explain (costs off) select s.session_id, u.email
    from unnest('{1,2}'::smallint[], array['\x01', '\x02']::bytea[]) with ordinality as k (bucket, token_hash, place)
    join accounts.sessions s on s.bucket = k.bucket and s.token_hash = k.token_hash
    join accounts.users u on u.bucket = s.bucket and u.user_id = s.user_id`);
  const text = plan.map(row => row['QUERY PLAN']).join('\n');
  assert.match(text, /Index Scan using sessions_pkey/);
  assert.match(text, /Index Scan using users_pkey/);
  assert.doesNotMatch(text, /Seq Scan/);
});

async function fill(db: Database, rows: number): Promise<void> {
  await db.query(sql`
    insert into accounts.users (bucket, user_id, email, name, password_hash, role, prime, email_verified, created_at,
      version)
    select n % 256, md5(n::text)::uuid, n || '@example.org', 'N', 'h', 'customer', false, false, ${NOW}::timestamptz, 1
    from generate_series(1, ${rows}::int) n`);
  await db.query(sql`
    insert into accounts.sessions (bucket, token_hash, session_id, user_id, created_at, expires_at)
    select bucket, sha256(user_id::text::bytea), user_id, user_id, ${NOW}::timestamptz, ${LATER}::timestamptz
    from accounts.users`);
  await db.session(client => client.query('vacuum analyze accounts.users, accounts.sessions'));
}

test('a session that somebody is ending is not waited for when it is due to be prolonged', async t => {
  const { db, user_id, bucket, sessionOf } = await openWith(t);
  for (const n of [1, 2]) await insertSession(db, { session: sessionOf(n), passwordHash: 'h' });
  const end = '2026-04-15T12:00:00.000Z';
  await db.transaction(async tx => {
    await tx.query(sql`delete from accounts.sessions where token_hash = ${Buffer.alloc(32, 1)}`);
    const hashes = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    await prolongSessions(db, { buckets: [bucket, bucket], hashes, ends: [end, end] });
  });
  assert.deepEqual(
    (await listSessions(db, user_id, NOW)).map(session => [session.token_hash[0], session.expires_at]),
    [[2, end]],
  );
});

test('a mail token is taken by one of ten, and not after its end', async t => {
  const { db, user_id } = await openWith(t);
  const token = { kind: 'reset', user_id, email: 'ada@example.com', expires_at: LATER } as const;
  const [token_id, old] = [ids.nextFor(user_id), ids.nextFor(user_id)];
  await insertMailToken(db, { ...token, token_id });
  await insertMailToken(db, { ...token, token_id: old, expires_at: NOW });
  const taken = await Promise.all(Array.from({ length: 10 }, () => takeMailToken(db, { token_id, now: NOW })));
  assert.equal(taken.filter(Boolean).length, 1);
  assert.equal(await takeMailToken(db, { token_id: old, now: NOW }), false);
});

test('a sweep takes the oldest up to its bound', async t => {
  const { db, user_id, sessionOf } = await openWith(t);
  for (const n of [1, 2, 3]) {
    await insertSession(db, { session: sessionOf(n, `2026-03-01T1${n}:00:00.000Z`), passwordHash: 'h' });
  }
  assert.equal(await sweepSessions(db, { now: '2026-03-01T12:30:00Z', limit: 1 }), 1);
  assert.equal(await sweepSessions(db, { now: '2026-03-01T12:30:00Z', limit: 10 }), 1);
  const left = await listSessions(db, user_id, '2026-01-01T00:00:00Z');
  assert.deepEqual(
    left.map(session => session.token_hash[0]),
    [3],
  );
});
