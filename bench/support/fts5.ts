import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SearchDocument } from '../../src/search/engine.ts';
import { termsOf } from '../../src/search/language/terms.ts';
import type { BenchScope } from './benchmark.ts';

export interface Fts5 {
  /** The first page by BM25 of the products that have all words; those that have any where none has all. */
  top(text: string): number[];
}

const BATCH = 5_000;

/** SQLite's full text index over the same terms, with nothing else: no filters, facets or corrections. */
export async function fillFts5(scope: BenchScope, documents: Iterable<SearchDocument>): Promise<Fts5> {
  const folder = await mkdtemp(join(tmpdir(), 'doorbuster-fts5-'));
  const db = new DatabaseSync(join(folder, 'fts5.db'));
  scope.after(async () => {
    db.close();
    await rm(folder, { recursive: true, force: true });
  });
  db.exec(`pragma journal_mode = wal; pragma synchronous = off; pragma cache_size = -262144;
    create virtual table words using fts5(title, brand, category, attributes, description,
      content = '', tokenize = 'ascii')`);
  const insert = db.prepare(
    'insert into words (rowid, title, brand, category, attributes, description) values (?, ?, ?, ?, ?, ?)',
  );
  let rows = 0;
  db.exec('begin');
  for (const { title, brand, category_path: path, attribute_words: values, description } of documents) {
    const texts = [title, brand ?? '', path.join(' '), values, description].map(text => termsOf(text).join(' '));
    insert.run(++rows, ...texts);
    if (rows % BATCH === 0) db.exec('commit; begin');
    if (rows % 100_000 === 0) scope.say(`FTS5: ${rows} products`);
  }
  db.exec('commit');
  const select = db.prepare(`select rowid from words where words match ?
    order by bm25(words, 10, 3, 2, 0.5, 1) limit 24`);
  select.setReturnArrays(true);
  const top = (expression: string) => (select.all(expression) as unknown as [number][]).map(([row]) => row);
  return {
    top(text) {
      const words = termsOf(text).map(word => `"${word}"`);
      if (words.length === 0) return [];
      const all = top(words.join(' AND '));
      return all.length > 0 ? all : top(words.join(' OR '));
    },
  };
}
