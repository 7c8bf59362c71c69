import type { CatalogProduct } from '#catalog';
import type { CursorStore } from '#platform/subscription';
import type { SearchQuery, SearchResult, SearchStatus, Suggestion } from './contract.ts';

/** What an engine knows of a product. Stock comes on its own way, from inventory. */
export interface SearchDocument {
  product_id: string;
  /** The catalog's: an older document never replaces a newer one. */
  version: number;
  title: string;
  description: string;
  brand: string | null;
  category_path: string[];
  /** Name and value, which is compared by its text form. */
  attributes: [name: string, value: string][];
  /** The values that are words or numbers. */
  attribute_words: string;
  /** Minor units. */
  price: number;
  rating: number;
  review_count: number;
  prime: boolean;
  created_ms: number;
}

export interface GoneProduct {
  product_id: string;
  version: number;
}

export interface StockLevel {
  product_id: string;
  in_stock: boolean;
}

/** How often a product was looked at and ordered of late. What is long ago counts less: no whole numbers. */
export interface PopularityLevel {
  product_id: string;
  views: number;
  orders: number;
}

/** What is decided without filters (how the query was read), and the page of what is left with them. */
export type EngineAnswer = Pick<SearchResult, 'query' | 'total' | 'hits' | 'facets'>;

/**
 * The port of search engines. Writes are durable when they resolve, apply by version and may come again. While an index
 * is being built, writes reach both it and the one that serves. An engine that can't answer throws `Unavailable`.
 */
export interface SearchEngine {
  readonly name: SearchStatus['engine'];
  /** Where the consumer's position in each source stands: beside the documents, never ahead of them. */
  readonly cursors: CursorStore;
  /** Opens what is kept. 'empty': there is nothing to serve, so the caller builds. */
  start(): Promise<'serving' | 'empty'>;
  stop(): Promise<void>;
  search(query: SearchQuery): Promise<EngineAnswer>;
  suggest(input: { q: string }): Promise<Suggestion[]>;
  /** The list of synonyms that holds from the next query on; see `language/synonyms.ts`. */
  setSynonyms(text: string): Promise<void>;
  upsert(documents: SearchDocument[]): Promise<void>;
  remove(products: GoneProduct[]): Promise<void>;
  setStock(levels: StockLevel[]): Promise<void>;
  setPopularity(levels: PopularityLevel[]): Promise<void>;
  /** Begins an index beside the serving one; there is one at a time. */
  build(): Promise<IndexBuild>;
  /** 0 products where nothing serves. */
  stats(): Promise<{ products: number }>;
  /** The serving index turned out to be unusable and was dropped: it has to be built again. */
  onLost(listener: () => void): void;
  /** It serves, but would serve better if it were built again. */
  onWorn(listener: () => void): void;
}

export interface BuildPage {
  documents: SearchDocument[];
  gone: GoneProduct[];
  levels: StockLevel[];
  popularity: PopularityLevel[];
}

export interface IndexBuild {
  readonly cursors: CursorStore;
  /** A page of the scan. A level, of stock or popularity, that was set meanwhile stays as it is. */
  add(page: BuildPage): Promise<void>;
  /** Serves from now on, in one step; the former index ends when its last query is answered. */
  swap(): Promise<void>;
  abandon(): Promise<void>;
}

export function documentOf(product: CatalogProduct): SearchDocument {
  const attributes = Object.entries(product.attributes);
  return {
    product_id: product.product_id,
    version: product.version,
    title: product.title,
    description: product.description,
    brand: product.brand,
    category_path: product.category_path,
    attributes: attributes.flatMap(([name, value]) => (value === '' ? [] : [[name, String(value)]])),
    // The names of what is true ("bluetooth") were tried: on judged queries they cost 0.03 of NDCG@10.
    attribute_words: attributes
      .filter(([, value]) => typeof value !== 'boolean')
      .map(([, value]) => value)
      .join(' '),
    price: product.price.amount,
    rating: product.rating,
    review_count: product.review_count,
    prime: product.prime,
    created_ms: Date.parse(product.created_at),
  };
}
