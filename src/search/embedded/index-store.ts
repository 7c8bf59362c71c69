import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { PopularityLevel, SearchDocument } from '../engine.ts';
import { titleKey } from '../words.ts';
import type { ProductFacts } from './columns.ts';

/** Raised when the form of the file or the way texts become words changes: an older index is built anew. */
const FORM = '2';
const FILE = 'index.db';
const CACHE_KIB = 65_536;

/**
 * The index's file: the text side (FTS5, without the texts themselves), the facts that become columns when it is
 * opened, and the consumer's cursors, which are written after what they stand for in the same log, so never ahead of
 * it.
 */
export interface IndexStore {
  isBuilt(): boolean;
  markBuilt(): void;
  inTransaction<Value>(work: () => Value): Value;
  readProducts(): Iterable<KeptProduct>;
  readVersion(productId: string): { row: number | null; version: number; text_hash: string } | undefined;
  putProduct(row: number, document: SearchDocument, textHash: string): void;
  putWords(row: number, texts: IndexedTexts): void;
  /** Keeps the version without a row, so that an older document can't bring the product back. */
  removeProduct(row: number | null, gone: { product_id: string; version: number }): void;
  putStock(level: { product_id: string; in_stock: boolean }): void;
  putStockIfUnknown(level: { product_id: string; in_stock: boolean }): void;
  readStock(productId: string): boolean;
  putPopularity(level: PopularityLevel): void;
  putPopularityIfUnknown(level: PopularityLevel): void;
  readPopularity(productId: string): { views: number; orders: number };
  /** Rows and scores (higher is better) of an FTS5 expression. */
  match(expression: string): [row: number, score: number][];
  matchTitles(expression: string, limit: number): number[];
  /** Products whose titles are the same to a shopper; `isLiteral`: to the letter. */
  rowsOfTitle(title: string): { row: number; isLiteral: boolean }[];
  readTitle(row: number): string;
  /** In how many products a word stands. */
  timesOf(word: string): number;
  readWords(): Iterable<[word: string, times: number]>;
  loadCursor(source: string): string;
  saveCursor(source: string, cursor: string): void;
  readQueries(): KeptQuery[];
  putQuery(query: KeptQuery): void;
  removeQuery(text: string): void;
  /** Merges the parts that a build has left and brings all into the main file. */
  compact(): void;
  close(): void;
}

/** Normalised: title, brand, category, attributes, description. */
export type IndexedTexts = [string, string, string, string, string];

export interface KeptProduct {
  row: number;
  product_id: string;
  in_stock: boolean;
  views: number;
  orders: number;
  facts: ProductFacts;
}

export interface KeptQuery {
  text: string;
  times: number;
  used: number;
}

type Row = Record<string, unknown>;

/** Throws where the file is not an index of this form. */
export function openIndexStore(folder: string, options: { isNew: boolean }): IndexStore {
  const db = new DatabaseSync(join(folder, FILE));
  db.exec(`pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -${CACHE_KIB}`);
  if (options.isNew) db.exec(TABLES);
  const form = db.prepare('select value from meta where key = ?').get('form') as { value: string } | undefined;
  if (form?.value !== FORM) {
    db.close();
    throw new Error('the index on disk has another form');
  }
  const statements = prepare(db);
  return {
    ...productStatements(statements),
    ...textStatements(statements),
    isBuilt: () => statements.getMeta.get('built') !== undefined,
    markBuilt: () => void statements.putMeta.run('built', 'yes'),
    inTransaction: work => inTransaction(db, work),
    loadCursor: source => (statements.getCursor.get(source) as { cursor: string } | undefined)?.cursor ?? '',
    saveCursor: (source, cursor) => void statements.putCursor.run(source, cursor),
    readQueries: () => statements.allQueries.all() as unknown as KeptQuery[],
    putQuery: query => void statements.putQuery.run(query.text, query.times, query.used),
    removeQuery: text => void statements.deleteQuery.run(text),
    compact() {
      db.exec("insert into words (words) values ('optimize'); insert into titles (titles) values ('optimize')");
      db.exec('pragma wal_checkpoint(truncate)');
    },
    close: () => db.close(),
  };
}

/** `ascii` parts words at blanks and leaves other letters alone: texts come normalised from `words.ts`. */
const TABLES = `
  create table meta (key text primary key, value text not null) strict, without rowid;
  insert into meta (key, value) values ('form', '${FORM}');
  create table cursors (source text primary key, cursor text not null) strict, without rowid;
  create table products (
    product_id text primary key,
    place integer unique,
    version integer not null,
    title text not null,
    title_hash integer not null,
    text_hash text not null,
    facts text not null
  ) strict;
  create index products_title on products (title_hash);
  create table stock (product_id text primary key, in_stock integer not null) strict, without rowid;
  create table popularity (
    product_id text primary key,
    views real not null,
    orders real not null
  ) strict, without rowid;
  create table queries (text text primary key, times integer not null, used integer not null) strict, without rowid;
  create virtual table words using fts5(title, brand, category, attributes, description,
    content = '', contentless_delete = 1, tokenize = 'ascii');
  create virtual table vocabulary using fts5vocab(words, 'row');
  create virtual table titles using fts5(title,
    content = '', contentless_delete = 1, tokenize = 'ascii', detail = 'none', prefix = '1 2 3');
`;

function prepare(db: DatabaseSync) {
  const statements = {
    getMeta: db.prepare('select value from meta where key = ?'),
    putMeta: db.prepare('insert or replace into meta (key, value) values (?, ?)'),
    getCursor: db.prepare('select cursor from cursors where source = ?'),
    putCursor: db.prepare('insert or replace into cursors (source, cursor) values (?, ?)'),
    allProducts: db.prepare(`select p.place as row, p.product_id, p.facts, coalesce(s.in_stock, 0) as in_stock,
        coalesce(l.views, 0) as views, coalesce(l.orders, 0) as orders
      from products p left join stock s using (product_id) left join popularity l using (product_id)
      where p.place is not null order by p.place`),
    getVersion: db.prepare('select place as row, version, text_hash from products where product_id = ?'),
    putProduct: db.prepare(`insert or replace into products
      (product_id, place, version, title, title_hash, text_hash, facts) values (?, ?, ?, ?, ?, ?, ?)`),
    putWords: db.prepare(`insert or replace into words (rowid, title, brand, category, attributes, description)
      values (?, ?, ?, ?, ?, ?)`),
    putTitle: db.prepare('insert or replace into titles (rowid, title) values (?, ?)'),
    deleteWords: db.prepare('delete from words where rowid = ?'),
    deleteTitle: db.prepare('delete from titles where rowid = ?'),
    putStock: db.prepare('insert or replace into stock (product_id, in_stock) values (?, ?)'),
    putStockIfUnknown: db.prepare('insert or ignore into stock (product_id, in_stock) values (?, ?)'),
    getStock: db.prepare('select in_stock from stock where product_id = ?'),
    putPopularity: db.prepare('insert or replace into popularity (product_id, views, orders) values (?, ?, ?)'),
    putPopularityIfUnknown: db.prepare(`insert or ignore into popularity (product_id, views, orders)
      values (?, ?, ?)`),
    getPopularity: db.prepare('select views, orders from popularity where product_id = ?'),
    match: db.prepare('select rowid, -bm25(words, 10, 3, 2, 0.5, 1) from words where words match ?'),
    matchTitles: db.prepare('select rowid from titles where titles match ? limit ?'),
    rowsOfTitle: db.prepare('select place as row, title from products where title_hash = ? and place is not null'),
    getTitle: db.prepare('select title from products where place = ?'),
    timesOf: db.prepare('select doc as times from vocabulary where term = ?'),
    allWords: db.prepare('select term, doc from vocabulary'),
    allQueries: db.prepare('select text, times, used from queries'),
    putQuery: db.prepare('insert or replace into queries (text, times, used) values (?, ?, ?)'),
    deleteQuery: db.prepare('delete from queries where text = ?'),
  };
  statements.match.setReturnArrays(true);
  statements.allWords.setReturnArrays(true);
  return statements;
}

type Statements = Record<keyof ReturnType<typeof prepare>, StatementSync>;

function productStatements(statements: Statements) {
  return {
    *readProducts(): Iterable<KeptProduct> {
      for (const each of statements.allProducts.iterate() as Iterable<Row>) {
        const { facts, in_stock, ...kept } = each as Omit<KeptProduct, 'facts' | 'in_stock'> & Row;
        yield { ...kept, in_stock: in_stock === 1, facts: JSON.parse(facts as string) as ProductFacts };
      }
    },
    readVersion: (productId: string) =>
      statements.getVersion.get(productId) as { row: number | null; version: number; text_hash: string } | undefined,
    putProduct(row: number, document: SearchDocument, textHash: string) {
      const { product_id, version, title } = document;
      const facts = JSON.stringify(factsOf(document));
      statements.putProduct.run(product_id, row, version, title, hashOfTitle(title), textHash, facts);
    },
    putWords(row: number, [title, brand, category, attributes, description]: IndexedTexts) {
      statements.putWords.run(row, title, brand, category, attributes, description);
      statements.putTitle.run(row, title);
    },
    removeProduct(row: number | null, { product_id, version }: { product_id: string; version: number }) {
      statements.putProduct.run(product_id, null, version, '', 0, '', '');
      if (row === null) return;
      statements.deleteWords.run(row);
      statements.deleteTitle.run(row);
    },
    putStock: (level: { product_id: string; in_stock: boolean }) =>
      void statements.putStock.run(level.product_id, Number(level.in_stock)),
    putStockIfUnknown: (level: { product_id: string; in_stock: boolean }) =>
      void statements.putStockIfUnknown.run(level.product_id, Number(level.in_stock)),
    readStock: (productId: string) =>
      (statements.getStock.get(productId) as { in_stock: number } | undefined)?.in_stock === 1,
    putPopularity: ({ product_id, views, orders }: PopularityLevel) =>
      void statements.putPopularity.run(product_id, views, orders),
    putPopularityIfUnknown: ({ product_id, views, orders }: PopularityLevel) =>
      void statements.putPopularityIfUnknown.run(product_id, views, orders),
    readPopularity: (productId: string) =>
      (statements.getPopularity.get(productId) as { views: number; orders: number } | undefined) ?? NEVER_SEEN,
    rowsOfTitle(title: string) {
      const key = titleKey(title);
      const found = statements.rowsOfTitle.all(hashOfTitle(title)) as { row: number; title: string }[];
      return found
        .filter(each => titleKey(each.title) === key)
        .map(each => ({ row: each.row, isLiteral: each.title === title }));
    },
    readTitle: (row: number) => (statements.getTitle.get(row) as { title: string } | undefined)?.title ?? '',
  };
}

const NEVER_SEEN = { views: 0, orders: 0 };

function textStatements(statements: Statements) {
  return {
    match: (expression: string) => statements.match.all(expression) as unknown as [number, number][],
    matchTitles: (expression: string, limit: number) =>
      (statements.matchTitles.all(expression, limit) as { rowid: number }[]).map(each => each.rowid),
    timesOf: (word: string) => (statements.timesOf.get(word) as { times: number } | undefined)?.times ?? 0,
    readWords: () => statements.allWords.iterate() as unknown as Iterable<[string, number]>,
  };
}

function inTransaction<Value>(db: DatabaseSync, work: () => Value): Value {
  db.exec('begin immediate');
  try {
    const value = work();
    db.exec('commit');
    return value;
  } catch (error) {
    if (db.isTransaction) db.exec('rollback');
    throw error;
  }
}

function factsOf(document: SearchDocument): ProductFacts {
  const { brand, category_path, attributes, price, rating, review_count, prime, created_ms } = document;
  return { brand, category_path, attributes, price, rating, review_count, prime, created_ms };
}

/** 48 bits are an integer of JavaScript; who shares them is told apart by the title itself. */
function hashOfTitle(title: string): number {
  return createHash('sha256').update(titleKey(title)).digest().readUIntBE(0, 6);
}
