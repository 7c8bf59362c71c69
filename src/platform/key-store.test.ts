/**
 * What both stores of idempotency keys promise, shown by the same cases on PostgreSQL and on the hot store with a clock
 * that is moved by hand.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { limits } from '#limits';
import { awayStore } from '../../test/support/away-store.ts';
import { testDatabase } from '../../test/support/postgres.ts';
import { manualClock } from './clock.ts';
import { hotKeyStore } from './hot-key-store.ts';
import { createHotStore } from './hot-store.ts';
import { bucketOf, createIds, isId } from './ids.ts';
import type { KeyClaim, KeyStore } from './key-store.ts';
import { sql } from './sql.ts';
import { sqlKeyStore } from './sql-key-store.ts';

const START_MS = Date.parse('2030-01-01T00:00:00Z');
const ids = createIds();

async function overSql(t: TestContext) {
  const { db } = await testDatabase(t, ['gateway']);
  const clock = manualClock(START_MS);
  const store = sqlKeyStore({ db, schema: 'gateway', clock });
  return { db, clock, store };
}

function overHotStore() {
  const clock = manualClock(START_MS);
  return { clock, store: hotKeyStore({ hotStore: createHotStore({ clock }), clock }) };
}

function claimOf(more: Partial<KeyClaim> = {}): KeyClaim {
  return { scope: 'person.a7', key: 'k', input_hash: 'input', command_id: ids.next(), ...more };
}

type UnderTest = { clock: { advance(ms: number): void }; store: KeyStore };

for (const [name, make, leaseMs] of [
  ['PostgreSQL', overSql, limits.idempotencyLeaseMs],
  ['the hot store', async () => overHotStore(), limits.idempotencyHotLeaseMs],
] as [string, (t: TestContext) => Promise<UnderTest>, number][]) {
  test(`${name}: of 100 claims at once one is new and the others in flight`, async t => {
    const { store } = await make(t);
    const states = await Promise.all(Array.from({ length: 100 }, async () => (await store.claim(claimOf())).state));
    assert.deepEqual(states.filter(state => state === 'new').length, 1);
    assert.deepEqual(states.filter(state => state === 'in_flight').length, 99);
  });

  test(`${name}: the first answer is kept and told to equal input, other input is told apart`, async t => {
    const { store } = await make(t);
    const claim = claimOf();
    assert.equal((await store.claim(claim)).state, 'new');
    assert.deepEqual(await store.claim(claimOf({ input_hash: 'other' })), { state: 'reused' });
    await store.keep({ ...claim, status: 201, body: 'first' });
    await store.keep({ ...claim, status: 409, body: 'second' });
    assert.deepEqual(await store.claim(claimOf()), { state: 'answered', status: 201, body: 'first' });
    assert.deepEqual(await store.claim(claimOf({ input_hash: 'other' })), { state: 'reused' });
  });

  test(`${name}: scopes and keys don't meet`, async t => {
    const { store } = await make(t);
    for (const more of [{}, { scope: 'another.a7' }, { scope: 'person.a8' }, { key: 'K' }, { key: '{k}' }]) {
      assert.equal((await store.claim(claimOf(more))).state, 'new');
    }
  });

  test(`${name}: an unanswered claim is taken over after its lease, under its first command id`, async t => {
    const { store, clock } = await make(t);
    const command_id = await claimNew(store, claimOf());
    clock.advance(leaseMs - 1);
    assert.equal((await store.claim(claimOf())).state, 'in_flight');
    clock.advance(1);
    assert.deepEqual(await store.claim(claimOf({ input_hash: 'other' })), { state: 'reused' });
    assert.deepEqual(await store.claim(claimOf()), { state: 'taken_over', command_id });
    assert.equal((await store.claim(claimOf())).state, 'in_flight');
  });

  test(`${name}: a released claim is taken over at once, a forgotten one is new`, async t => {
    const { store } = await make(t);
    const first = claimOf();
    const command_id = await claimNew(store, first);
    await store.release({ ...first, holder: first.command_id });
    const second = claimOf();
    assert.deepEqual(await store.claim(second), { state: 'taken_over', command_id });
    await store.forget({ ...second, holder: second.command_id });
    assert.notEqual(await claimNew(store, claimOf({ input_hash: 'other' })), command_id);
  });

  test(`${name}: who lost a claim can neither forget nor release it, nor anyone an answered one`, async t => {
    const { store, clock } = await make(t);
    const slow = claimOf();
    await store.claim(slow);
    clock.advance(leaseMs);
    const second = claimOf();
    await store.claim(second);
    await store.forget({ ...slow, holder: slow.command_id });
    await store.release({ ...slow, holder: slow.command_id });
    assert.equal((await store.claim(claimOf())).state, 'in_flight');
    await store.keep({ ...second, status: 200, body: 'done' });
    await store.forget({ ...second, holder: second.command_id });
    await store.release({ ...second, holder: second.command_id });
    assert.equal((await store.claim(claimOf())).state, 'answered');
  });

  test(`${name}: a key of yesterday is new`, async t => {
    const { store, clock } = await make(t);
    const first = claimOf();
    await store.claim(first);
    await store.keep({ ...first, status: 200, body: 'done' });
    clock.advance(limits.idempotencyKeptMs + 1);
    await claimNew(store, claimOf({ input_hash: 'other' }));
  });
}

/** The id that a new key's command runs under. */
async function claimNew(store: KeyStore, claim: KeyClaim): Promise<string> {
  const claimed = await store.claim(claim);
  assert.equal(claimed.state, 'new');
  assert.ok(claimed.state === 'new' && isId(claimed.command_id));
  return claimed.command_id;
}

test('the hot store: the id of a command follows from scope, key and input, in the bucket of its scope', async () => {
  const ids = await Promise.all(
    [{}, {}, { key: 'K' }, { scope: 'other.a7' }, { input_hash: 'more' }].map(more =>
      claimNew(overHotStore().store, claimOf(more)),
    ),
  );
  assert.equal(ids[0], ids[1], 'a store that has lost the key names the command as the one that knew it');
  assert.equal(new Set(ids).size, 4);
  for (const id of ids) assert.equal(bucketOf(id), 0xa7);
});

test('the hot store: an answer that it has not heard of holds the next try up for two seconds', async () => {
  const clock = manualClock(START_MS);
  const shared = awayStore(createHotStore({ clock }));
  const store = hotKeyStore({ hotStore: shared.store, clock });
  const first = claimOf();
  const command_id = await claimNew(store, first);
  shared.goAway();
  await store.keep({ ...first, status: 200, body: 'lost' });
  shared.comeBack();
  assert.equal((await store.claim(claimOf())).state, 'in_flight');
  clock.advance(2_000);
  assert.deepEqual(await store.claim(claimOf()), { state: 'taken_over', command_id });
});

test('the hot store: while it is away every key is new, under the id that it has anyway', async () => {
  const clock = manualClock(START_MS);
  const shared = awayStore(createHotStore({ clock }));
  const store = hotKeyStore({ hotStore: shared.store, clock });
  const known = claimOf();
  const command_id = await claimNew(store, known);
  await store.keep({ ...known, status: 200, body: 'first' });
  shared.goAway();
  assert.equal(await claimNew(store, claimOf()), command_id);
  const held = { ...known, holder: known.command_id };
  await Promise.all([store.keep({ ...held, status: 200, body: 'second' }), store.forget(held), store.release(held)]);
  shared.comeBack();
  assert.deepEqual(await store.claim(claimOf()), { state: 'answered', status: 200, body: 'first' });
});

test('PostgreSQL: pruning removes what is older than a day, in batches', async t => {
  const { db, store, clock } = await overSql(t);
  const count = limits.sweepBatchMax + 10;
  await Promise.all(Array.from({ length: count }, (_, i) => store.claim(claimOf({ key: `k${i}` }))));
  assert.equal(await store.prune(), 0);
  clock.advance(limits.idempotencyKeptMs);
  await store.claim(claimOf({ key: 'today' }));
  clock.advance(1);
  assert.equal(await store.prune(), count);
  const left = await db.query<{ key: string }>(sql`select key from gateway.idempotency_keys`);
  assert.deepEqual(left, [{ key: 'today' }]);
});

test('PostgreSQL: a claim whose answer was lost is found by its holder', async t => {
  const { db, clock } = await overSql(t);
  let isCut = true;
  const cutting = {
    ...db,
    async query<Row>(statement: Parameters<typeof db.query>[0]) {
      const rows = await db.query<Row>(statement);
      if (!isCut) return rows;
      isCut = false;
      throw Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
    },
  };
  const store = sqlKeyStore({ db: cutting, schema: 'gateway', clock });
  const claim = claimOf();
  assert.equal(await claimNew(store, claim), claim.command_id);
});

test('PostgreSQL: releasing all lets the next claim take over at once, under the first id; answers stay', async t => {
  const { store } = await overSql(t);
  const died = claimOf();
  const answered = claimOf({ key: 'answered' });
  for (const claim of [died, answered]) assert.equal((await store.claim(claim)).state, 'new');
  await store.keep({ ...answered, holder: answered.command_id, status: 201, body: 'sealed' } as never);
  assert.equal((await store.claim(claimOf())).state, 'in_flight');
  await store.releaseAll();
  assert.deepEqual(await store.claim(claimOf()), { state: 'taken_over', command_id: died.command_id });
  assert.equal((await store.claim(claimOf({ key: 'answered' }))).state, 'answered');
});

test("PostgreSQL: the answer of a usual size stays on its claim's page, so that no index is written for it", async t => {
  const { db, store } = await overSql(t);
  const person = (i: number) => `${String(i).padStart(43, 'x')}.a7`;
  const hash = 'h'.repeat(43);
  const claims = Array.from({ length: 300 }, (_, i) =>
    claimOf({ scope: person(i), input_hash: hash, key: ids.next() }),
  );
  const pages = () =>
    db.query<{ key: string; page: number }>(sql`
      select key, (ctid::text::point)[0]::integer as page from gateway.idempotency_keys order by key`);
  await Promise.all(claims.map(claim => store.claim(claim)));
  const before = await pages();
  await Promise.all(claims.map(claim => store.keep({ ...claim, status: 409, body: 's'.repeat(400) })));
  assert.equal(before.length, 300);
  assert.deepEqual(await pages(), before);
});
