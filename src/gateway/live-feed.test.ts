// Goal: a listener that reads nothing costs a buffer and no more. Method: the feed itself, with large ticks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { limits } from '#limits';
import { type Clock, systemClock } from '#platform/clock';
import { createLiveFeed } from './live-feed.ts';

const clock: Clock = { ...systemClock, sleep: (_ms, signal) => systemClock.sleep(1, signal) };

test('a slow listener misses ticks while a quick one gets all, and goes on with the newest', async () => {
  let reads = 0;
  const filling = 'x'.repeat(1_000);
  const feed = createLiveFeed({ clock, read: async () => ({ n: ++reads, filling }) });
  const [slow, fast] = [feed.listen()!, feed.listen()!];
  let heard = '';
  fast.setEncoding('utf8').on('data', (part: string) => {
    heard += part;
  });
  while (reads < 100) await pause(5);
  const { readableLength, writableLength } = slow as unknown as { readableLength: number; writableLength: number };
  assert.ok(readableLength + writableLength <= 2 * limits.liveBufferBytesMax + 2_000, 'a bounded buffer');
  const numbers = [...heard.matchAll(/"n":(\d+)/g)].map(match => Number(match[1]));
  assert.deepEqual(
    numbers,
    Array.from({ length: numbers.length }, (_, i) => i + 1),
  );
  assert.ok(numbers.length >= 99);
  const missed = reads;
  let late = '';
  slow.setEncoding('utf8').on('data', (part: string) => {
    late += part;
  });
  while (reads < missed + 10) await pause(5);
  const lateNumbers = [...late.matchAll(/"n":(\d+)/g)].map(match => Number(match[1]));
  assert.ok(lateNumbers.length < 50);
  assert.ok(lateNumbers.at(-1)! > missed);
  await feed.stop();
  assert.equal(feed.listen(), null);
});

test('with listeners that come and go there is never more than one reading at a time', async () => {
  let running = 0;
  let most = 0;
  const read = async () => {
    most = Math.max(most, ++running);
    await pause(3);
    running -= 1;
    return {};
  };
  const feed = createLiveFeed({ clock, read });
  for (let round = 0; round < 20; round += 1) {
    const stream = feed.listen()!;
    await pause(1);
    stream.destroy();
    await pause(round % 3);
  }
  await feed.stop();
  assert.deepEqual([most, running], [1, 0]);
});
