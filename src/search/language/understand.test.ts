// Goal: what a shopper types is understood as meant, by what the catalogue knows. Method: a small catalogue as a table
// of words and how often they stand in it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lexicon } from './lexicon.ts';
import { createSpelling } from './spelling.ts';
import { stem } from './stem.ts';
import { readSynonyms, Synonyms } from './synonyms.ts';
import { rethink, type Understood, understand } from './understand.ts';

const CATALOGUE = {
  ...{ headphones: 400, headset: 300, head: 40, set: 200, wireless: 900, charger: 100, notebook: 800, laptop: 90 },
  ...{ smart: 50, watch: 60, phone: 700, case: 650, cable: 900, table: 30, tablet: 200, android: 120, tv: 300 },
  ...{ television: 40, toner: 500, hp: 900, usb: 999, usbc: 80, c: 20, '1000gb': 30, ssd: 90, tn2110: 4, '27': 12 },
  ...{ wireles: 1, iphone: 90, iphone11: 7, '11': 30, cas: 3 },
};

function lexiconOf(words: Record<string, number>): Lexicon {
  const known = Object.keys(words);
  const spelling = createSpelling(id => 10 * words[known[id]!]!);
  for (const [id, word] of known.entries()) spelling.add(word, id);
  const byForm = new Map(Object.entries(words).map(([word, times]) => [stem(word), times]));
  return { timesOf: term => byForm.get(term) ?? 0, closest: (word, most) => spelling.closest(word, most) };
}

const lexicon = lexiconOf(CATALOGUE);
const { rules } = readSynonyms('laptop, notebook\ntv, television, flat screen tv\nearbuds => headphones');
const synonyms = new Synonyms(rules);
const read = (text: string) => understand(text, lexicon, synonyms);
/** Each clause as its ways, "+" between terms that must all be there. */
const clausesOf = ({ clauses }: Understood) => clauses.map(({ ways }) => ways.map(({ terms }) => terms.join('+')));

test('each word is a clause, in its normal form', () => {
  assert.deepEqual(clausesOf(read('Wireless HEADPHONES')), [['wireless'], ['headphone']]);
});

test('what the catalogue writes as one is found as one and apart, the one first', () => {
  const { clauses } = read('head set');
  assert.deepEqual(
    clauses[0]!.ways.map(({ terms, weight }) => [terms.join('+'), weight]),
    [
      ['headset', 1],
      ['head+set', 0.5],
    ],
  );
  assert.deepEqual(clausesOf(read('usb c cable')), [['usbc', 'usb+c'], ['cable']]);
  assert.deepEqual(clausesOf(read('TN 2110')), [['tn2110']]);
  assert.deepEqual(clausesOf(read('tn-2110')), [['tn2110']]);
});

test('one word that the catalogue writes as two is found so', () => {
  assert.deepEqual(clausesOf(read('smartwatch')), [['smart+watch']]);
  assert.deepEqual(clausesOf(read('iphone11')), [['iphone11']]);
});

test('synonyms: both ways, one way, and phrases; what is wider counts less', () => {
  assert.deepEqual(clausesOf(read('laptop')), [['laptop', 'notebook']]);
  assert.deepEqual(clausesOf(read('notebook')), [['notebook', 'laptop']]);
  assert.deepEqual(clausesOf(read('flat screen tv')), [['tv', 'television']]);
  assert.deepEqual(clausesOf(read('television')), [['television', 'tv']]);
  assert.deepEqual(read('earbuds').clauses[0]!.ways, [{ terms: ['headphone'], weight: 0.5 }]);
});

test('amounts are found in other units, and a size by its bare number where nothing says more', () => {
  assert.deepEqual(clausesOf(read('ssd 1tb')), [['ssd'], ['1000gb']]);
  assert.deepEqual(clausesOf(read('27 inch')), [['27']]);
});

test('mistyped words are replaced by the likeliest near ones, and others are offered', () => {
  const { corrected, clauses } = read('wireles hedphones');
  assert.equal(corrected, 'wireles headphones');
  assert.deepEqual(clauses.at(-1)!.ways, [{ terms: ['headphone'], weight: 1 }]);
  assert.equal(read('labtop').corrected, 'laptop');
  assert.deepEqual(clausesOf(read('labtop')), [['laptop', 'notebook']]);
  assert.equal(read('erbuds').corrected, 'earbuds');
});

test('a word that hardly any product has is searched for, beside what it may have meant', () => {
  const { corrected, did_you_mean, clauses } = read('wireles charger');
  assert.equal(corrected, null);
  assert.deepEqual(did_you_mean, ['wireless charger']);
  assert.deepEqual(clausesOf({ clauses, corrected, did_you_mean })[0], ['wirele', 'wireless']);
});

test('numbers, codes and two letters are never corrected', () => {
  for (const text of ['tn2111', '28', 'hq']) assert.equal(read(text).corrected, null, text);
});

test('words without a meaning of their own are left out beside others', () => {
  assert.deepEqual(clausesOf(read('case for the phone')), [['case'], ['phone']]);
  assert.deepEqual(clausesOf(read('the')), [['the']]);
});

test('where all words are known and none go together, near queries are told, the likeliest first', () => {
  assert.deepEqual(rethink('android table', lexicon, synonyms).slice(0, 2), ['android tablet', 'android cable']);
  assert.deepEqual(rethink('android case', lexicon, synonyms), []);
});

test('500 characters of nearly anything are understood in a moment and bounded', () => {
  for (const text of [
    'a'.repeat(500),
    'x '.repeat(250),
    'abcdefgh'.repeat(60),
    '-'.repeat(500),
    '1.2.3.4'.repeat(70),
  ]) {
    assert.ok(read(text).clauses.length <= 256, text.slice(0, 20));
  }
});
