import type { Facets, SearchQuery } from '../contract.ts';
import {
  CATEGORIES_MAX,
  RATINGS_FROM,
  SAMPLE_MAX,
  type Sampled,
  tellingOf,
  topValues,
  VALUES_MAX,
} from '../facet-values.ts';
import { PARTS, rangesOf, roundBounds } from '../price-ranges.ts';
import { BETWEEN, facetField } from './search-document.ts';
import { allOf, type Json, quoted } from './word-queries.ts';

/** What is wanted of every product, and what each facet's own filter wants, by facet. */
export interface Filters {
  always: Json[];
  own: Map<string, Json>;
}

const CATEGORY = 'category';
const BRAND = 'brand';
const PRICE = 'price';
const RATING = 'rating';

export function filtersOf(query: SearchQuery): Filters {
  const { category, brands, price_min, price_max, rating_min, prime, in_stock, attributes } = query;
  const always: Json[] = [{ term: { alive: true } }];
  if (prime !== null) always.push({ term: { prime } });
  if (in_stock !== null) always.push({ term: { in_stock } });
  const own = new Map<string, Json>();
  if (category.length > 0) own.set(CATEGORY, { term: { category_paths: category.join(BETWEEN) } });
  if (brands.length > 0) own.set(BRAND, { terms: { brand: brands } });
  if (price_min !== null || price_max !== null) own.set(PRICE, { range: { price: between(price_min, price_max) } });
  if (rating_min !== null) own.set(RATING, { range: { rating: { gte: rating_min } } });
  for (const [name, values] of chosenAttributes({ attributes })) {
    own.set(name + BETWEEN, { terms: { attributes: values.map(value => name + BETWEEN + value) } });
  }
  return { always, own };
}

export function passingAll({ own }: Filters): Json {
  return allOf([...own.values()]);
}

/** A facet's counts ignore its own filter. */
function passingAllBut({ own }: Filters, facet: string): Json {
  return allOf([...own].filter(([name]) => name !== facet).map(([, filter]) => filter));
}

function between(least: number | null, most: number | null): Json {
  return { ...(least !== null && { gte: least }), ...(most !== null && { lte: most }) };
}

function chosenAttributes({ attributes }: Pick<SearchQuery, 'attributes'>): [name: string, values: string[]][] {
  return Object.entries(attributes).filter(([, values]) => values.length > 0);
}

/** What has to be known before facets can be counted: where prices part, and which attributes are worth showing. */
export interface FacetPlan {
  bounds: number[];
  /** The chosen ones first. */
  attributes: string[];
}

interface Bucket {
  key: string;
  doc_count: number;
}

export interface LookedAt {
  prices: {
    at: { values: Record<string, number | null> };
    least: { value: number | null };
    most: { value: number | null };
  };
  sample: { some: { attributes: { buckets: Bucket[] } } };
}

const SAMPLED_MAX = 10_000;

export function lookAggregations(filters: Filters): Json {
  const percents = PARTS.map(part => 100 * part);
  return {
    prices: {
      filter: passingAllBut(filters, PRICE),
      aggs: {
        at: { percentiles: { field: 'price', percents } },
        least: { min: { field: 'price' } },
        most: { max: { field: 'price' } },
      },
    },
    sample: {
      filter: passingAll(filters),
      aggs: {
        some: {
          sampler: { shard_size: SAMPLE_MAX / 2 },
          aggs: { attributes: { terms: { field: 'attributes', size: SAMPLED_MAX, execution_hint: 'map' } } },
        },
      },
    },
  };
}

export function planFacets(query: SearchQuery, { prices, sample }: LookedAt): FacetPlan {
  const { least, most, at } = prices;
  const values = Object.values(at.values).map(value => value ?? 0);
  const chosen = chosenAttributes(query).map(([name]) => name);
  const byName = new Map<string, Sampled>();
  for (const { key, doc_count } of sample.some.attributes.buckets) {
    const name = key.slice(0, key.indexOf(BETWEEN));
    const known = byName.get(name) ?? { name, coverage: 0, distinct: 0 };
    byName.set(name, { name, coverage: known.coverage + doc_count, distinct: known.distinct + 1 });
  }
  return {
    bounds: roundBounds(values, least.value ?? undefined, most.value ?? undefined),
    attributes: [...chosen, ...tellingOf([...byName.values()], chosen).map(({ name }) => name)],
  };
}

export function facetAggregations(query: SearchQuery, filters: Filters, { bounds, attributes }: FacetPlan): Json {
  const under = (facet: string, aggs: Json) => ({ filter: passingAllBut(filters, facet), aggs });
  const below = query.category.map(name => quoted(name) + BETWEEN).join('');
  const chosen = query.attributes;
  return {
    categories: {
      filter: passingAll(filters),
      aggs: values('category_paths', CATEGORIES_MAX, `${below}[^${BETWEEN}]+`),
    },
    brands: under(BRAND, { ...values('brand', VALUES_MAX), ...those('brand', query.brands) }),
    prices: under(PRICE, { ranges: { range: { field: 'price', ranges: rangesBetween(bounds) } } }),
    ratings: under(RATING, {
      from: {
        filters: {
          filters: Object.fromEntries(RATINGS_FROM.map(from => [from, { range: { rating: { gte: from } } }])),
        },
      },
    }),
    ...Object.fromEntries(
      attributes.map((name, at) => [
        `attribute${at}`,
        under(name + BETWEEN, {
          ...values(`facets.${facetField(name)}`, VALUES_MAX, `${quoted(name + BETWEEN)}.*`),
          ...those(
            `facets.${facetField(name)}`,
            (chosen[name] ?? []).map(value => name + BETWEEN + value),
          ),
        }),
      ]),
    ),
  };
}

function values(field: string, size: number, include?: string): Json {
  return { values: { terms: { field, size, ...(include !== undefined && { include }) } } };
}

/** Chosen values are told also where they are not among the most frequent. */
function those(field: string, chosen: readonly string[]): Json {
  if (chosen.length === 0) return {};
  return { chosen: { terms: { field, size: chosen.length, include: chosen } } };
}

function rangesBetween(bounds: readonly number[]): Json[] {
  // A range needs an end.
  if (bounds.length === 0) return [{ key: 'r0', from: 0 }];
  const edges = [undefined, ...bounds, undefined];
  return edges.slice(1).map((to, at) => {
    const from = edges[at];
    return { key: `r${at}`, ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  });
}

interface Values {
  values: { buckets: Bucket[] };
  chosen?: { buckets: Bucket[] };
}

export interface Counted {
  categories: Values;
  brands: Values;
  prices: { ranges: { buckets: { key: string; doc_count: number }[] } };
  ratings: { from: { buckets: Record<string, { doc_count: number }> } };
  [attribute: `attribute${number}`]: Values;
}

export function facetsOf(query: SearchQuery, { bounds, attributes }: FacetPlan, counted: Counted): Facets {
  const byRange = new Map(counted.prices.ranges.buckets.map(({ key, doc_count }) => [key, doc_count]));
  return {
    categories: counted.categories.values.buckets.map(({ key, doc_count }) => {
      const path = key.split(BETWEEN);
      return { value: path.at(-1)!, path, count: doc_count };
    }),
    brands: shown(counted.brands, query.brands),
    price_ranges: rangesOf(
      bounds,
      Array.from({ length: bounds.length + 1 }, (_, at) => byRange.get(`r${at}`) ?? 0),
    ),
    ratings: RATINGS_FROM.map(from => ({ from, count: counted.ratings.from.buckets[from]!.doc_count })),
    attributes: Object.fromEntries(
      attributes.map((name, at) => [
        name,
        shown(counted[`attribute${at}`]!, query.attributes[name] ?? [], name + BETWEEN),
      ]),
    ),
  };
}

function shown({ values, chosen }: Values, asked: readonly string[], prefix = '') {
  const counts = new Map(
    [...values.buckets, ...(chosen?.buckets ?? [])].map(({ key, doc_count }) => [key.slice(prefix.length), doc_count]),
  );
  return topValues(
    Array.from(counts, ([value, count]) => ({ value, count })),
    asked,
  );
}
