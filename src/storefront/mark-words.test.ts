// Goal: what was asked for is seen at once in a title or a suggestion, and the text itself never changes. Method: pure;
// marked pieces are written in [brackets].
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { markWords } from './mark-words.ts';

function marked(text: string, query: string, options?: { isTyping: boolean }): string {
  const pieces = markWords(text, query, options);
  assert.equal(pieces.map(piece => piece.text).join(''), text, 'the pieces are the text');
  assert.ok(pieces.every(piece => piece.text !== ''));
  return pieces.map(piece => (piece.isMatch ? `[${piece.text}]` : piece.text)).join('');
}

const typed = (text: string, query: string) => marked(text, query, { isTyping: true });

test('words of the query are marked wherever they stand, whole words only', () => {
  assert.equal(marked('Desk lamp with a lampshade', 'lamp'), 'Desk [lamp] with a lampshade');
  assert.equal(marked('Lamp for a desk', 'desk lamp'), '[Lamp] for a [desk]');
  assert.equal(marked('Desk lamp, desk', 'lamps desks'), '[Desk lamp], [desk]', 'neighbours are one piece');
  assert.equal(marked('Garden hose', 'lamp'), 'Garden hose');
});

test('case and accents are ignored on both sides', () => {
  assert.equal(marked('CAFÉ crème', 'cafe CRÈME'), '[CAFÉ crème]');
  assert.equal(marked('Cafe\u0301 table', 'café'), '[Cafe\u0301] table');
  assert.equal(marked('Läufer, ｗｉｄｅ', 'laufer wide'), '[Läufer], [ｗｉｄｅ]');
});

test('a plural is its word, on both sides; a double s is none', () => {
  assert.equal(marked('Two headphones', 'headphone'), 'Two [headphones]');
  assert.equal(marked('A headphone', 'headphones'), 'A [headphone]');
  assert.equal(marked('Glas for glass', 'glass'), 'Glas for [glass]');
  assert.equal(marked('A bu and a bus', 'bus'), 'A bu and a [bus]');
});

test('a part of a hyphenated word is marked by itself', () => {
  assert.equal(marked('Noise-cancelling headset', 'cancelling'), 'Noise-[cancelling] headset');
  assert.equal(marked('Ultra-slim-fit', 'slim'), 'Ultra-[slim]-fit');
});

test('what is written apart here and together there is one match', () => {
  assert.equal(marked('Brother TN-2110 toner', 'tn2110'), 'Brother [TN-2110] toner');
  assert.equal(marked('Brother TN2110 toner', 'tn-2110'), 'Brother [TN2110] toner');
  assert.equal(marked('Headset with 128 GB', 'head set 128gb'), '[Headset] with [128 GB]');
  assert.equal(marked('USB-C cable', 'usb c'), '[USB-C] cable');
  for (const apart of ['Head, set', 'head>set', 'head & set']) assert.equal(marked(apart, 'headset'), apart);
});

test('while somebody types, the beginning of a word is marked, of the last word alone', () => {
  assert.equal(typed('Reading lamp', 'rea'), '[Rea]ding lamp');
  assert.equal(typed('Reading lamp', 'rea la'), 'Reading [la]mp');
  assert.equal(typed('Reading lamp', 'reading la'), '[Reading la]mp');
  assert.equal(typed('Reading lamp', 'rea '), 'Reading lamp', 'a blank ends a word');
  assert.equal(typed('Cafe\u0301s here', 'café'), '[Cafe\u0301s] here');
  assert.equal(typed('E\u0301clair', 'e'), '[E\u0301]clair');
});

test('signs of markup and of patterns are plain signs', () => {
  assert.equal(marked('<b>lamp</b> & "(.*)"', 'lamp'), '<b>[lamp]</b> & "(.*)"');
  assert.equal(marked('A lamp', '(.*) <b> [ $& \\'), 'A lamp');
  assert.equal(marked('A lamp', ''), 'A lamp');
  assert.equal(marked('', 'lamp'), '');
});

test('any text is cut into itself, whatever is asked for', () => {
  const signs = [
    'a',
    'A',
    's',
    'é',
    'e\u0301',
    '\u0301',
    'ﬁ',
    '½',
    'İ',
    'ß',
    '😀',
    '\ud800',
    '<',
    '&',
    '-',
    ' ',
    '1',
    '字',
  ];
  const texts = fc.array(fc.constantFrom(...signs), { maxLength: 12 }).map(parts => parts.join(''));
  fc.assert(
    fc.property(texts, texts, fc.boolean(), (text, query, isTyping) => {
      const pieces = markWords(text, query, { isTyping });
      assert.equal(pieces.map(piece => piece.text).join(''), text);
      assert.ok(pieces.every(piece => piece.text !== ''));
      assert.ok(!pieces.some((piece, at) => !piece.isMatch && pieces[at + 1]?.isMatch === false), 'no needless cut');
    }),
    { numRuns: 2000 },
  );
});
