// Goal: the typed arrays say what plain sets, maps and lists would. Method: any data, beside a model of plain values.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allOf, anyOf, type Hits, mostOf } from './hits.ts';
import { Postings } from './postings.ts';
import { Prefixes } from './prefixes.ts';
import { StringTable } from './string-table.ts';

const rowLists = fc.array(fc.uniqueArray(fc.nat(300), { maxLength: 120 }), { minLength: 1, maxLength: 4 });

function hitsOf(rows: number[]): Hits {
  const sorted = Uint32Array.from(rows.toSorted((a, b) => a - b));
  const scores = Float32Array.from(sorted, row => row % 7);
  return { rows: sorted, scores, titles: Uint8Array.from(sorted, row => row % 2), size: sorted.length };
}

const rowsOf = ({ rows, size }: Hits) => [...rows.subarray(0, size)];

test('rows that have all, any, or most of the lists', () => {
  fc.assert(
    fc.property(rowLists, fc.integer({ min: 1, max: 4 }), (lists, least) => {
      const parts = lists.map(hitsOf);
      const every = [...new Set(lists.flat())].sort((a, b) => a - b);
      const times = (row: number) => lists.filter(list => list.includes(row)).length;
      assert.deepEqual(rowsOf(anyOf(parts)), every);
      assert.deepEqual(
        rowsOf(allOf(parts)),
        every.filter(row => times(row) === lists.length),
      );
      assert.deepEqual(
        rowsOf(mostOf(parts, least)),
        every.filter(row => times(row) >= least),
      );
    }),
    { seed: 1 },
  );
});

test('scores add up where all are asked for, and the best counts where any is', () => {
  const [a, b] = [hitsOf([1, 2, 3]), { ...hitsOf([2, 3, 4]), scores: Float32Array.of(10, 0, 5) }];
  assert.deepEqual([...allOf([a, b]).scores.subarray(0, 2)], [12, 3]);
  assert.deepEqual([...anyOf([a, b]).scores.subarray(0, 4)], [1, 10, 3, 5]);
  assert.deepEqual([...allOf([a, b]).titles.subarray(0, 2)], [0, 1]);
});

test('a term gives its living rows with their weights, however many there are', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(5), fc.boolean(), fc.boolean()), { maxLength: 400 }), entries => {
      const postings = new Postings();
      const alive = new Uint8Array(entries.length);
      for (const [row, [term, isAlive, isInTitle]] of entries.entries()) {
        alive[row] = isAlive ? 1 : 0;
        postings.add(term, row, (1 + (row % 9)) / 10, isInTitle);
      }
      const copy = new Postings();
      copy.load(postings.save());
      for (const each of [postings, copy]) {
        for (let term = 0; term <= 6; term++) {
          const expected = [...entries.entries()].filter(([, [of, isAlive]]) => of === term && isAlive);
          const hits = each.read(term, 2, alive);
          assert.deepEqual(
            rowsOf(hits),
            expected.map(([row]) => row),
          );
          for (const [at, [row, [, , isInTitle]]] of expected.entries()) {
            assert.ok(Math.abs(hits.scores[at]! - (2 * (1 + (row % 9))) / 10) < 1e-3);
            assert.equal(hits.titles[at], Number(isInTitle));
          }
        }
      }
    }),
    { seed: 2, numRuns: 50 },
  );
});

test('a list of 100,000 rows crosses slices and pages', () => {
  const postings = new Postings();
  for (let row = 0; row < 100_000; row++) for (const term of [0, 1, 2]) postings.add(term, row, 0.5, false);
  const alive = new Uint8Array(100_000).fill(1);
  for (const term of [0, 1, 2]) {
    const { rows, size } = postings.read(term, 1, alive);
    assert.equal(size, 100_000);
    assert.ok(rows.every((row, at) => row === at));
  }
});

test('texts keep their numbers, also after they are read again', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 12 }), { maxLength: 300 }), texts => {
      const well = texts.map(text => text.toWellFormed());
      const table = new StringTable();
      const numbers = new Map<string, number>();
      for (const text of well) {
        const id = table.intern(text);
        assert.equal(id, numbers.get(text) ?? numbers.size);
        numbers.set(text, id);
      }
      const copy = new StringTable();
      copy.load(table.save());
      copy.intern('something new');
      for (const [text, id] of numbers) {
        assert.equal(copy.find(text), id);
        assert.equal(copy.textOf(id), text);
      }
      assert.equal(table.find('no such text'), -1);
    }),
    { seed: 3, numRuns: 60 },
  );
});

test('the most frequent words of a beginning come first', () => {
  const words = ['cable', 'cab', 'cabinet', 'case', 'c', 'dog'];
  const times = [5, 9, 7, 8, 1, 99];
  const prefixes = new Prefixes();
  for (const [id, word] of words.entries()) prefixes.add(word, id);
  const all = { textOf: (id: number) => words[id]!, timesOf: (id: number) => times[id]! };
  const best = (prefix: string, most: number) => prefixes.best(prefix, most, all).map(({ word }) => word);
  assert.deepEqual(best('c', 3), ['cab', 'case', 'cabinet']);
  assert.deepEqual(best('cab', 9), ['cab', 'cabinet', 'cable']);
  assert.deepEqual(best('cabi', 9), ['cabinet']);
  assert.deepEqual(best('x', 9), []);
});
