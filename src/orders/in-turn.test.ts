// Goal: work of one key never overlaps and keeps its order, a failure stops nobody, and nothing is kept afterwards.
// Method: work that is ended by hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inTurn } from './in-turn.ts';

const turn = () => new Promise<void>(resolve => setImmediate(resolve));

test('work of one key is done in turn, and of another key meanwhile; a failure is told to its own caller alone', async () => {
  const run = inTurn();
  const log: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<void>>();
  const work = (key: string, name: string) =>
    run(key, async () => {
      log.push(`${name} begins`);
      const end = Promise.withResolvers<void>();
      ends.set(name, end);
      await end.promise;
      return name;
    });
  const answers = Promise.allSettled([work('a', 'a1'), work('a', 'a2'), work('b', 'b1'), work('a', 'a3')]);
  await turn();
  assert.deepEqual(log, ['a1 begins', 'b1 begins']);
  ends.get('a1')!.reject(new Error('cut'));
  await turn();
  assert.deepEqual(log, ['a1 begins', 'b1 begins', 'a2 begins']);
  ends.get('b1')!.resolve();
  ends.get('a2')!.resolve();
  await turn();
  assert.deepEqual(log.at(-1), 'a3 begins');
  ends.get('a3')!.resolve();
  const told = (await answers).map(answer => (answer.status === 'fulfilled' ? answer.value : answer.reason.message));
  assert.deepEqual(told, ['cut', 'a2', 'b1', 'a3']);
});
