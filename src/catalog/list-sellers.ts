import { limits } from '#limits';
import { accept, refuse } from '#platform/outcome';
import type { Catalog } from './contract.ts';
import type { CatalogParts } from './deps.ts';
import { patternOf, rowsOf, totalOf } from './rules.ts';
import { countSellers, listSellerRows, sellerNamed } from './seller-store.ts';
import { everyRow } from './store.ts';

export async function listSellers(
  { db }: CatalogParts,
  { text, page, page_size }: Parameters<Catalog['listSellers']>[0],
): ReturnType<Catalog['listSellers']> {
  const rows = rowsOf(page, page_size);
  if (rows === null) return refuse('PAGE_TOO_DEEP');
  const scope = text === undefined ? everyRow : sellerNamed(patternOf(text));
  const count = await countSellers(db, scope, limits.listedRowsMax + 1);
  const items = rows.offset < count ? await listSellerRows(db, scope, rows) : [];
  return accept({ items, ...totalOf(count), page, page_size });
}
