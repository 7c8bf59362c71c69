// Goal: somebody who looks at a product counts once in a while, and what is told to search names nobody.
// Method: a clock that is moved by hand and a search that remembers what it was told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '#platform/clock';
import { createLog } from '#platform/log';
import { Unavailable } from '#platform/outcome';
import { createProductViews } from './product-views.ts';

const lamp = '00000000-0000-7000-8000-000000000001';
const desk = '00000000-0000-7000-8000-000000000002';
const MINUTE_MS = 60_000;

function open() {
  const clock = manualClock(Date.UTC(2027, 0, 1));
  const told: unknown[] = [];
  const search = {
    isAway: false,
    async noteViews(input: unknown): Promise<null> {
      if (search.isAway) throw new Unavailable('search is away');
      told.push(input);
      return null;
    },
  };
  const views = createProductViews({ search, clock, log: createLog({ level: 'silent' }) });
  views.start();
  /** Two seconds later, when what was gathered has been told. */
  const flushed = async () => {
    clock.advance(2_000);
    await new Promise(setImmediate);
  };
  return { clock, told, search, views, flushed };
}

test('a reload is no second look; another visitor is, and so is the same one half an hour later', async () => {
  const { clock, told, views, flushed } = open();
  for (const visitor of ['ada', 'ada', 'bob', 'ada']) views.note(visitor, lamp);
  views.note('ada', desk);
  await flushed();
  assert.deepEqual(told, [
    {
      views: [
        { product_id: lamp, count: 2 },
        { product_id: desk, count: 1 },
      ],
    },
  ]);
  clock.advance(29 * MINUTE_MS);
  views.note('ada', lamp);
  await flushed();
  assert.equal(told.length, 1);
  clock.advance(MINUTE_MS);
  views.note('ada', lamp);
  await flushed();
  assert.deepEqual(told[1], { views: [{ product_id: lamp, count: 1 }] });
  assert.ok(!JSON.stringify(told).includes('ada'));
});

test('what search can not take is not told twice, and what comes later is', async () => {
  const { told, search, views, flushed } = open();
  search.isAway = true;
  views.note('ada', lamp);
  await flushed();
  search.isAway = false;
  views.note('ada', lamp);
  views.note('ada', desk);
  await flushed();
  assert.deepEqual(told, [{ views: [{ product_id: desk, count: 1 }] }]);
});

test('the last views are told at the end, in batches that search takes', async () => {
  const { told, views } = open();
  const ids = Array.from({ length: 501 }, (_, n) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`);
  for (const id of ids) views.note('ada', id);
  await views.stop();
  const batches = told as { views: { product_id: string }[] }[];
  assert.deepEqual(
    batches.map(batch => batch.views.length),
    [500, 1],
  );
  assert.deepEqual(
    batches.flatMap(batch => batch.views.map(view => view.product_id)),
    ids,
  );
});
