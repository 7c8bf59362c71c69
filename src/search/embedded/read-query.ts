import { limits } from '#limits';
import type { SearchResult } from '../contract.ts';
import { type Clause, rethink, type SynonymLookup, type Understood, understand } from '../language/understand.ts';
import { mayLackOne, RELAXED_ENOUGH } from '../relaxing.ts';
import { titleKey } from '../words.ts';
import type { Columns } from './columns.ts';
import { allOf, anyOf, emptyHits, type Hits, mostOf } from './hits.ts';
import type { TextSide } from './text-side.ts';
import { hashOfTitle, type Titles } from './titles.ts';

export interface ReadQuery {
  query: SearchResult['query'];
  /** Normalised, for the memory of past queries. */
  key: string;
  clauses: Clause[];
  /** Null: every product, as nothing was asked for. */
  hits: Hits | null;
  /** Products whose titles are what was asked for; `isLiteral`: to the letter. */
  exact: { row: number; isLiteral: boolean }[];
}

export interface TextParts {
  text: TextSide;
  titles: Titles;
  columns: Columns;
  synonyms: SynonymLookup;
}

/**
 * Finds what a query's words find: all of them; else most of them. Filters play no part, so what a facet's value would
 * give is known before it is chosen.
 */
export function readQuery(parts: TextParts, text: string): ReadQuery {
  const key = titleKey(text);
  const asked = { text, corrected: null, did_you_mean: [], relaxed: false };
  if (text.trim() === '') return { query: asked, key, clauses: [], hits: null, exact: [] };
  const understood = understand(text, parts.text, parts.synonyms);
  const { clauses, corrected, did_you_mean } = understood;
  if (clauses.length === 0) {
    const exact = exactAmong(parts, text, everyRow(parts.columns));
    const rows = Uint32Array.from(exact, ({ row }) => row);
    const hits = {
      ...emptyHits,
      rows,
      size: rows.length,
      scores: new Float32Array(rows.length),
      titles: new Uint8Array(rows.length),
    };
    return { query: asked, key, clauses, hits, exact };
  }
  const found = clauses.map(clause => clauseHits(parts, clause));
  const full = allOf(found);
  if (full.size === 0 && corrected === null && clauses.length > 1) {
    const other = rethought(parts, text);
    if (other !== undefined) return { ...other, key };
  }
  const exact = exactAmong(parts, text, full.rows.subarray(0, full.size));
  const hits = exact.length > 0 ? full : relaxed(understood, found, full);
  const query = { ...asked, corrected, did_you_mean, relaxed: hits !== full };
  return { query, key, clauses, hits, exact };
}

/** Of the readings of near queries the one of which most products have all words. */
function rethought(parts: TextParts, text: string): Omit<ReadQuery, 'key'> | undefined {
  let best: Omit<ReadQuery, 'key'> | undefined;
  for (const other of rethink(text, parts.text, parts.synonyms)) {
    const { clauses } = understand(other, parts.text, parts.synonyms);
    const hits = allOf(clauses.map(clause => clauseHits(parts, clause)));
    const query = { text, corrected: other, did_you_mean: [], relaxed: false };
    if (hits.size > (best?.hits?.size ?? 0)) best = { query, clauses, hits, exact: [] };
  }
  return best;
}

/** A clause scores alike in all its ways: as often as it is said in any of them. */
export function clauseHits({ text, columns }: TextParts, { ways, words }: Clause): Hits {
  const products = columns.rowsEnd;
  const times = ways.reduce((sum, { terms }) => sum + Math.min(...terms.map(term => text.timesOf(term))), 0);
  const found = Math.min(products, times);
  const idf = Math.log(1 + (products - found + 0.5) / (found + 0.5));
  return anyOf(
    ways.map(({ terms, weight }) => {
      const factor = (idf * words * weight) / terms.length;
      return allOf(terms.map(term => text.postings.read(text.termOf(term), factor, columns.alive)));
    }),
  );
}

/** `full` itself where it is enough. */
function relaxed({ clauses }: Understood, found: Hits[], full: Hits): Hits {
  if (clauses.length < 2) return full;
  if (full.size > 0) {
    if (!mayLackOne(clauses, full.size)) return full;
    const more = mostOf(found, clauses.length - 1);
    return more.size > full.size ? more : full;
  }
  // The rarest words tell most, and their number is bounded, as each adds its hits to the work.
  const telling = found.filter(hits => hits.size > 0).sort((a, b) => a.size - b.size);
  const parts = telling.slice(0, limits.searchRelaxedWordsMax);
  for (let least = Math.min(parts.length, clauses.length - 1); least > 1; least--) {
    const most = mostOf(parts, least);
    if (most.size >= RELAXED_ENOUGH || (most.size > 0 && 2 * least <= clauses.length)) return most;
  }
  const any = mostOf(parts, 1);
  return any.size > 0 ? any : full;
}

function exactAmong({ titles }: TextParts, text: string, rows: Iterable<number>): ReadQuery['exact'] {
  const key = titleKey(text);
  const hash = hashOfTitle(key);
  const exact: ReadQuery['exact'] = [];
  for (const row of rows) {
    if (titles.hashOf(row) !== hash) continue;
    const title = titles.textOf(row);
    if (titleKey(title) === key) exact.push({ row, isLiteral: title === text });
  }
  return exact;
}

function* everyRow({ alive, rowsEnd }: Columns): Iterable<number> {
  for (let row = 0; row < rowsEnd; row++) if (alive[row] === 1) yield row;
}
