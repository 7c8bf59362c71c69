import { limits } from '#limits';
import { accept, refuse } from '#platform/outcome';
import type { Catalog } from './contract.ts';
import type { CatalogParts } from './deps.ts';
import { reportOf } from './import/upload-import.ts';
import { countImports, importOf, listImportRows } from './import-store.ts';
import { rowsOf, totalOf } from './rules.ts';
import { everyRow } from './store.ts';

export async function listImports(
  { db }: CatalogParts,
  { seller_id, page, page_size }: Parameters<Catalog['listImports']>[0],
): ReturnType<Catalog['listImports']> {
  const rows = rowsOf(page, page_size);
  if (rows === null) return refuse('PAGE_TOO_DEEP');
  const scope = seller_id === undefined ? everyRow : importOf(seller_id);
  const count = await countImports(db, scope, limits.listedRowsMax + 1);
  // A hundred imports with a hundred errors each would be megabytes.
  const errors = limits.importErrorsListedMax;
  const found = rows.offset < count ? await listImportRows(db, scope, { errors, ...rows }) : [];
  const items = found.map(row => {
    const { seller_id, format, created_at } = row;
    return { ...reportOf(row), seller_id, format, created_at };
  });
  return accept({ items, ...totalOf(count), page, page_size });
}
