import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Catalog, CatalogProduct, ImportEncoding, ImportFormat, ImportReport, ProductInput } from '#catalog';
import { type Clock, systemClock } from '#platform/clock';
import { createIds } from '#platform/ids';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import type { Database } from '#platform/sql';
import { type CatalogDeps, type CatalogModule, createCatalog } from '../../src/catalog/index.ts';
import { testDatabase } from './postgres.ts';

type TestContext = { after(work: () => Promise<void>): void };

export const ids = createIds();

export interface OpenCatalog {
  catalog: Catalog;
  module: CatalogModule;
  db: Database;
  dataDir: string;
  /** To make another instance of. */
  deps: CatalogDeps;
}

/** The catalogue on a database of its own, or another instance beside the first, as another process would have. */
export async function openCatalog(
  t: TestContext,
  options: { beside?: OpenCatalog; clock?: Clock; currency?: string } = {},
): Promise<OpenCatalog> {
  const { beside, clock = systemClock, currency = 'USD' } = options;
  const { db } = beside ?? (await testDatabase(t, ['catalog']));
  const dataDir = beside?.dataDir ?? (await mkdtemp(join(tmpdir(), 'doorbuster-catalog-')));
  const deps: CatalogDeps = {
    db,
    clock,
    ids,
    random: Math.random,
    log: createLog({ level: 'silent' }),
    metrics: createMetrics(),
    events: { listen: () => () => {} },
    currency,
    dataDir,
  };
  const module = createCatalog(deps);
  await module.start!();
  t.after(async () => {
    await module.stop!();
    if (beside === undefined) await rm(dataDir, { recursive: true, force: true });
  });
  return { catalog: module.api, module, db, dataDir, deps };
}

export function productInput(fields: Partial<ProductInput> = {}): ProductInput {
  return { title: 'A lamp', category_path: ['Home', 'Lighting'], price: { amount: 2999, currency: 'USD' }, ...fields };
}

export async function created(catalog: Catalog, fields: Partial<ProductInput> = {}): Promise<CatalogProduct> {
  const outcome = await catalog.createProduct({ product: productInput(fields) });
  assert.ok(outcome.ok);
  return outcome.value;
}

/** Uploads bytes as a client would, in chunks, and answers the report of the ended import. */
export async function imported(
  { catalog, module }: OpenCatalog,
  file: string | Buffer,
  options: {
    format?: ImportFormat;
    encoding?: ImportEncoding;
    seller_id?: string | null;
    default_stock?: number | null;
    chunkBytes?: number;
  } = {},
): Promise<ImportReport> {
  const { format = 'doorbuster', encoding = 'ndjson', seller_id = null, default_stock = null } = options;
  const import_id = ids.next();
  await catalog.startImport({ import_id, seller_id, format, encoding, default_stock });
  const bytes = Buffer.from(file);
  const { chunkBytes = 65_536 } = options;
  for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
    const chunk = bytes.subarray(offset, offset + chunkBytes).toString('base64');
    await catalog.appendImport({ import_id, offset, chunk });
  }
  await catalog.finishImport({ import_id });
  await module.importsEnded();
  const report = await catalog.getImport({ import_id });
  assert.ok(report);
  return report;
}

/** A report's figures: read, created, updated, unchanged, rejected. */
export function figures({ read, created, updated, unchanged, rejected }: ImportReport): number[] {
  return [read, created, updated, unchanged, rejected];
}
