// Goal: what many like stands before what one person likes. Method: ratings with their counts, in the order expected.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pickLoved } from './pick-loved.ts';

const product = (title: string, rating: number, review_count: number) => ({ title, rating, review_count });

test('many good reviews stand before a single perfect one, and bad ones last', () => {
  const products = [
    product('one perfect', 5, 1),
    product('many good', 4.6, 40),
    product('many bad', 2, 40),
    product('some perfect', 5, 12),
    product('none', 0, 0),
  ];
  const titles = pickLoved(products, 10).map(({ title }) => title);
  assert.deepEqual(titles, ['some perfect', 'many good', 'one perfect', 'many bad']);
  assert.deepEqual(
    pickLoved(products, 1).map(({ title }) => title),
    ['some perfect'],
  );
});

test('a shop without reviews has nothing that is loved', () => {
  assert.deepEqual(pickLoved([product('new', 0, 0)], 3), []);
  assert.deepEqual(pickLoved([], 3), []);
});
