import { limits } from '#limits';
import type { SearchResult } from '../contract.ts';
import type { Lexicon } from '../language/lexicon.ts';
import { type Clause, rethink, type SynonymLookup, type Understood, understand } from '../language/understand.ts';
import { mayLackOne, RELAXED_ENOUGH } from '../relaxing.ts';
import { titleKey } from '../words.ts';
import type { RemoteLexicon } from './lexicon.ts';
import type { OpenSearchClient } from './opensearch-client.ts';
import { allOf, havingClause, havingMost, type Json, nothing, scoringAll, scoringMost } from './word-queries.ts';

export interface ReadQuery {
  query: SearchResult['query'];
  /** Normalised, for the memory of past queries. */
  key: string;
  clauses: Clause[];
  /** Null: every product, as nothing was asked for. */
  words: Words | null;
}

export interface Words {
  /** The products that have them. */
  filter: Json;
  /** What they score. */
  score: Json;
  /** Products that have all of them in their titles. */
  inTitles: Json;
}

export interface QueryParts {
  client: OpenSearchClient;
  index: string;
  lexicon: RemoteLexicon;
  synonyms: SynonymLookup;
  /** In the whole index. */
  products: number;
}

/** A query with what its clauses weigh. */
interface Weighed {
  understood: Understood;
  idf: Map<Clause, number>;
}

/** As in the embedded engine: all words; else what was meant by near ones; else most of the words. */
export async function readQuery(parts: QueryParts, text: string): Promise<ReadQuery> {
  const key = titleKey(text);
  const asked = { text, corrected: null, did_you_mean: [], relaxed: false };
  if (text.trim() === '') return { query: asked, key, clauses: [], words: null };
  const weighed = await parts.lexicon.knowing(known => weigh(parts, text, known));
  const { clauses, corrected, did_you_mean } = weighed.understood;
  if (clauses.length === 0) return { query: asked, key, clauses, words: titled(key) };
  const full = wordsOf(weighed);
  const [found, exact] = await count(parts, [full.filter, allOf([full.filter, titled(key).filter])]);
  if (found === 0 && corrected === null && clauses.length > 1) {
    const other = await rethought(parts, text);
    if (other !== undefined) return { ...other, key };
  }
  const words = exact! > 0 ? undefined : await relaxed(parts, weighed, found!);
  const query = { ...asked, corrected, did_you_mean, relaxed: words !== undefined };
  return { query, key, clauses, words: words ?? full };
}

/** Products by filter, of the whole index. */
async function count({ client, index }: QueryParts, filters: Json[]): Promise<number[]> {
  if (filters.length === 0) return [];
  const named = Object.fromEntries(filters.map((filter, at) => [`f${at}`, filter]));
  const { aggregations } = await client.ask<{
    aggregations: { f: { buckets: Record<string, { doc_count: number }> } };
  }>('POST', `/${index}/_search`, {
    size: 0,
    query: allOf([{ term: { alive: true } }]),
    aggs: { f: { filters: { filters: named } } },
  });
  return filters.map((_, at) => aggregations.f.buckets[`f${at}`]!.doc_count);
}

/** Of the readings of near queries the one of which most products have all words. */
async function rethought(parts: QueryParts, text: string): Promise<Omit<ReadQuery, 'key'> | undefined> {
  const others = await parts.lexicon.knowing(known => {
    return rethink(text, known, parts.synonyms).map(other => ({ other, ...weigh(parts, other, known) }));
  });
  if (others.length === 0) return undefined;
  const founds = await count(
    parts,
    others.map(other => wordsOf(other).filter),
  );
  const most = Math.max(...founds);
  const best = others[founds.indexOf(most)];
  if (best === undefined || most === 0) return undefined;
  const query = { text, corrected: best.other, did_you_mean: [], relaxed: false };
  return { query, clauses: best.understood.clauses, words: wordsOf(best) };
}

/** Undefined where all words are not too much. */
async function relaxed(parts: QueryParts, { understood, idf }: Weighed, found: number): Promise<Words | undefined> {
  const { clauses } = understood;
  if (clauses.length < 2) return undefined;
  const most = (some: Clause[], least: number): Words => ({
    filter: havingMost(some, least),
    score: scoringMost(some, least, clause => idf.get(clause)!),
    inTitles: nothing,
  });
  if (found > 0) {
    if (!mayLackOne(clauses, found)) return undefined;
    const more = most(clauses, clauses.length - 1);
    return (await count(parts, [more.filter]))[0]! > found ? more : undefined;
  }
  const founds = await count(
    parts,
    clauses.map(clause => havingClause(clause, 'terms')),
  );
  // The rarest words tell most, and their number is bounded, as each adds its products to the work.
  const telling = clauses
    .map((clause, at) => ({ clause, found: founds[at]! }))
    .filter(each => each.found > 0)
    .sort((a, b) => a.found - b.found)
    .slice(0, limits.searchRelaxedWordsMax)
    .map(({ clause }) => clause);
  if (telling.length === 0) return undefined;
  const leasts = [];
  for (let least = Math.min(telling.length, clauses.length - 1); least > 1; least--) leasts.push(least);
  const byLeast = await count(
    parts,
    leasts.map(least => havingMost(telling, least)),
  );
  const enough = leasts.find((least, at) => isEnough(byLeast[at]!, 2 * least <= clauses.length));
  return most(telling, enough ?? 1);
}

function isEnough(found: number, isHalf: boolean): boolean {
  return found >= RELAXED_ENOUGH || (found > 0 && isHalf);
}

function weigh({ synonyms, products }: QueryParts, text: string, lexicon: Lexicon): Weighed {
  const understood = understand(text, lexicon, synonyms);
  return { understood, idf: new Map(understood.clauses.map(clause => [clause, idfOf(clause, lexicon, products)])) };
}

/** A clause scores alike in all its ways: as often as it is said in any of them. */
export function idfOf({ ways }: Clause, lexicon: Lexicon, products: number): number {
  const times = ways.reduce((sum, { terms }) => sum + Math.min(...terms.map(term => lexicon.timesOf(term))), 0);
  const found = Math.min(products, times);
  return Math.log(1 + (products - found + 0.5) / (found + 0.5));
}

function wordsOf({ understood: { clauses }, idf }: Weighed): Words {
  return {
    filter: allOf(clauses.map(clause => havingClause(clause, 'terms'))),
    score: scoringAll(clauses, clause => idf.get(clause)!),
    inTitles: allOf(clauses.map(clause => havingClause(clause, 'title_terms'))),
  };
}

/** A text without any word finds the products that are called so. */
function titled(key: string): Words {
  return { filter: { term: { title_key: key } }, score: { match_all: {} }, inTitles: nothing };
}
