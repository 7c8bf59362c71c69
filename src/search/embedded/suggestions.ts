import type { Suggestion } from '../contract.ts';
import { readTokens, type Token } from '../language/tokens.ts';
import { understand } from '../language/understand.ts';
import {
  COMPLETIONS_MAX,
  QUERIES_MAX,
  SUGGESTIONS_MAX,
  suggestBrands,
  suggestCategories,
  suggestTitles,
  TITLES_MAX,
  termsOfTyped,
  WORDS_MAX,
} from '../suggesting.ts';
import { indexText } from '../words.ts';
import { bestRows } from './best-rows.ts';
import { allOf, anyOf, emptyHits, type Hits } from './hits.ts';
import type { PastQueries } from './past-queries.ts';
import type { Products } from './products.ts';
import { clauseHits, type TextParts } from './read-query.ts';

/** Of a word with very many products the first ones are looked at. */
const LOOKED_AT_MAX = 4_000;

export interface SuggestParts extends TextParts {
  products: Products;
  queries: PastQueries;
}

/** Past queries, categories, brands and titles that begin as the text does, or as it does without its slips. */
export function suggest(parts: SuggestParts, text: string): Suggestion[] {
  const tokens = readTokens(text).slice(0, WORDS_MAX);
  const typed = tokens.at(-1);
  if (typed === undefined) return [];
  const before = text.slice(0, typed.start);
  const words = completions(parts, typed);
  const starts = new Set([indexText(text), indexText(corrected(parts, before, typed, words))]);
  const some = [
    ...unique([...starts].flatMap(prefix => parts.queries.beginningWith(prefix, QUERIES_MAX)))
      .slice(0, QUERIES_MAX)
      .map(query => ({ text: query, kind: 'query' as const })),
    ...suggestCategories(parts.columns, [...starts]),
    ...suggestBrands(parts.columns, [...starts]),
  ];
  return [...some, ...suggestProducts(parts, { before, typed, words }, SUGGESTIONS_MAX - some.length)];
}

/** The most frequent words that begin as the last one does; where there are none, those that are near to it. */
function completions({ text }: SuggestParts, typed: Token): string[] {
  const words = { textOf: (id: number) => text.words.textOf(id), timesOf: (id: number) => text.wordTimesOf(id) };
  const best = text.prefixes.best(typed.text, COMPLETIONS_MAX, words).map(({ word }) => word);
  if (best.length > 0) return best;
  return text
    .closest(typed.text, COMPLETIONS_MAX)
    .sort((a, b) => a.distance - b.distance || b.times - a.times)
    .map(({ word }) => word);
}

function corrected({ text, synonyms }: SuggestParts, before: string, typed: Token, words: string[]): string {
  const isSlip = words.length > 0 && !words.some(word => word.startsWith(typed.text));
  const rest = before.trim() === '' ? before : (understand(before, text, synonyms).corrected ?? before);
  return rest + (isSlip ? words[0]! : typed.text);
}

function unique(texts: string[]): string[] {
  return [...new Set(texts)];
}

function suggestProducts(
  parts: SuggestParts,
  { before, typed, words }: { before: string; typed: Token; words: string[] },
  most: number,
): Suggestion[] {
  const { columns, products, titles } = parts;
  const hits = inTitles(allOf([...hitsBefore(parts, before), completed(parts, typed, words)]));
  const relevance = new Map<number, number>();
  for (let at = 0; at < hits.size; at++) {
    relevance.set(hits.rows[at]!, hits.scores[at]! * columns.quality[hits.rows[at]!]!);
  }
  const comesFirst = (a: number, b: number) =>
    relevance.get(a)! > relevance.get(b)! || (relevance.get(a) === relevance.get(b) && products.isEarlier(a, b));
  const best = bestRows(hits.rows.subarray(0, hits.size), TITLES_MAX, comesFirst);
  const shown = Array.from(best, row => ({ row, title: titles.textOf(row) }));
  return suggestTitles(shown, before + typed.text, most).map(({ row, title }) => ({
    text: title,
    kind: 'product' as const,
    product_id: products.idOf(row),
  }));
}

function hitsBefore(parts: SuggestParts, before: string): Hits[] {
  return understand(before, parts.text, parts.synonyms).clauses.map(clause => clauseHits(parts, clause));
}

function completed({ text, columns }: SuggestParts, typed: Token, words: string[]): Hits {
  const terms = termsOfTyped(typed.text, words);
  return anyOf(terms.map(term => text.postings.read(text.termOf(term), 1, columns.alive, LOOKED_AT_MAX)));
}

function inTitles(hits: Hits): Hits {
  const rows = new Uint32Array(hits.size);
  const scores = new Float32Array(hits.size);
  let size = 0;
  for (let at = 0; at < hits.size; at++) {
    if (hits.titles[at] !== 1) continue;
    rows[size] = hits.rows[at]!;
    scores[size++] = hits.scores[at]!;
  }
  return { ...emptyHits, rows, scores, size };
}
