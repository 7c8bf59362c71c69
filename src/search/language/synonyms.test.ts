// Goal: a list that people write is read as they mean it, what is wrong is told with its line, and each phrase
// finds the others that it should and no more. Method: small lists, bounds on both sides, and random texts, of which
// fast-check prints the seed.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { stem } from './stem.ts';
import { readSynonyms, Synonyms } from './synonyms.ts';
import { readTokens } from './tokens.ts';

const problemsOf = (text: string) => readSynonyms(text).problems.map(({ line, code }) => [line, code]);

function listed(text: string): Synonyms {
  const { rules, problems } = readSynonyms(text);
  assert.deepEqual(problems, []);
  return new Synonyms(rules);
}

const wordsOf = (text: string) => readTokens(text).map(token => stem(token.text));

/** What stands for each phrase that begins at a place in a text, by its length: the same first, then the wider. */
function waysIn(list: Synonyms, text: string, at = 0): Record<number, string[]> {
  const byLength: Record<number, string[]> = {};
  for (const { length, ways } of list.synonymsOf(wordsOf(text), at)) {
    byLength[length] = [...(byLength[length] ?? []), ...ways.map(way => way.join(' '))];
  }
  return byLength;
}

describe('reading a list', () => {
  test('commas make it two-way, an arrow one-way; comments, blanks and ends of lines of any kind are passed over', () => {
    const text = '\ufeff# computers\r\n\r\n laptop ,  notebook # both\r\ntv => television,  lcd   tv\n   \nc#, csharp';
    assert.deepEqual(readSynonyms(text), {
      rules: [
        { asked: ['laptop', 'notebook'], found: null },
        { asked: ['tv'], found: ['television', 'lcd tv'] },
        { asked: ['c#', 'csharp'], found: null },
      ],
      problems: [],
    });
  });

  test('a line that can not be a rule is told, and the others are read all the same', () => {
    const text = 'laptop\ntv, telly\na => b => c\nsofa,, couch\n=> bed\nbed =>\nbed, "-"\n# only a word';
    assert.deepEqual(problemsOf(text), [
      [1, 'NOTHING_ELSE'],
      [3, 'TWO_ARROWS'],
      [4, 'PHRASE_EMPTY'],
      [5, 'PHRASE_EMPTY'],
      [6, 'PHRASE_EMPTY'],
      [7, 'PHRASE_EMPTY'],
    ]);
    assert.deepEqual(readSynonyms(text).rules, [{ asked: ['tv', 'telly'], found: null }]);
    assert.equal(
      readSynonyms('laptop').problems[0]!.message,
      'A rule names two phrases or more, with a comma or => between them.',
    );
  });

  test('each bound is reached and not passed', () => {
    const phrases = (count: number) => Array.from({ length: count }, (_, n) => `p${n}`).join(', ');
    assert.deepEqual(problemsOf(phrases(20)), []);
    assert.deepEqual(problemsOf(`\n${phrases(21)}`), [[2, 'TOO_MANY_PHRASES']]);
    assert.deepEqual(problemsOf('one two three four five six, half a dozen'), []);
    assert.deepEqual(problemsOf('one two three four five six seven, week'), [[1, 'PHRASE_TOO_LONG']]);
    assert.deepEqual(problemsOf(`${'x'.repeat(80)}, y`), []);
    assert.deepEqual(problemsOf(`${'x'.repeat(81)}, y`), [[1, 'PHRASE_TOO_LONG']]);
    const rules = (count: number) => Array.from({ length: count }, (_, n) => `a${n}, b${n}`).join('\n');
    assert.equal(readSynonyms(rules(2_000)).rules.length, 2_000);
    assert.deepEqual(problemsOf(rules(2_500)), [[2_001, 'TOO_MANY_RULES']]);
    assert.deepEqual(problemsOf('#'.repeat(50_000)), []);
    assert.deepEqual(readSynonyms(`${'#'.repeat(50_000)}\n`).problems, [
      { line: 1, code: 'TEXT_TOO_LONG', message: 'The list has more than 50000 characters.' },
    ]);
  });

  test('whatever is typed, it answers, and what it takes can be looked up', () => {
    const anyList = fc
      .array(fc.oneof(fc.string(), fc.constantFrom(',', '=>', '\n', '#', ' ', 'tv', 'flat screen')))
      .map(parts => parts.join(''));
    fc.assert(
      fc.property(anyList, fc.string(), (text, asked) => {
        const list = new Synonyms(readSynonyms(text).rules);
        const words = wordsOf(asked);
        for (const at of words.keys()) {
          for (const { length, ways } of list.synonymsOf(words, at)) {
            assert.ok(length >= 1 && at + length <= words.length);
            assert.ok(ways.length > 0 && ways.every(way => way.length > 0 && way.every(word => word !== '')));
          }
        }
      }),
    );
  });
});

describe('looking up', () => {
  test('of two-way phrases each finds the others, not itself', () => {
    const list = listed('laptop, notebook, portable computer');
    assert.deepEqual(waysIn(list, 'laptop'), { 1: ['notebook', 'portable computer'] });
    assert.deepEqual(waysIn(list, 'cheap portable computer bag', 1), { 2: ['laptop', 'notebook'] });
    assert.deepEqual(waysIn(list, 'portable'), {});
    assert.deepEqual(waysIn(list, 'laptop', 1), {}, 'behind the end');
  });

  test('one-way phrases are found from the left alone', () => {
    const list = listed('earbuds, ear plugs => headphones, in ear headphones');
    assert.deepEqual(waysIn(list, 'earbuds'), { 1: ['headphone', 'in ear headphone'] });
    assert.deepEqual(waysIn(list, 'ear plugs'), { 2: ['headphone', 'in ear headphone'] });
    assert.deepEqual(waysIn(list, 'headphones'), {});
    assert.deepEqual(waysIn(list, 'earbuds earbuds', 1), { 1: ['headphone', 'in ear headphone'] });
  });

  test('of phrases that begin alike all are told, the longest first; rules of one phrase are joined, not followed', () => {
    const list = listed(
      'flat screen => tv\nflat screen tv, led tv\ntv, telly\nflat, apartment\nTV => television, Telly',
    );
    assert.deepEqual(
      list.synonymsOf(['flat', 'screen', 'tv'], 0).map(({ length }) => length),
      [3, 2, 1],
    );
    assert.deepEqual(waysIn(list, 'flat screen tv'), { 3: ['led tv'], 2: ['tv'], 1: ['apartment'] });
    assert.deepEqual(waysIn(list, 'tv'), { 1: ['telly', 'television'] });
  });

  test('what says the same is told apart from what is wider; what is both says the same', () => {
    const list = listed('tv => display, telly, television\ntv, telly, television set\ntv => set\ntv => telly');
    assert.deepEqual(list.synonymsOf(['tv'], 0), [
      { length: 1, ways: [['telly'], ['television', 'set']], isEqual: true },
      { length: 1, ways: [['display'], ['television'], ['set']], isEqual: false },
    ]);
    assert.deepEqual(list.synonymsOf(['telly'], 0), [
      { length: 1, ways: [['tv'], ['television', 'set']], isEqual: true },
    ]);
  });

  test('words are compared as an index holds them: one of many, without accents, names in one', () => {
    const list = listed('Café Maschine, COFFEE  machines\nt-shirt, tee\nSofa, sofa, SOFAS\ncouch, sofa');
    assert.deepEqual(waysIn(list, 'cafe maschine'), { 2: ['coffee machine'] });
    assert.deepEqual(waysIn(list, 'tee'), { 1: ['tshirt'] });
    assert.deepEqual(waysIn(list, 'sofa'), { 1: ['couch'] });
  });

  test('people are told in their own words, for each phrase of a text', () => {
    const list = listed('flat screen, TV\nlaptop, Notebook');
    assert.deepEqual(list.explain('  a Flat  Screens and a LAPTOP '), [
      { said: 'flat screen', ways: ['TV'] },
      { said: 'laptop', ways: ['Notebook'] },
    ]);
    assert.deepEqual(list.explain(''), []);
    assert.deepEqual(list.words, ['screen', 'laptop', 'notebook'], 'short ones have too many neighbours');
  });
});

test('the list that the shop begins with has no problem, and no phrase of it stands for itself alone', () => {
  const text = readFileSync(new URL('../synonyms.txt', import.meta.url), 'utf8');
  const { rules, problems } = readSynonyms(text);
  assert.deepEqual(problems, []);
  assert.ok(rules.length >= 120, `${rules.length} rules`);
  const list = new Synonyms(rules);
  for (const { asked } of rules) {
    for (const phrase of asked)
      assert.ok(
        list.explain(phrase).some(({ ways }) => ways.length > 0),
        phrase,
      );
  }
  assert.deepEqual(
    list.explain('laptop bag').map(({ said }) => said),
    ['laptop bag', 'laptop'],
  );
});
