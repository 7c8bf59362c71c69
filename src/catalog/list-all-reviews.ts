import type { Static } from 'typebox';
import { limits } from '#limits';
import { accept, refuse } from '#platform/outcome';
import type { Sql } from '#platform/sql';
import type { Catalog, ListAllReviews } from './contract.ts';
import type { CatalogParts } from './deps.ts';
import { countReviews, listModerated, reviewOf, reviewRated, reviewSaying, reviewStates } from './review-store.ts';
import { patternOf, rowsOf, totalOf } from './rules.ts';
import { allOf, everyRow } from './store.ts';

export async function listAllReviews(
  { db }: CatalogParts,
  input: Static<typeof ListAllReviews>,
): ReturnType<Catalog['listAllReviews']> {
  const { page, page_size } = input;
  const rows = rowsOf(page, page_size);
  if (rows === null) return refuse('PAGE_TOO_DEEP');
  const scope = scopeOf(input);
  const count = await countReviews(db, scope, limits.listedRowsMax + 1);
  const items = rows.offset < count ? await listModerated(db, scope, rows) : [];
  return accept({ items, ...totalOf(count), page, page_size });
}

function scopeOf({ state, product_id, rating, text }: Static<typeof ListAllReviews>): Sql {
  const conditions: Sql[] = [];
  if (state !== undefined) conditions.push(reviewStates[state]);
  if (product_id !== undefined) conditions.push(reviewOf(product_id));
  if (rating !== undefined) conditions.push(reviewRated(rating));
  if (text !== undefined) conditions.push(reviewSaying(patternOf(text)));
  return conditions.length === 0 ? everyRow : allOf(conditions);
}
