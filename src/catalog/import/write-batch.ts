import { limits } from '#limits';
import { timestamp } from '#platform/clock';
import { appendEvents, type NewEvent } from '#platform/outbox';
import { type Connection, sqlState } from '#platform/sql';
import type { CatalogParts } from '../deps.ts';
import { advanceImport, type ImportCounts, type ImportRow } from '../import-store.ts';
import { insertProducts, lockForChange, type RewrittenProduct, rewriteProducts } from '../store.ts';
import { changeEvents } from '../update-product.ts';
import { type Batch, countBatch, type Plan, planBatch } from './plan-batch.ts';

/** Another process runs this import too, and has gone further. */
export class ImportTaken extends Error {
  constructor(importId: string) {
    super(`import ${importId} is being run by another process`);
    this.name = 'ImportTaken';
  }
}

/** Another command came between the look-up and the write. */
class Collision extends Error {}

/**
 * Writes a batch and the place that the import has reached, in one transaction: after a crash the import goes on behind
 * its last batch. Two imports that create one product at once collide in the unique index; the second tries again and
 * finds it.
 */
export async function writeBatch(parts: CatalogParts, row: ImportRow, batch: Batch): Promise<ImportCounts> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await tryWrite(parts, row, batch);
    } catch (error) {
      const isCollision = error instanceof Collision || sqlState(error)?.startsWith('40') === true;
      if (!isCollision || tries === limits.groupRetriesMax) throw error;
    }
  }
}

async function tryWrite(parts: CatalogParts, row: ImportRow, batch: Batch): Promise<ImportCounts> {
  const { db, clock, cache, categories, outbox } = parts;
  const at = timestamp(clock.nowMs());
  const { counts, errors, updated } = await db.transaction(async tx => {
    const plan = await planBatch(parts, tx, row, batch, at);
    const isIdle = plan.created.length + plan.changed.length === 0;
    const updated = isIdle ? [] : await writePlan(tx, plan, at);
    const counts = countBatch(plan);
    const errors = plan.rejected.slice(0, Math.max(0, limits.importErrorsMax - row.errors.length));
    const step = { before: row.read, counts, errors, at };
    if (!(await advanceImport(tx, row.import_id, step))) throw new ImportTaken(row.import_id);
    return { counts, errors, updated };
  });
  row.errors.push(...errors);
  for (const one of updated) cache.outdate(one.product_id, one.version);
  if (counts.created + counts.updated > 0) {
    categories.outdate();
    outbox.committed();
  }
  return counts;
}

async function writePlan(tx: Connection, { created, changed }: Plan, at: string): Promise<RewrittenProduct[]> {
  const locked = await lockForChange(
    tx,
    changed.map(row => row.product_id),
  );
  if (locked.length < changed.length) throw new Collision();
  const rewritten = await rewriteProducts(tx, changed, at);
  const inserted = await insertProducts(
    tx,
    created.map(one => one.row),
    at,
  );
  if (inserted.length < created.length) throw new Collision();
  const before = new Map(
    locked.map(({ product_id, category_path, price_amount: amount, currency }) => {
      return [product_id, { category_path, price: { amount, currency } }];
    }),
  );
  const versions = new Map(rewritten.map(one => [one.product_id, one.version]));
  const events: NewEvent[] = created.map(({ row: { product_id }, stock }) => {
    return { aggregate_id: product_id, version: 1, type: 'product.created', data: { product_id, stock } };
  });
  for (const row of changed) {
    events.push(...changeEvents(versions.get(row.product_id)!, before.get(row.product_id)!, row));
  }
  await appendEvents(tx, 'catalog', events);
  return rewritten;
}
