import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from '#platform/metrics';
import { readTogether } from '#platform/read-together';

test('who asks at once shares a statement, each id once, and gets what is there', async () => {
  const asked: string[][] = [];
  const reader = readTogether({
    name: 'letters_read',
    metrics: createMetrics(),
    async read(ids) {
      asked.push(ids);
      return new Map(ids.filter(id => id !== 'c').map(id => [id, id.toUpperCase()]));
    },
  });
  const answers = await Promise.all(['a', 'b', 'a', 'c'].map(id => reader.read(id)));
  assert.deepEqual(answers, ['A', 'B', 'A', undefined]);
  assert.deepEqual(asked, [['a', 'b', 'c']]);
  await reader.stop();
});

test('a read that began later sees what was written before it', async () => {
  let value = 1;
  const reader = readTogether({
    name: 'numbers_read',
    metrics: createMetrics(),
    read: async ids => new Map(ids.map(id => [id, value])),
  });
  const before = await reader.read('a');
  value = 2;
  assert.deepEqual([before, await reader.read('a')], [1, 2]);
  await reader.stop();
});
