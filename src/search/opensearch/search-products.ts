import { limits } from '#limits';
import { NO_CATEGORY } from '../category-tree.ts';
import type { Explanation, SearchQuery } from '../contract.ts';
import type { EngineAnswer } from '../engine.ts';
import { type NamedFactors, namedFactors } from '../named-factors.ts';
import { NAMED_BRAND_FACTOR } from '../ranking.ts';
import {
  type Counted,
  type Filters,
  facetAggregations,
  facetsOf,
  filtersOf,
  type LookedAt,
  lookAggregations,
  passingAll,
  planFacets,
} from './facets.ts';
import type { Known } from './names.ts';
import { type QueryParts, type ReadQuery, readQuery } from './read-query.ts';
import { BETWEEN, QUALITY } from './search-document.ts';
import { allOf, type Json, qualityFunctions } from './word-queries.ts';

export interface SearchParts extends QueryParts {
  names: Known;
}

/** Above any text's relevance, and small enough that a score of 32 bits keeps the order below it. */
const EXACT_TITLE = 10_000;

interface Hit {
  _id: string;
  _score: number;
  fields: Record<string, (number | boolean | string)[]>;
}

/** Two questions after the words are read: what the facets are to count, then the page with its counts. */
export async function searchProducts(
  parts: SearchParts,
  query: SearchQuery,
): Promise<{ answer: EngineAnswer; read: ReadQuery }> {
  const read = await readQuery(parts, query.q);
  const filters = filtersOf(query);
  const { looked, factors } = await look(parts, read, filters);
  const plan = planFacets(query, looked);
  const from = (query.page - 1) * query.page_size;
  const found = await parts.client.ask<{ hits: { total: { value: number }; hits: Hit[] }; aggregations: Counted }>(
    'POST',
    `/${parts.index}/_search`,
    {
      from,
      size: Math.min(query.page_size, limits.listedRowsMax - from),
      track_total_hits: true,
      _source: false,
      docvalue_fields: ['in_stock', 'category', 'brand', 'title', ...Object.values(QUALITY)],
      query: relevance(parts.names, read, filters, factors),
      post_filter: passingAll(filters),
      sort: orderBy(query.sort),
      aggs: facetAggregations(query, filters, plan),
    },
  );
  const { total, hits } = found.hits;
  const answer = {
    query: read.query,
    total: total.value,
    hits: hits.map(hit => ({
      product_id: hit._id,
      in_stock: hit.fields.in_stock?.[0] === true,
      ...(query.explain && { explanation: explain(parts.names, read, factors, hit) }),
    })),
    facets: facetsOf(query, plan, found.aggregations),
  };
  return { answer, read };
}

interface Looked extends LookedAt {
  titles: { categories: { buckets: { key: string; doc_count: number }[] } };
}

async function look({ client, index, names }: SearchParts, { words, clauses }: ReadQuery, filters: Filters) {
  const inTitles = words?.inTitles;
  const categories = { terms: { field: 'category', size: limits.searchNamesMax } };
  const { always } = filters;
  const narrowed = (aggs: Json) => ({ narrowed: { filter: allOf(always), aggs } });
  const answer = await client.ask<{ aggregations: { narrowed: LookedAt; titles?: Looked['titles'] } }>(
    'POST',
    `/${index}/_search`,
    {
      size: 0,
      query: allOf([{ term: { alive: true } }, ...(words === null ? [] : [words.filter])]),
      aggs: {
        ...narrowed(lookAggregations(filters)),
        ...(inTitles !== undefined && { titles: { filter: inTitles, aggs: { categories } } }),
      },
    },
  );
  const found = new Int32Array(names.categories.size);
  for (const { key, doc_count } of answer.aggregations.titles?.categories.buckets ?? []) {
    const id = names.categories.find(key.split(BETWEEN));
    if (id !== undefined && id !== NO_CATEGORY) found[id] = doc_count;
  }
  const factors = words === null ? null : namedFactors(names, clauses, found);
  return { looked: answer.aggregations.narrowed, factors };
}

function relevance(
  names: Known,
  { words, key, query }: ReadQuery,
  { always }: Filters,
  factors: NamedFactors | null,
): Json {
  const filter = words === null ? always : [...always, words.filter];
  const must = words === null ? { match_all: {} } : words.score;
  const functions = [...qualityFunctions, ...(factors === null ? [] : namedFunctions(names, factors))];
  const scored = {
    function_score: { query: { bool: { must, filter } }, functions, score_mode: 'multiply', boost_mode: 'multiply' },
  };
  if (words === null || query.corrected !== null) return scored;
  const exactly = (field: string, value: string) => ({
    constant_score: { filter: { term: { [field]: value } }, boost: EXACT_TITLE },
  });
  return { bool: { must: scored, should: [exactly('title_key', key), exactly('title', query.text)] } };
}

/** Categories of one factor together, so that there are few functions. */
function namedFunctions({ categories, brands }: Known, { accessory, category, brands: named }: NamedFactors): Json[] {
  const byFactor = new Map<string, string[]>();
  for (let id = 0; id < categories.size; id++) {
    const factor = (accessory[id]! * category[id]!).toFixed(2);
    if (Number(factor) === 1) continue;
    byFactor.set(factor, [...(byFactor.get(factor) ?? []), categories.pathOf(id).join(BETWEEN)]);
  }
  const functions: Json[] = Array.from(byFactor, ([factor, paths]) => ({
    filter: { terms: { category: paths } },
    weight: Number(factor),
  }));
  if (named.size > 0) {
    const texts = Array.from(named, id => brands.texts[id]!);
    functions.push({ filter: { terms: { brand: texts } }, weight: NAMED_BRAND_FACTOR });
  }
  return functions;
}

/** Equals stand by their ids, so that pages don't overlap. */
function orderBy(sort: SearchQuery['sort']): Json[] {
  const last = { product_id: 'asc' };
  if (sort === 'price_asc') return [{ price: 'asc' }, last];
  if (sort === 'price_desc') return [{ price: 'desc' }, last];
  if (sort === 'newest') return [{ created_ms: 'desc' }, last];
  if (sort === 'rating') return [{ rating: 'desc' }, { review_count: 'desc' }, last];
  return [{ _score: 'desc' }, last];
}

/** The text's own score is what is left of the whole without its factors. */
function explain(names: Known, { words, key, query }: ReadQuery, factors: NamedFactors | null, hit: Hit): Explanation {
  const of = (field: string) => Number(hit.fields[field]?.[0] ?? 1);
  const quality = {
    availability: of(QUALITY.availability),
    reviews: of(QUALITY.reviews),
    prime: of(QUALITY.prime),
    conversion: of(QUALITY.conversion),
  };
  const id = names.categories.find(String(hit.fields.category?.[0] ?? '').split(BETWEEN));
  const isKnown = factors !== null && id !== undefined && id !== NO_CATEGORY;
  const brand = names.brands.find(String(hit.fields.brand?.[0] ?? ''));
  const named = {
    named_category: isKnown ? factors.category[id]! : 1,
    named_brand: factors?.brands.has(brand) ? NAMED_BRAND_FACTOR : 1,
    accessory: isKnown ? factors.accessory[id]! : 1,
  };
  const isExact = words !== null && query.corrected === null && hit._score > EXACT_TITLE;
  const whole = hit._score - (isExact ? EXACT_TITLE * Math.floor(hit._score / EXACT_TITLE) : 0);
  const product = [...Object.values(quality), ...Object.values(named)].reduce((all, each) => all * each, 1);
  return { text: words === null || key === '' ? null : whole / product, exact_title: isExact, ...named, ...quality };
}
