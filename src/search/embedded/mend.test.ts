// Goal: an index with many changes is written again while it serves, and nothing that is written meanwhile is lost.
// Method: the engine with its threads, and a bound of a few kilobytes.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createIds } from '#platform/ids';
import { createLog } from '#platform/log';
import { everything } from '../../../test/support/everything.ts';
import { fakeId, fakeProduct } from '../../../test/support/fake-shop.ts';
import { shiftableClock, until } from '../../../test/support/payment-shop.ts';
import { documentOf } from '../engine.ts';
import { EmbeddedEngine } from './embedded-engine.ts';

const dearestFirst = { ...everything, sort: 'price_desc' as const, page_size: 100 };

test('changes move into a new file, those that come meanwhile too, and the next start reads it', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'mend-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const clock = shiftableClock();
  const options = { folder, ids: createIds(), log: createLog({ level: 'error' }), clock, logBytesMax: 4_000 };
  const engine = new EmbeddedEngine(options);
  await engine.start();
  const product = (number: number, version: number, amount: number) =>
    documentOf(fakeProduct({ product_id: fakeId(number), version, title: 'lamp', price: { amount, currency: 'USD' } }));
  const build = await engine.build();
  const documents = Array.from({ length: 50 }, (_, number) => product(number + 1, 1, number));
  await build.add({ documents, gone: [], levels: [], popularity: [] });
  await build.swap();
  const current = () => readFileSync(join(folder, 'current'), 'utf8');
  const first = current();
  let version = 1;
  while (current() === first) {
    version += 1;
    clock.shiftMs += 60_000;
    await engine.upsert([product((version % 50) + 1, version, 1_000 + version)]);
    await engine.cursors.save('catalog', String(version));
    assert.equal((await engine.search(dearestFirst)).hits.length, 50);
  }
  assert.equal(
    (await engine.search({ ...dearestFirst, page_size: 1 })).hits[0]!.product_id,
    fakeId((version % 50) + 1),
  );
  assert.equal(await engine.cursors.load('catalog'), String(version));
  const answer = await engine.search(dearestFirst);
  await until(async () => !existsSync(join(folder, first)));
  await engine.stop();

  const again = new EmbeddedEngine(options);
  assert.equal(await again.start(), 'serving');
  assert.deepEqual(readdirSync(folder).sort(), [current(), 'current'].sort());
  assert.deepEqual(await again.search(dearestFirst), answer);
  assert.equal(await again.cursors.load('catalog'), String(version));
  await until(async () => (await again.stats()).products === 50);
  await again.stop();
});
