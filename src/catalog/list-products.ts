import type { Static } from 'typebox';
import { limits } from '#limits';
import { accept, refuse } from '#platform/outcome';
import type { Sql } from '#platform/sql';
import type { Catalog, ListProducts } from './contract.ts';
import type { CatalogParts } from './deps.ts';
import { rowsOf } from './rules.ts';
import {
  allOf,
  countProducts,
  inCategory,
  listFewIds,
  listManyIds,
  livingProduct,
  ofSeller,
  sortOrders,
} from './store.ts';

export async function listProducts(
  { db, cache }: CatalogParts,
  input: Static<typeof ListProducts>,
): ReturnType<Catalog['listProducts']> {
  const { page, page_size } = input;
  const rows = rowsOf(page, page_size);
  if (rows === null) return refuse('PAGE_TOO_DEEP');
  const scope = scopeOf(input);
  const order = sortOrders[input.sort ?? 'newest'];
  const count = await countProducts(db, scope, limits.listedRowsMax + 1);
  const isMany = count > limits.listedRowsMax;
  const list = isMany ? listManyIds : listFewIds;
  const ids = rows.offset < count ? await list(db, { scope, order, ...rows }) : [];
  return accept({
    items: await cache.get(ids),
    total: Math.min(count, limits.listedRowsMax),
    total_relation: isMany ? 'gte' : 'eq',
    page,
    page_size,
  });
}

function scopeOf({ category = [], seller_id }: Static<typeof ListProducts>): Sql {
  const conditions = [livingProduct];
  if (category.length > 0) conditions.push(inCategory(category));
  if (seller_id !== undefined) conditions.push(ofSeller(seller_id));
  return allOf(conditions);
}
