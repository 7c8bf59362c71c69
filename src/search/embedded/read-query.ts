import { limits } from '#limits';
import type { SearchResult } from '../contract.ts';
import { editsAllowed, type Spelling } from '../spelling.ts';
import { readWords, titleKey, type Word } from '../words.ts';
import type { IndexStore } from './index-store.ts';

const ALTERNATIVES_MAX = 3;
const CANDIDATES_MAX = 8;

export interface ReadQuery {
  query: SearchResult['query'];
  /** Normalised, for the memory of past queries. */
  key: string;
  /** Null: every product, as nothing was asked for. */
  found: { matches: [row: number, score: number][]; exactRows: { row: number; isLiteral: boolean }[] } | null;
}

/**
 * Finds what a query's words find: all of them; else all of them with unknown ones corrected; else any of them. Filters
 * play no part, so what a facet's value would give is known before it is chosen.
 */
export function readQuery(store: IndexStore, spelling: Spelling, text: string): ReadQuery {
  const query = { text, corrected: null, did_you_mean: [], relaxed: false };
  const key = titleKey(text);
  if (key === '') return { query, key, found: text.trim() === '' ? null : { matches: [], exactRows: [] } };
  const words = readWords(text).slice(0, limits.searchWordsMax);
  const exactRows = store.rowsOfTitle(text);
  const matches = matchAll(store, words.map(textOf));
  if (matches.length > 0 || exactRows.length > 0) return { query, key, found: { matches, exactRows } };

  const { corrected, alternatives, known } = correct(store, spelling, text, words);
  const understood = { ...query, corrected, did_you_mean: alternatives };
  const allCorrected = corrected === null ? [] : matchAll(store, known.all);
  if (allCorrected.length > 0) return { query: understood, key, found: { matches: allCorrected, exactRows } };
  const some = matchSome(store, known.times);
  return { query: { ...understood, relaxed: some.length > 0 }, key, found: { matches: some, exactRows } };
}

function textOf(word: Word): string {
  return word.text;
}

/** Words hold letters and digits only; the quotes keep them from being read as operators. */
function quoted(word: string): string {
  return `"${word}"`;
}

function matchAll(store: IndexStore, words: string[]): [number, number][] {
  return words.length === 0 ? [] : store.match([...new Set(words)].map(quoted).join(' AND '));
}

/** The rarest words tell most, and their number is bounded, as each adds its hits to the work. */
function matchSome(store: IndexStore, times: Map<string, number>): [number, number][] {
  const telling = [...times].filter(([, count]) => count > 0).sort((a, b) => a[1] - b[1]);
  const words = telling.slice(0, limits.searchRelaxedWordsMax).map(([word]) => quoted(word));
  return words.length === 0 ? [] : store.match(words.join(' OR '));
}

/** Replaces words that no product has by the catalog's nearest ones. */
function correct(store: IndexStore, spelling: Spelling, text: string, words: Word[]) {
  const times = new Map<string, number>();
  const candidates = new Map<Word, string[]>();
  const all: string[] = [];
  for (const word of words) {
    let count = times.get(word.text) ?? store.timesOf(word.text);
    let meant = word.text;
    const mayCorrect = count === 0 && editsAllowed(word.text) > 0 && candidates.size < limits.searchCorrectedWordsMax;
    if (mayCorrect) {
      // The list of words may name some that the last product with them took away.
      const near = spelling.closest(word.text, CANDIDATES_MAX).filter(candidate => store.timesOf(candidate) > 0);
      if (near.length > 0) {
        candidates.set(word, near);
        meant = near[0]!;
        count = store.timesOf(meant);
      }
    }
    times.set(meant, count);
    all.push(meant);
  }
  const choice = new Map([...candidates].map(([word, near]) => [word, near[0]!]));
  const corrected = choice.size === 0 ? null : replaced(text, choice);
  const alternatives = [...candidates]
    .flatMap(([word, near]) => near.slice(1).map(other => replaced(text, new Map([...choice, [word, other]]))))
    .slice(0, ALTERNATIVES_MAX);
  return { corrected, alternatives, known: { all, times } };
}

function replaced(text: string, choice: Map<Word, string>): string {
  let result = '';
  let done = 0;
  for (const [{ start, end }, by] of choice) {
    // A run that reads as several words is replaced once.
    if (start < done) continue;
    result += text.slice(done, start) + by;
    done = end;
  }
  return result + text.slice(done);
}
