// Goal: a key's slot is the one that Redis counts. Method: known values, and many keys asked of a real server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { need } from '../../test/support/parts.ts';
import { startRedis } from '../../test/support/redis.ts';
import { slotOf } from './redis-slot.ts';

test('the slots that the specification names', () => {
  assert.equal(slotOf('123456789'), 0x31c3);
  assert.equal(slotOf('foo{hash_tag}'), slotOf('hash_tag'));
  assert.equal(slotOf('{user1000}.following'), slotOf('{user1000}.followers'));
});

test('a real server counts the same, with and without a hash tag', async t => {
  const path = need(t, 'redis');
  if (path === null) return;
  const server = await startRedis(t, path, ['--cluster-enabled', 'yes']);
  const tagged = ['{}', '{}a', 'a{b}c', 'a{b', 'a}b{c}', '{{a}}', 'a{}{b}', '{a}{b}', 'é{ü}', ''];
  const plain = Array.from({ length: 40 }, (_, i) => `limit:read:address:10.0.0.${i * 6}`);
  for (const key of [...tagged, ...plain]) assert.equal(slotOf(key), await server.ask('CLUSTER', 'KEYSLOT', key), key);
});
