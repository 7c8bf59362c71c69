import type { Static } from 'typebox';
import { limits } from '#limits';
import { accept, refuse } from '#platform/outcome';
import type { Sql } from '#platform/sql';
import type { Catalog, ListProducts } from './contract.ts';
import type { CatalogParts } from './deps.ts';
import { patternOf, rowsOf, totalOf } from './rules.ts';
import {
  allOf,
  countProducts,
  inCategory,
  listFewIds,
  listManyIds,
  livingProduct,
  ofSeller,
  saying,
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
  const list = count > limits.listedRowsMax ? listManyIds : listFewIds;
  const ids = rows.offset < count ? await list(db, { scope, order, ...rows }) : [];
  return accept({ items: await cache.get(ids), ...totalOf(count), page, page_size });
}

function scopeOf({ category = [], seller_id, text }: Static<typeof ListProducts>): Sql {
  const conditions = [livingProduct];
  if (category.length > 0) conditions.push(inCategory(category));
  if (seller_id !== undefined) conditions.push(ofSeller(seller_id));
  if (text !== undefined) conditions.push(saying(patternOf(text)));
  return allOf(conditions);
}
