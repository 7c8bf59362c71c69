import { createHash } from 'node:crypto';
import { limits } from '#limits';
import type { SearchQuery, Suggestion } from '../contract.ts';
import type { EngineAnswer, GoneProduct, PopularityLevel, SearchDocument, StockLevel } from '../engine.ts';
import { createSpelling, type Spelling } from '../spelling.ts';
import { indexText } from '../words.ts';
import { bestRows } from './best-rows.ts';
import { Columns } from './columns.ts';
import { countFacets } from './facets.ts';
import { readFilters } from './filters.ts';
import { type IndexedTexts, type IndexStore, type KeptQuery, openIndexStore } from './index-store.ts';
import { createPastQueries, type PastQueries } from './past-queries.ts';
import { orderBy, qualityOf } from './ranking.ts';
import { type ReadQuery, readQuery } from './read-query.ts';
import { suggest } from './suggestions.ts';

/** Above any text's relevance, and small enough that the order among several products of one title is kept. */
const EXACT_TITLE = 1e6;

/** One index: its file and its columns. All of it is synchronous and belongs to one thread. */
export interface SearchIndex {
  search(query: SearchQuery): EngineAnswer;
  suggest(input: { q: string }): Suggestion[];
  upsert(documents: SearchDocument[]): void;
  remove(products: GoneProduct[]): void;
  setStock(input: { levels: StockLevel[]; onlyUnknown: boolean }): void;
  setPopularity(input: { levels: PopularityLevel[]; onlyUnknown: boolean }): void;
  loadCursor(input: { source: string }): string;
  saveCursor(input: { source: string; cursor: string }): void;
  stats(): { products: number };
  pastQueries(): KeptQuery[];
  adoptQueries(queries: KeptQuery[]): void;
  /** Writes what waits for a quiet moment. */
  flush(): void;
  /** The build is complete: from now on the file may serve. */
  finish(): void;
  close(): void;
}

interface Parts {
  store: IndexStore;
  columns: Columns;
  spelling: Spelling;
  queries: PastQueries;
  /** By row; only the rows of the present hits are written and read. */
  relevance: Float64Array;
}

export function openSearchIndex(folder: string, options: { isNew: boolean }): SearchIndex {
  const parts = openParts(folder, options);
  const { store, columns, queries } = parts;
  return {
    search: query => answerQuery(parts, query),
    suggest: ({ q }) => suggest(parts, q),
    upsert: documents => upsertDocuments(parts, documents),
    remove(products) {
      const removed = store.inTransaction(() => products.flatMap(product => removeOne(store, product)));
      for (const row of removed) columns.remove(row);
    },
    setStock({ levels, onlyUnknown }) {
      const write = onlyUnknown ? store.putStockIfUnknown : store.putStock;
      store.inTransaction(() => levels.forEach(write));
      for (const { product_id } of levels) {
        const row = columns.rowOf(product_id);
        if (row !== undefined) columns.inStock[row] = Number(store.readStock(product_id));
      }
    },
    setPopularity({ levels, onlyUnknown }) {
      const write = onlyUnknown ? store.putPopularityIfUnknown : store.putPopularity;
      store.inTransaction(() => levels.forEach(write));
      for (const { product_id } of levels) {
        const row = columns.rowOf(product_id);
        if (row !== undefined) columns.putPopularity(row, store.readPopularity(product_id));
      }
    },
    loadCursor: ({ source }) => store.loadCursor(source),
    saveCursor: ({ source, cursor }) => store.saveCursor(source, cursor),
    stats: () => ({ products: columns.products }),
    pastQueries: () => queries.all(),
    adoptQueries: kept => queries.adopt(kept),
    flush: () => queries.flush(),
    finish() {
      queries.flush();
      store.markBuilt();
      store.compact();
    },
    close() {
      queries.flush();
      store.close();
    },
  };
}

function openParts(folder: string, options: { isNew: boolean }): Parts {
  const store = openIndexStore(folder, options);
  if (!options.isNew && !store.isBuilt()) {
    store.close();
    throw new Error('the index on disk was never finished');
  }
  const columns = new Columns();
  for (const { row, product_id, in_stock, views, orders, facts } of store.readProducts()) {
    columns.put(row, product_id, facts);
    columns.inStock[row] = Number(in_stock);
    columns.putPopularity(row, { views, orders });
  }
  const spelling = createSpelling();
  for (const [word, times] of store.readWords()) spelling.add(word, times);
  return { store, columns, spelling, queries: createPastQueries(store), relevance: new Float64Array(0) };
}

function answerQuery(parts: Parts, query: SearchQuery): EngineAnswer {
  const { store, columns, spelling, queries } = parts;
  const read = readQuery(store, spelling, query.q);
  const hits = hitsOf(read, columns);
  const { rows, facets } = countFacets(columns, readFilters(columns, query), hits);
  const order = orderBy(query.sort, columns, weigh(parts, read, hits));
  const from = (query.page - 1) * query.page_size;
  const page = bestRows(rows, Math.min(from + query.page_size, limits.listedRowsMax), order).subarray(from);
  const isWorthKeeping = read.query.corrected === null && !read.query.relaxed && query.page === 1;
  if (isWorthKeeping && hits.length > 0 && read.found !== null) queries.note(read.key);
  return {
    query: read.query,
    total: rows.length,
    hits: Array.from(page, row => ({ product_id: columns.productIds[row]!, in_stock: columns.inStock[row] === 1 })),
    facets,
  };
}

function weigh(parts: Parts, { found }: ReadQuery, hits: Uint32Array): Float64Array {
  const { columns } = parts;
  if (parts.relevance.length < columns.rowsEnd) parts.relevance = new Float64Array(2 * columns.rowsEnd);
  const { relevance } = parts;
  if (found === null) for (const row of hits) relevance[row] = qualityOf(columns, row);
  for (const [row, score] of found?.matches ?? []) relevance[row] = score * qualityOf(columns, row);
  for (const { row, isLiteral } of found?.exactRows ?? []) {
    relevance[row] = (isLiteral ? 2 : 1) * EXACT_TITLE + qualityOf(columns, row);
  }
  return relevance;
}

function upsertDocuments({ store, columns, spelling }: Parts, documents: SearchDocument[]): void {
  const written = store.inTransaction(() => writeDocuments(store, columns, documents));
  for (const { row, document, texts } of written) {
    columns.put(row, document.product_id, document);
    columns.inStock[row] = Number(store.readStock(document.product_id));
    columns.putPopularity(row, store.readPopularity(document.product_id));
    if (texts !== null) for (const word of new Set(texts.join(' ').split(' '))) spelling.add(word, 1);
  }
}

function hitsOf({ found }: ReadQuery, columns: Columns): Uint32Array {
  if (found === null) {
    const all = new Uint32Array(columns.products);
    let count = 0;
    for (let row = 0; row < columns.rowsEnd; row++) if (columns.alive[row] === 1) all[count++] = row;
    return all;
  }
  const { matches, exactRows } = found;
  if (exactRows.length === 0) return Uint32Array.from(matches, ([row]) => row);
  return Uint32Array.from(new Set([...matches.map(([row]) => row), ...exactRows.map(({ row }) => row)]));
}

/** Writes those documents that are newer than what is kept, and tells their rows. */
function writeDocuments(store: IndexStore, columns: Columns, documents: SearchDocument[]) {
  const newest = new Map<string, SearchDocument>();
  for (const document of documents) {
    const other = newest.get(document.product_id);
    if (other === undefined || other.version < document.version) newest.set(document.product_id, document);
  }
  const newer = [...newest.values()]
    .map(document => ({ document, kept: store.readVersion(document.product_id) }))
    .filter(({ document, kept }) => kept === undefined || kept.version < document.version);
  const rows = columns.nextRows(newer.filter(({ kept }) => (kept?.row ?? null) === null).length);
  let used = 0;
  return newer.map(({ document, kept }) => {
    const row = kept?.row ?? rows[used++]!;
    const hash = hashOfText(document);
    store.putProduct(row, document, hash);
    // A new price or rating must not index the words again.
    const texts = kept?.text_hash === hash ? null : textsOf(document);
    if (texts !== null) store.putWords(row, texts);
    return { row, document, texts };
  });
}

function removeOne(store: IndexStore, product: GoneProduct): number[] {
  const kept = store.readVersion(product.product_id);
  if (kept !== undefined && kept.version >= product.version) return [];
  store.removeProduct(kept?.row ?? null, product);
  return kept === undefined || kept.row === null ? [] : [kept.row];
}

function hashOfText({ title, brand, category_path, attribute_words, description }: SearchDocument): string {
  const texts = JSON.stringify([title, brand, category_path, attribute_words, description]);
  return createHash('sha256').update(texts).digest('base64url');
}

function textsOf({ title, brand, category_path: path, attribute_words: values, description }: SearchDocument) {
  return [title, brand ?? '', path.join(' '), values, description].map(indexText) as IndexedTexts;
}
