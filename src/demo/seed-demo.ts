import type { Accounts } from '#accounts';
import type { Catalog, ImportReport } from '#catalog';
import { derivedId } from '#platform/ids';
import type { Log } from '#platform/log';
import { DEMO_PRODUCTS, demoProducts } from './generate-catalog.ts';
import { seedPeople } from './people.ts';
import { seedReviews } from './reviews.ts';

/** Other tables, another import: raise it whenever the generator makes other rows. */
const EDITION = 1;

export interface SeedDeps {
  catalog: Catalog;
  accounts: Accounts;
  currency: string;
  log: Log;
  signal: AbortSignal;
  /** Runs an import from its bytes to its end. */
  importProducts(source: {
    import_id: string;
    chunks: Iterable<Buffer> | AsyncIterable<Buffer>;
    records: number;
  }): Promise<ImportReport>;
  onProgress: (line: string) => void;
}

/** The name under which a first start remembers that this catalog is in. */
export function demoSource(currency: string): string {
  return `demo catalog ${EDITION} in ${currency}`;
}

/**
 * Fills an empty shop: people first, since that takes a moment and they want to log in, then products by the catalog's
 * own import, then reviews. Each step is safe to repeat and goes on where it was cut off.
 */
export async function seedDemo(deps: SeedDeps): Promise<void> {
  const { currency, signal, onProgress, importProducts } = deps;
  await seedPeople(deps);
  const import_id = derivedId('00000000-0000-7000-8000-0000000f0000', demoSource(currency));
  await importProducts({ import_id, chunks: demoChunks(currency), records: DEMO_PRODUCTS });
  if (signal.aborted) return;
  await seedReviews({ ...deps, onProgress: (written, total) => onProgress(`demo reviews: ${written} of ${total}`) });
}

const ROWS_PER_CHUNK = 250;

/** The rows as NDJSON. Between two chunks other work of this process has its turn. */
async function* demoChunks(currency: string): AsyncGenerator<Buffer> {
  let lines: string[] = [];
  for (const row of demoProducts({ currency })) {
    lines.push(JSON.stringify(row));
    if (lines.length < ROWS_PER_CHUNK) continue;
    yield Buffer.from(`${lines.join('\n')}\n`);
    lines = [];
    await new Promise(resolve => setImmediate(resolve));
  }
  if (lines.length > 0) yield Buffer.from(`${lines.join('\n')}\n`);
}
