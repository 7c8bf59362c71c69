// Goal: a change without the hot store is written on the cart that it was decided on, or not at all, and stays marked
// until the hot store has heard of that very version. Method: the backup's statements on a real PostgreSQL.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { manualClock, timestamp } from '#platform/clock';
import { guest, idOf, user } from '../../test/support/cart-shop.ts';
import { testDatabase } from '../../test/support/postgres.ts';
import type { Backup, Replacement } from './backup.ts';
import type { CartOwner } from './contract.ts';
import { postgresBackup } from './store.ts';
import { emptyCart, keyOf, ownerOf } from './stored-cart.ts';

const START_MS = Date.parse('2026-03-01T12:00:00.000Z');

async function setUp(t: TestContext) {
  const { db } = await testDatabase(t, ['cart']);
  const clock = manualClock(START_MS);
  const backup = postgresBackup({ db, clock });
  const versions = async (owners: CartOwner[]) => (await backup.load(owners)).map(found => found?.cart.version);
  const unheard = async () => (await backup.listUnheard({ after: null, limit: 100 })).map(each => each.owner);
  return { clock, backup, versions, unheard };
}

function backupOf(owner: CartOwner, version: number): Backup {
  const cart = { ...emptyCart(timestamp(START_MS)), version };
  return { owner, cart, expires_at: timestamp(START_MS + 1_000) };
}

function replacing(owner: CartOwner, seen_version: number, version: number): Replacement {
  return { ...backupOf(owner, version), seen_version };
}

test('of a batch those are written whose carts are as they were seen', async t => {
  const { backup, versions, unheard } = await setUp(t);
  await backup.save([backupOf(user(1), 5), backupOf(user(2), 5)]);
  const answers = await backup.replace([
    replacing(user(3), 0, 1),
    replacing(user(1), 5, 6),
    replacing(user(2), 4, 6),
    replacing(guest(4), 7, 8),
  ]);
  assert.deepEqual(answers.slice(0, 3), [true, true, false]);
  assert.deepEqual(await versions([user(1), user(2), user(3)]), [6, 5, 1]);
  assert.deepEqual(new Set((await unheard()).map(keyOf)).has(keyOf(user(2))), false);
  assert.deepEqual(await backup.replace([replacing(user(3), 0, 2)]), [false], 'there is one by now');
  assert.deepEqual(await versions([user(3)]), [1]);
});

test('of many at once on one cart one is written', async t => {
  const { backup, versions } = await setUp(t);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => backup.replace([replacing(user(1), 0, n + 1)])),
  );
  assert.equal(answers.flat().filter(isWritten => isWritten).length, 1);
  assert.deepEqual(await versions([user(1)]), [answers.findIndex(([isWritten]) => isWritten) + 1]);
});

test('a cart that has expired is none: who saw none writes over it', async t => {
  const { clock, backup, versions } = await setUp(t);
  await backup.save([backupOf(user(1), 5)]);
  clock.advance(1_000);
  assert.deepEqual(await versions([user(1)]), [undefined]);
  const later = { ...replacing(user(1), 0, 9), expires_at: timestamp(START_MS + 9_000) };
  assert.deepEqual(await backup.replace([later]), [true]);
  assert.deepEqual(await versions([user(1)]), [9]);
});

test('a mark goes with the version that was heard of, or with a newer one that the hot store itself has written', async t => {
  const { backup, unheard } = await setUp(t);
  await backup.replace([replacing(user(1), 0, 1), replacing(user(2), 0, 1), replacing(user(3), 0, 1)]);
  const heard = await backup.listUnheard({ after: null, limit: 100 });
  await backup.replace([replacing(user(1), 1, 2)]);
  await backup.save([backupOf(user(3), 2)]);
  await backup.markHeard(heard);
  assert.deepEqual(await unheard(), [user(1)]);
  await backup.save([backupOf(user(1), 2)]);
  assert.deepEqual(await unheard(), [user(1)], 'an older or the same one changes nothing');
});

test('what is marked is listed page by page, each once, and is not pruned', async t => {
  const { clock, backup } = await setUp(t);
  const owners = Array.from({ length: 25 }, (_, n) => (n % 2 ? user(n) : guest(n)));
  await backup.replace(owners.map(owner => replacing(owner, 0, 1)));
  clock.advance(1_000);
  assert.equal(await backup.prune(new AbortController().signal), 0);
  const listed: CartOwner[] = [];
  for (let after: CartOwner | null = null; ; after = listed.at(-1)!) {
    const page = await backup.listUnheard({ after, limit: 10 });
    listed.push(...page.map(each => each.owner));
    if (page.length < 10) break;
  }
  assert.equal(listed.length, 25);
  assert.deepEqual(new Set(listed.map(keyOf)), new Set(owners.map(keyOf)));
});

test("a key names its cart's owner", () => {
  for (const owner of [user(1), guest(1)]) assert.deepEqual(ownerOf(keyOf(owner)), owner);
  assert.equal(keyOf({ kind: 'user', person_id: idOf(1) }), `cart:${idOf(1)}`);
});
