// Goal: the languages say the same things. Method: the catalogues are walked side by side.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { languages, preferredLanguage } from './languages.ts';
import { words } from './words.ts';

type Entry = { path: string; text: string };

/** Every text by its path; functions are asked with figures and names. */
function textsOf(value: unknown, path = ''): Entry[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (typeof value === 'function') return [{ path, text: String(value(...Array(value.length).fill('2'))) }];
  return Object.entries(value as object).flatMap(([name, member]) => textsOf(member, `${path}.${name}`));
}

test('every text stands in every language, and none is empty', () => {
  const english = textsOf(words.en);
  for (const language of languages) {
    const texts = textsOf(words[language]);
    assert.deepEqual(texts.map(({ path }) => path).sort(), english.map(({ path }) => path).sort(), language);
    assert.deepEqual(
      texts.filter(({ text }) => text.trim() === '' || text.includes('undefined')),
      [],
      language,
    );
  }
});

test('the language that is wanted most and that we have is taken', () => {
  assert.equal(preferredLanguage(undefined), 'en');
  assert.equal(preferredLanguage('de-AT,de;q=0.9,en;q=0.8'), 'de');
  assert.equal(preferredLanguage('fr-FR,fr;q=0.9,de;q=0.5,en;q=0.4'), 'de');
  assert.equal(preferredLanguage('en;q=0.2, de;q=0.1'), 'en');
  assert.equal(preferredLanguage('de;q=0, *'), 'en');
  assert.equal(preferredLanguage('xx;q=nonsense;;,,'), 'en');
});
