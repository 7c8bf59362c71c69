import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { limits } from '#limits';
import type { SearchQuery, Suggestion } from '../contract.ts';
import { conversionFactor } from '../conversion.ts';
import type { EngineAnswer, GoneProduct, PopularityLevel, SearchDocument, StockLevel } from '../engine.ts';
import { readSynonyms, Synonyms } from '../language/synonyms.ts';
import { titleKey } from '../words.ts';
import { partOf, withPrefix } from './arrays.ts';
import { rowsAt } from './best-rows.ts';
import { type ChangeLog, openChangeLog, readChanges } from './change-log.ts';
import { Columns, type ProductFacts, type SavedDictionaries } from './columns.ts';
import { countFacets, newTally, type Tally } from './facets.ts';
import { readFilters } from './filters.ts';
import { createPastQueries, type KeptQuery, type PastQueries } from './past-queries.ts';
import { Products } from './products.ts';
import { explain, orderBy, weigh } from './rank.ts';
import { readQuery } from './read-query.ts';
import { readSnapshot, writeSnapshot } from './snapshot.ts';
import { suggest } from './suggestions.ts';
import { TextSide } from './text-side.ts';
import { hashOfTitle, Titles } from './titles.ts';

const SNAPSHOT = 'index';
const LOG = 'changes';
/** Fewer rows that are gone are no burden. */
const DEAD_MIN = 10_000;

/** One index: what is in memory, and on disk its snapshot and the changes since. It belongs to one thread. */
export interface SearchIndex {
  search(query: SearchQuery): EngineAnswer;
  suggest(input: { q: string }): Suggestion[];
  upsert(documents: SearchDocument[]): void;
  remove(products: GoneProduct[]): void;
  setStock(input: { levels: StockLevel[]; onlyUnknown: boolean }): void;
  setPopularity(input: { levels: PopularityLevel[]; onlyUnknown: boolean }): void;
  setSynonyms(text: string): void;
  loadCursor(input: { source: string }): string;
  saveCursor(input: { source: string; cursor: string }): void;
  stats(): { products: number };
  /** What has gathered since the index was written: bytes of changes, and the part of its rows that are gone. */
  wear(): { logBytes: number; deadShare: number };
  pastQueries(): KeptQuery[];
  adoptQueries(queries: KeptQuery[]): void;
  /** Writes what waits for a quiet moment. */
  flush(): void;
  /** The build is complete: from now on it may serve, and what is written is kept. */
  finish(): void;
  close(): void;
}

/** What is written down of a change; applying one twice changes nothing the second time. */
type Change =
  | { is: 'documents'; documents: Hashed[] }
  /** Products of which the words are as they were. */
  | { is: 'figures'; products: Figures[] }
  | { is: 'gone'; products: GoneProduct[] }
  | { is: 'stock'; levels: StockLevel[] }
  | { is: 'popularity'; levels: PopularityLevel[] }
  | { is: 'cursor'; source: string; cursor: string }
  | { is: 'queries'; queries: KeptQuery[]; forgotten: string[] };

/** `hash`: of what its row is made from. */
interface Hashed {
  document: SearchDocument;
  hash: number;
}

type Figures = Pick<SearchDocument, 'product_id' | 'version'> &
  Omit<ProductFacts, 'brand' | 'category_path' | 'attributes'>;

interface Rest {
  cursors: Record<string, string>;
  queries: KeptQuery[];
  dictionaries: SavedDictionaries;
}

class MemoryIndex implements SearchIndex {
  readonly #folder: string;
  readonly #columns = new Columns();
  readonly #products = new Products();
  readonly #titles = new Titles();
  readonly #text = new TextSide(() => this.#columns.alive);
  readonly #cursors = new Map<string, string>();
  readonly #queries: PastQueries;
  readonly #tally: Tally = newTally();
  #synonyms = new Synonyms([]);
  /** By row; only those of the present hits are written and read. */
  #relevance = new Float64Array(0);
  /** None while it is being built: what is not finished is built anew. */
  #log: ChangeLog<Change> | undefined;

  constructor(folder: string, { isNew, copyOf }: OpenOptions) {
    this.#folder = folder;
    this.#queries = createPastQueries();
    if (copyOf !== undefined) this.#load(copyOf);
    if (isNew) return;
    this.#load(folder);
    this.#log = openChangeLog(join(folder, LOG));
  }

  search(query: SearchQuery): EngineAnswer {
    const [columns, products] = [this.#columns, this.#products];
    const parts = { columns, text: this.#text, titles: this.#titles, synonyms: this.#synonyms };
    const read = readQuery(parts, query.q);
    const filters = readFilters(columns, query);
    const hits = read.hits === null ? this.#everything(query) : read.hits.rows.subarray(0, read.hits.size);
    const { rows, facets } = countFacets(columns, filters, hits, this.#tally);
    if (this.#relevance.length < columns.rowsEnd) this.#relevance = new Float64Array(2 * columns.rowsEnd);
    const factors = weigh(columns, read, hits, this.#relevance);
    const order = orderBy(query.sort, { columns, products, relevance: this.#relevance });
    const from = (query.page - 1) * query.page_size;
    const page = rowsAt(rows, { from, to: Math.min(from + query.page_size, limits.listedRowsMax) }, order);
    const { corrected, relaxed } = read.query;
    const isWorthKeeping = corrected === null && !relaxed && query.page === 1 && read.hits !== null;
    if (isWorthKeeping && hits.length > 0) this.#queries.note(read.key);
    return {
      query: read.query,
      total: rows.length,
      hits: Array.from(page, row => ({
        product_id: products.idOf(row),
        in_stock: columns.inStock[row] === 1,
        ...(query.explain && { explanation: explain(columns, read, factors, row) }),
      })),
      facets,
    };
  }

  suggest({ q }: { q: string }): Suggestion[] {
    const parts = { columns: this.#columns, text: this.#text, titles: this.#titles, synonyms: this.#synonyms };
    return suggest({ ...parts, products: this.#products, queries: this.#queries }, q);
  }

  upsert(documents: SearchDocument[]): void {
    const newest = new Map<string, SearchDocument>();
    for (const document of documents) {
      const other = newest.get(document.product_id);
      if (other === undefined || other.version < document.version) newest.set(document.product_id, document);
    }
    const [fresh, figures]: [Hashed[], Figures[]] = [[], []];
    for (const document of newest.values()) {
      const number = this.#products.numberOf(document.product_id);
      if (this.#products.versionOf(number) >= document.version) continue;
      const hash = hashOf(document);
      if (this.#products.hashOf(number) === hash) figures.push(figuresOf(document));
      else fresh.push({ document, hash });
    }
    if (fresh.length > 0) this.#write({ is: 'documents', documents: fresh });
    if (figures.length > 0) this.#write({ is: 'figures', products: figures });
  }

  remove(products: GoneProduct[]): void {
    this.#write({ is: 'gone', products });
  }

  setStock({ levels, onlyUnknown }: { levels: StockLevel[]; onlyUnknown: boolean }): void {
    const isTold = ({ product_id }: StockLevel) => this.#products.isStockKnown(this.#products.numberOf(product_id));
    const told = onlyUnknown ? levels.filter(level => !isTold(level)) : levels;
    if (told.length > 0) this.#write({ is: 'stock', levels: told });
  }

  setPopularity({ levels, onlyUnknown }: { levels: PopularityLevel[]; onlyUnknown: boolean }): void {
    const isTold = ({ product_id }: PopularityLevel) =>
      this.#products.isConversionKnown(this.#products.numberOf(product_id));
    const told = onlyUnknown ? levels.filter(level => !isTold(level)) : levels;
    if (told.length > 0) this.#write({ is: 'popularity', levels: told });
  }

  setSynonyms(text: string): void {
    this.#synonyms = new Synonyms(readSynonyms(text).rules);
  }

  loadCursor({ source }: { source: string }): string {
    return this.#cursors.get(source) ?? '';
  }

  saveCursor({ source, cursor }: { source: string; cursor: string }): void {
    this.#write({ is: 'cursor', source, cursor });
  }

  stats(): { products: number } {
    return { products: this.#products.living };
  }

  wear(): { logBytes: number; deadShare: number } {
    const rows = this.#columns.rowsEnd;
    const dead = rows - this.#products.living;
    return { logBytes: this.#log?.bytes ?? 0, deadShare: dead < DEAD_MIN ? 0 : dead / rows };
  }

  pastQueries(): KeptQuery[] {
    return this.#queries.all();
  }

  adoptQueries(queries: KeptQuery[]): void {
    this.#queries.adopt(queries);
  }

  flush(): void {
    const changes = this.#queries.changes();
    if (changes !== null) this.#log?.append({ is: 'queries', ...changes });
  }

  finish(): void {
    const columns = this.#columns.save();
    const rest: Rest = {
      cursors: Object.fromEntries(this.#cursors),
      queries: this.#queries.all(),
      dictionaries: columns.dictionaries,
    };
    const arrays = {
      ...withPrefix('columns', columns.arrays),
      ...withPrefix('products', this.#products.save()),
      ...withPrefix('titles', this.#titles.save()),
      ...withPrefix('text', this.#text.save()),
    };
    writeSnapshot(join(this.#folder, SNAPSHOT), { arrays, rest });
    this.#log = openChangeLog(join(this.#folder, LOG));
  }

  close(): void {
    this.flush();
    this.#log?.close();
  }

  #load(folder: string): void {
    const [snapshot, log] = [join(folder, SNAPSHOT), join(folder, LOG)];
    if (!existsSync(snapshot)) throw new Error('the index on disk was never finished');
    const { arrays, rest } = readSnapshot(snapshot);
    const { cursors, queries, dictionaries } = rest as Rest;
    this.#columns.load(partOf('columns', arrays), dictionaries);
    this.#products.load(partOf('products', arrays));
    this.#titles.load(partOf('titles', arrays));
    this.#text.load(partOf('text', arrays));
    this.#queries.adopt(queries);
    this.#queries.changes();
    for (const [source, cursor] of Object.entries(cursors)) this.#cursors.set(source, cursor);
    if (existsSync(log)) for (const change of readChanges<Change>(log)) this.#apply(change);
  }

  #write(change: Change): void {
    this.#log?.append(change);
    this.#apply(change);
  }

  #apply(change: Change): void {
    switch (change.is) {
      case 'documents':
        for (const each of change.documents) this.#putDocument(each);
        return;
      case 'figures':
        for (const figures of change.products) this.#putFigures(figures);
        return;
      case 'gone':
        for (const product of change.products) this.#removeProduct(product);
        return;
      case 'stock':
        for (const level of change.levels) this.#putStock(level);
        return;
      case 'popularity':
        for (const level of change.levels) this.#putPopularity(level);
        return;
      case 'cursor':
        this.#cursors.set(change.source, change.cursor);
        return;
      case 'queries':
        this.#queries.restore(change);
    }
  }

  /** Words that have changed get a row of their own, the last one: the rows of a term only ever rise. */
  #putDocument({ document, hash }: Hashed): void {
    const [columns, products] = [this.#columns, this.#products];
    const number = products.numberOf(document.product_id);
    if (products.versionOf(number) >= document.version) return;
    const former = products.rowOf(number);
    if (former !== undefined) columns.remove(former);
    const row = columns.addRow();
    products.place(number, row, document.version, hash);
    columns.put(row, document);
    columns.setStock(row, products.isInStock(number));
    columns.setConversion(row, products.conversionOf(number));
    this.#titles.add(document.title, hashOfTitle(titleKey(document.title)));
    this.#text.add(row, document, columns.attributes.idsOf(row));
  }

  #putFigures(figures: Figures): void {
    const number = this.#products.numberOf(figures.product_id);
    const row = this.#products.rowOf(number);
    if (row === undefined || this.#products.versionOf(number) >= figures.version) return;
    this.#products.setVersion(number, figures.version);
    this.#columns.putFigures(row, figures);
  }

  #removeProduct({ product_id, version }: GoneProduct): void {
    const number = this.#products.numberOf(product_id);
    if (this.#products.versionOf(number) >= version) return;
    const row = this.#products.rowOf(number);
    if (row !== undefined) this.#columns.remove(row);
    this.#products.remove(number, version);
  }

  #putStock({ product_id, in_stock }: StockLevel): void {
    const number = this.#products.numberOf(product_id);
    this.#products.setStock(number, in_stock);
    const row = this.#products.rowOf(number);
    if (row !== undefined) this.#columns.setStock(row, in_stock);
  }

  #putPopularity({ product_id, views, orders }: PopularityLevel): void {
    const number = this.#products.numberOf(product_id);
    const factor = conversionFactor({ views, orders });
    this.#products.setConversion(number, factor);
    const row = this.#products.rowOf(number);
    if (row !== undefined) this.#columns.setConversion(row, factor);
  }

  /** Without words a category's products are known already, and need no look at all others. */
  #everything({ category }: SearchQuery): Uint32Array {
    const columns = this.#columns;
    if (category.length > 0) {
      const term = this.#text.termOfCategory(category);
      const found = this.#text.postings.read(term, 1, columns.alive);
      return found.rows.subarray(0, found.size);
    }
    const all = new Uint32Array(this.#products.living);
    let count = 0;
    for (let row = 0; row < columns.rowsEnd; row++) if (columns.alive[row] === 1) all[count++] = row;
    return all;
  }
}

/** `copyOf`: a new index that begins with what another one has on disk. */
export interface OpenOptions {
  isNew: boolean;
  copyOf?: string | undefined;
}

export function openSearchIndex(folder: string, options: OpenOptions): SearchIndex {
  return new MemoryIndex(folder, options);
}

function figuresOf(document: SearchDocument): Figures {
  const { product_id, version, price, rating, review_count, prime, created_ms } = document;
  return { product_id, version, price, rating, review_count, prime, created_ms };
}

/** Of all but the figures. With the length a change goes unseen in one of four thousand million cases at most. */
function hashOf({ title, description, brand, category_path, attributes, attribute_words }: SearchDocument): number {
  const told = JSON.stringify([title, description, brand, category_path, attributes, attribute_words]);
  return crc32(told) * LENGTHS + (told.length % LENGTHS);
}

const LENGTHS = 1 << 20;
