// Goal: a text reads the same wherever it comes from, and a slip finds its word. Method: examples, and properties over
// any text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSpelling, editDistance, editsAllowed } from './language/spelling.ts';
import { indexText, readWords, titleKey } from './words.ts';

test('words are lower case, without accents, parted at everything else', () => {
  assert.equal(
    indexText('Intel® Core™2 Duo, 15.6" (Ünïcode) – m² ﬁne TN-2110'),
    'intel core 2 duo 15 6 unicode m2 fine tn 2110',
  );
  assert.equal(indexText('İSTANBUL 日本語 ½'), 'istanbul 日本語 1 2');
});

test('the short way for ASCII says the same as the long one', () => {
  fc.assert(
    fc.property(fc.string(), text => {
      const long = readWords(text).map(word => word.text);
      assert.equal(indexText(text), long.join(' '));
    }),
    { seed: 1 },
  );
});

test('an indexed text reads as itself, and holds no sign that means something to the text engine', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const once = indexText(text);
      assert.equal(indexText(once), once);
      assert.doesNotMatch(once, /["'*^:(){}+\-\0]/);
    }),
    { seed: 2 },
  );
});

test('a word knows where it stands in the text', () => {
  const text = 'Ein Café, bitte';
  assert.deepEqual(
    readWords(text).map(({ start, end }) => text.slice(start, end)),
    ['Ein', 'Café', 'bitte'],
  );
});

test('a title without words is its own key', () => {
  assert.equal(titleKey(' ®© '), '®©');
  assert.equal(titleKey('A – B'), 'a b');
});

test('the distance counts inserted, left out, changed and swapped letters up to its bound', () => {
  const distances = [
    ['monitor', 'monitor', 0],
    ['moniter', 'monitor', 1],
    ['monitr', 'monitor', 1],
    ['mointor', 'monitor', 1],
    ['hedphnes', 'headphones', 2],
    ['abcdefgh', 'badcefgh', 2],
    ['laptop', 'tripod', 3],
  ] as const;
  for (const [from, to, distance] of distances) {
    assert.equal(editDistance(from, to, 2), distance, from);
    assert.equal(editDistance(to, from, 2), distance, to);
  }
});

test('one slip in a word is always mended by a list that has the word', () => {
  const word = fc.stringMatching(/^[a-z]{4,12}$/);
  fc.assert(
    fc.property(word, fc.nat(), fc.stringMatching(/^[a-z]$/), fc.nat(3), (right, place, letter, kind) => {
      const at = place % right.length;
      const before = right.slice(0, at);
      const tail = right.slice(at);
      const slips = [
        before + tail.slice(1),
        before + letter + tail,
        before + letter + tail.slice(1),
        before + (tail[1] ?? '') + tail[0] + tail.slice(2),
      ];
      const wrong = slips[kind]!;
      fc.pre(wrong.length >= 4);
      const spelling = createSpelling(() => 1);
      spelling.add(right, 0);
      assert.deepEqual(
        spelling.closest(wrong, 3).map(({ word }) => word),
        [right],
      );
    }),
    { seed: 4 },
  );
});

test('the nearest word wins, then the more frequent one; numbers are left alone', () => {
  const words = [
    ['cable', 5],
    ['table', 9],
    ['cables', 90],
    ['tn2110', 50],
  ] as const;
  const spelling = createSpelling(id => words[id]![1]);
  for (const [id, [word]] of words.entries()) spelling.add(word, id);
  assert.deepEqual(spelling.closest('cible', 3), [{ word: 'cable', times: 5, distance: 1 }]);
  assert.deepEqual(
    spelling.closest('kable', 3).map(({ word }) => word),
    ['table', 'cable'],
  );
  assert.deepEqual(spelling.closest('tn2111', 3), []);
  assert.deepEqual(
    [
      editsAllowed('tv'),
      editsAllowed('usb'),
      editsAllowed('cable'),
      editsAllowed('headphones'),
      editsAllowed('ddr4000'),
    ],
    [0, 1, 1, 2, 0],
  );
});
