// Goal: an index on disk is what it was in memory, whatever happened before and however its process ended. Method: any
// writes, with and without opening it again between them; files that are cut, damaged or of another form.
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { everything } from '../../../test/support/everything.ts';
import { fakeId, fakeProduct } from '../../../test/support/fake-shop.ts';
import { documentOf } from '../engine.ts';
import { openChangeLog, readChanges } from './change-log.ts';
import { openSearchIndex, type SearchIndex } from './search-index.ts';

const fifty = { ...everything, page_size: 50 };

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'index-files-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function built(folder: string): SearchIndex {
  const index = openSearchIndex(folder, { isNew: true });
  index.upsert([product(1, 1, 'red lamp', 100)]);
  index.finish();
  return index;
}

function product(number: number, version: number, title: string, amount: number) {
  const price = { amount, currency: 'USD' };
  const attributes = { color: ['red', 'blue'][amount % 2]!, serial: `s${number}` };
  return documentOf(fakeProduct({ product_id: fakeId(number), version, title, price, attributes }));
}

type Write = (index: SearchIndex) => void;

const anyWrite: fc.Arbitrary<Write | 'reopen'> = fc.oneof(
  fc
    .record({ number: fc.nat(5), version: fc.nat(9), title: fc.constantFrom('red lamp', 'blue lamp', 'green chair') })
    .map(
      ({ number, version, title }): Write =>
        index =>
          index.upsert([product(number, version, title, version)]),
    ),
  fc.record({ number: fc.nat(5), version: fc.nat(9) }).map(
    ({ number, version }): Write =>
      index =>
        index.remove([{ product_id: fakeId(number), version }]),
  ),
  fc.record({ number: fc.nat(5), in_stock: fc.boolean(), onlyUnknown: fc.boolean() }).map(
    ({ number, in_stock, onlyUnknown }): Write =>
      index =>
        index.setStock({ levels: [{ product_id: fakeId(number), in_stock }], onlyUnknown }),
  ),
  fc.nat(99).map(
    (cursor): Write =>
      index =>
        index.saveCursor({ source: 'catalog', cursor: String(cursor) }),
  ),
  fc.constant<Write>(index => index.flush()),
  fc.constant('reopen' as const),
);

/** All that can be asked of it. */
function told(index: SearchIndex) {
  const queries = ['', 'lamp', 'red', 'lmap', 'chair'];
  return {
    answers: queries.map(q => index.search({ ...fifty, q, sort: 'price_asc' })),
    ranked: queries.map(q => index.search({ ...fifty, q })),
    suggested: ['l', 're', 'gren'].map(q => index.suggest({ q })),
    cursor: index.loadCursor({ source: 'catalog' }),
    stats: index.stats(),
  };
}

test('an index that is opened again after any writes answers as one that never was closed', () => {
  fc.assert(
    fc.property(fc.array(anyWrite, { maxLength: 30 }), writes => {
      const folder = newFolder();
      const lasting = built(newFolder());
      let reopened = built(folder);
      for (const write of writes) {
        if (write === 'reopen') {
          // As after a kill: nothing is closed.
          reopened = openSearchIndex(folder, { isNew: false });
        } else {
          write(lasting);
          write(reopened);
        }
      }
      reopened.close();
      reopened = openSearchIndex(folder, { isNew: false });
      assert.deepEqual(told(reopened), told(lasting));
      for (const index of [reopened, lasting]) index.close();
    }),
    { seed: 5, numRuns: 40 },
  );
});

test('the change that a crash has cut off is gone, all before it count, and others follow', () => {
  const folder = newFolder();
  const index = built(folder);
  index.saveCursor({ source: 'catalog', cursor: '1' });
  const log = join(folder, 'changes');
  const whole = statSync(log).size;
  index.saveCursor({ source: 'catalog', cursor: '2' });
  index.close();
  truncateSync(log, statSync(log).size - 1);
  const opened = openSearchIndex(folder, { isNew: false });
  assert.equal(opened.loadCursor({ source: 'catalog' }), '1');
  assert.equal(statSync(log).size, whole);
  opened.saveCursor({ source: 'catalog', cursor: '3' });
  opened.close();
  const again = openSearchIndex(folder, { isNew: false });
  assert.equal(again.loadCursor({ source: 'catalog' }), '3');
  again.close();
});

test('a log counts up to the first frame that is not whole', () => {
  const file = join(newFolder(), 'log');
  const log = openChangeLog<number>(file);
  for (const change of [1, 2, 3]) log.append(change);
  log.close();
  const bytes = readFileSync(file);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(file, bytes);
  assert.deepEqual([...readChanges(file)], [1, 2]);
  appendFileSync(file, 'x');
  assert.deepEqual([...readChanges(file)], [1, 2]);
});

test('an index that is damaged, cut short or of another form is not opened', () => {
  const folder = newFolder();
  built(folder).close();
  const file = join(folder, 'index');
  const whole = readFileSync(file);
  const damaged = Buffer.from(whole);
  damaged[whole.length - 40]! ^= 1;
  const otherForm = Buffer.from(whole);
  otherForm[18]! += 1;
  for (const [bytes, reason] of [
    [damaged, /damaged/],
    [whole.subarray(0, whole.length - 100), /cut short|damaged/],
    [otherForm, /another form/],
    [Buffer.alloc(0), /cut short/],
  ] as const) {
    writeFileSync(file, bytes);
    assert.throws(() => openSearchIndex(folder, { isNew: false }), reason);
  }
  writeFileSync(file, whole);
  openSearchIndex(folder, { isNew: false }).close();
});
