/**
 * search: finding products by words, filters and facets, and suggesting what to type.
 *
 * Owns an index that is derived from the catalogue and the stock levels: it can be dropped and rebuilt while it serves.
 * Engines are adapters behind one port; the embedded one lives in a worker thread and in `DATA_DIR`.
 * A facet's counts ignore its own filter, so a value chosen alone in its facet gives exactly its count; `total` is
 * exact. A change of a product or of its stock level is searchable within a second.
 * Counts in its own schema how often each product is looked at and ordered, which fades with a half-life of a month. It
 * is never told who looks: callers tell how often, and nothing else.
 */
import { type Static, Type } from 'typebox';
import { limits } from '#limits';
import { command, defineContract, Nothing, onceCommand, query } from '#platform/contract';
import type { Outcome } from '#platform/outcome';
import { Id, nullable, object, oneOf, text } from '#platform/schema';
import { synonymProblems } from './language/synonyms.ts';

export const SearchSort = Type.Union([
  Type.Literal('relevance'),
  Type.Literal('price_asc'),
  Type.Literal('price_desc'),
  Type.Literal('rating'),
  Type.Literal('newest'),
]);

/**
 * Brands and the values of one attribute are joined by "or", everything else by "and". Prices in minor units,
 * inclusive.
 */
export const SearchQuery = object({
  q: text(limits.queryLengthMax, { min: 0 }),
  category: Type.Array(text(100), { maxItems: 6 }),
  brands: Type.Array(text(200), { maxItems: 50 }),
  price_min: nullable(Type.Integer({ minimum: 0 })),
  price_max: nullable(Type.Integer({ minimum: 0 })),
  rating_min: nullable(Type.Number({ minimum: 0, maximum: 5 })),
  prime: nullable(Type.Boolean()),
  in_stock: nullable(Type.Boolean()),
  attributes: Type.Record(text(100), Type.Array(text(1000), { maxItems: 50 }), { maxProperties: 20 }),
  sort: SearchSort,
  page: Type.Integer({ minimum: 1 }),
  page_size: Type.Integer({ minimum: 1, maximum: 100 }),
  /** Tells of each hit why it stands where it does. */
  explain: Type.Optional(Type.Boolean()),
});
export type SearchQuery = Static<typeof SearchQuery>;

const count = Type.Integer({ minimum: 0 });
export const Facets = object({
  categories: Type.Array(object({ value: text(100), path: Type.Array(text(100)), count })),
  brands: Type.Array(object({ value: text(200), count })),
  price_ranges: Type.Array(object({ from: nullable(Type.Integer()), to: nullable(Type.Integer()), count })),
  ratings: Type.Array(object({ from: Type.Number(), count })),
  attributes: Type.Record(Type.String(), Type.Array(object({ value: text(1000), count }))),
});
export type Facets = Static<typeof Facets>;

/** The factors whose product is a hit's relevance. `text`: null where no words were asked for. */
export const Explanation = object({
  text: nullable(Type.Number()),
  exact_title: Type.Boolean(),
  named_category: Type.Number(),
  named_brand: Type.Number(),
  accessory: Type.Number(),
  availability: Type.Number(),
  reviews: Type.Number(),
  prime: Type.Number(),
  conversion: Type.Number(),
});
export type Explanation = Static<typeof Explanation>;

export interface SearchResult {
  query: { text: string; corrected: string | null; did_you_mean: string[]; relaxed: boolean };
  total: number;
  page: number;
  page_size: number;
  /** In order; the caller fetches the products. `in_stock` is as fresh as the index. */
  hits: { product_id: string; in_stock: boolean; explanation?: Explanation }[];
  facets: Facets;
  took_ms: number;
}

export const Suggestion = object({
  text: text(500),
  kind: Type.Union([Type.Literal('query'), Type.Literal('product'), Type.Literal('category'), Type.Literal('brand')]),
  product_id: Type.Optional(text(100)),
  path: Type.Optional(Type.Array(text(100))),
});
export type Suggestion = Static<typeof Suggestion>;

/** Product pages that people have looked at; who reloads a page is counted once by the caller. */
export const NoteViews = object({
  views: Type.Array(
    object({ product_id: Id, count: Type.Integer({ minimum: 1, maximum: limits.viewsPerProductMax }) }),
    { maxItems: limits.idsPerReadMax },
  ),
});

export const SynonymProblem = object({
  line: Type.Integer({ minimum: 1 }),
  code: oneOf(...synonymProblems),
  message: text(200),
});
export type SynonymProblem = Static<typeof SynonymProblem>;

/** `problems`: of a file that somebody has edited, and that is not in force for them. `rules`: those in force. */
export const SynonymList = object({
  text: text(limits.synonymTextMax, { min: 0 }),
  is_default: Type.Boolean(),
  rules: Type.Integer({ minimum: 0 }),
  problems: Type.Array(SynonymProblem),
});
export type SynonymList = Static<typeof SynonymList>;

/** null: back to the list that comes with the shop. */
export const SetSynonyms = object({ text: nullable(text(limits.synonymTextMax, { min: 0 })) });

/** `ready` when the index holds everything the catalogue had committed when it started. `building`: another one. */
export const SearchStatus = object({
  ready: Type.Boolean(),
  building: Type.Boolean(),
  products: count,
  engine: oneOf('embedded', 'opensearch'),
});
export type SearchStatus = Static<typeof SearchStatus>;

export interface Search {
  /** `price_min` above `price_max` and rows past 10,000 are refused. */
  search(input: SearchQuery): Promise<Outcome<SearchResult, 'PAGE_TOO_DEEP' | 'PRICE_RANGE_EMPTY'>>;
  /** At most 10, prefix matches, best first. */
  suggest(input: { q: string }): Promise<Suggestion[]>;
  /** Sent again after a lost answer they would count twice: rather not at all. What is no product is passed over. */
  noteViews(input: Static<typeof NoteViews>): Promise<null>;
  getSynonyms(input: Record<string, never>): Promise<SynonymList>;
  /** In force for the next search. Refused where a line is wrong: `problems` tell which, and nothing changes. */
  setSynonyms(input: Static<typeof SetSynonyms>): Promise<Outcome<SynonymList, 'SYNONYMS_INVALID'>>;
  /** The phrases of a text that have other ways to be said, and those, as the list has them. */
  explainSynonyms(input: { q: string }): Promise<{ said: string; ways: string[] }[]>;
  /** Builds a new index beside the serving one and swaps it in. Answers when it serves. */
  rebuild(input: Record<string, never>): Promise<{ products: number; took_ms: number }>;
  status(input: Record<string, never>): Promise<SearchStatus>;
}

export const searchContract = defineContract<Search>({
  name: 'search',
  operations: {
    search: query(SearchQuery),
    suggest: query(object({ q: text(limits.queryLengthMax, { min: 0 }) })),
    noteViews: onceCommand(NoteViews),
    getSynonyms: query(Nothing),
    setSynonyms: command(SetSynonyms),
    explainSynonyms: query(object({ q: text(limits.queryLengthMax, { min: 0 }) })),
    rebuild: command(Nothing, 600_000),
    status: query(Nothing),
  },
  refusals: {
    PAGE_TOO_DEEP: { status: 400, meaning: 'Results end at row 10,000. Narrow the search instead.' },
    SYNONYMS_INVALID: { status: 400, meaning: 'A line of the synonyms can not be a rule.' },
    PRICE_RANGE_EMPTY: { status: 400, meaning: 'price_min is above price_max.' },
  },
});
