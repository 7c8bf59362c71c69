// Goal: an address form offers every country once, by the name and in the order that its reader expects.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countriesIn, countryName } from './countries.ts';

test('there are the 249 countries of ISO 3166-1, each once, each with a name', () => {
  for (const language of ['en', 'de'] as const) {
    const countries = countriesIn(language);
    assert.equal(countries.length, 249);
    assert.equal(new Set(countries.map(({ code }) => code)).size, 249);
    assert.deepEqual(
      countries.filter(({ code, name }) => name === code || name === ''),
      [],
    );
  }
});

test('names are those of the language, and so is their order', () => {
  assert.equal(countryName('DE', 'en'), 'Germany');
  assert.equal(countryName('DE', 'de'), 'Deutschland');
  assert.equal(countryName('ZZ', 'en'), 'ZZ');
  const german = countriesIn('de').map(({ name }) => name);
  // With its umlaut beside A, and not behind Z.
  assert.ok(german.indexOf('Ägypten') < german.indexOf('Albanien'));
});
