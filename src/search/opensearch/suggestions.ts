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
import type { PastQueries } from './past-queries.ts';
import { idfOf } from './read-query.ts';
import { weightOf } from './search-document.ts';
import type { SearchParts } from './search-products.ts';
import { allOf, havingClause, type Json, qualityFunctions, quoted, scoringClause } from './word-queries.ts';

/** Of a beginning with very many products some are looked at, in each shard. */
const LOOKED_AT_MAX = 20_000;

/** As in the embedded engine: past queries, categories, brands and titles that begin as the text does. */
export async function suggest(parts: SearchParts & { queries: PastQueries }, text: string): Promise<Suggestion[]> {
  const tokens = readTokens(text).slice(0, WORDS_MAX);
  const typed = tokens.at(-1);
  if (typed === undefined) return [];
  const before = text.slice(0, typed.start);
  const words = await completions(parts, typed);
  const starts = [...new Set([indexText(text), indexText(await corrected(parts, before, typed, words))])];
  const queries = await parts.queries.beginningWith(starts, QUERIES_MAX);
  const some = [
    ...queries.map(query => ({ text: query, kind: 'query' as const })),
    ...suggestCategories(parts.names, starts),
    ...suggestBrands(parts.names, starts),
  ];
  return [...some, ...(await suggestProducts(parts, { before, typed, words }, SUGGESTIONS_MAX - some.length))];
}

/** The most frequent words that begin as the last one does; where there are none, those that are near to it. */
async function completions({ client, index, lexicon }: SearchParts, { text }: Token): Promise<string[]> {
  const words = { terms: { field: 'title_words', include: `${quoted(text)}.*`, size: COMPLETIONS_MAX } };
  const answer = await client.ask<{ aggregations: { words: { buckets: { key: string }[] } } }>(
    'POST',
    `/${index}/_search`,
    {
      size: 0,
      terminate_after: LOOKED_AT_MAX,
      query: allOf([{ term: { alive: true } }, { prefix: { title_words: text } }]),
      aggs: { words },
    },
  );
  const best = answer.aggregations.words.buckets.map(({ key }) => key);
  if (best.length > 0) return best;
  const near = await lexicon.knowing(known => known.closest(text, COMPLETIONS_MAX));
  return near.map(({ word }) => word);
}

async function corrected(parts: SearchParts, before: string, typed: Token, words: string[]): Promise<string> {
  const isSlip = words.length > 0 && !words.some(word => word.startsWith(typed.text));
  const last = isSlip ? words[0]! : typed.text;
  if (before.trim() === '') return before + last;
  const rest = await parts.lexicon.knowing(known => understand(before, known, parts.synonyms).corrected);
  return (rest ?? before) + last;
}

async function suggestProducts(
  parts: SearchParts,
  { before, typed, words }: { before: string; typed: Token; words: string[] },
  most: number,
): Promise<Suggestion[]> {
  const { client, index, lexicon, synonyms, products } = parts;
  const said = await lexicon.knowing(known => {
    const { clauses } = understand(before, known, synonyms);
    return clauses.map(clause => ({ clause, idf: idfOf(clause, known, products) }));
  });
  const terms = termsOfTyped(typed.text, words);
  const filter = [
    { term: { alive: true } },
    ...said.map(({ clause }) => havingClause(clause, 'title_terms')),
    { terms: { title_terms: terms } },
  ];
  const completed: Json = {
    dis_max: {
      queries: terms.map(term => ({ rank_feature: { field: weightOf(term), saturation: { pivot: 1 } } })),
    },
  };
  const must = [...said.map(({ clause, idf }) => scoringClause(clause, idf)), completed];
  const { hits } = await client.ask<{ hits: { hits: { _id: string; fields: { title: string[] } }[] } }>(
    'POST',
    `/${index}/_search`,
    {
      size: TITLES_MAX,
      _source: false,
      docvalue_fields: ['title'],
      query: {
        function_score: { query: { bool: { must, filter } }, functions: qualityFunctions, score_mode: 'multiply' },
      },
      sort: [{ _score: 'desc' }, { product_id: 'asc' }],
    },
  );
  const shown = hits.hits.map(hit => ({ product_id: hit._id, title: hit.fields.title[0]! }));
  return suggestTitles(shown, before + typed.text, most).map(({ product_id, title }) => ({
    text: title,
    kind: 'product' as const,
    product_id,
  }));
}
