import { type Connection, sql } from '#platform/sql';
import { inCategory } from './store.ts';

/**
 * The best rated products of a category and of those below it, without reading all of them: the index is ordered by
 * rating within one path alone, so it is probed for the next path, and then for the few best products of each.
 */
export async function listBestIds(
  db: Connection,
  path: string[],
  { categoriesMax, limit }: { categoriesMax: number; limit: number },
): Promise<string[]> {
  const within = inCategory(path);
  const rows = await db.query<{ product_id: string }>(sql`
    with recursive paths (category_path) as (
      (select p.category_path from catalog.products p where p.deleted_at is null and ${within}
        order by p.category_path limit 1)
      union all
      select next.category_path from paths cross join lateral (
        select p.category_path from catalog.products p
        where p.deleted_at is null and ${within} and p.category_path > paths.category_path
        order by p.category_path limit 1
      ) next
    ), looked_at as materialized (select category_path from paths limit ${categoriesMax})
    select best.product_id from looked_at cross join lateral (
      select p.product_id, p.rating, p.review_count from catalog.products p
      where p.deleted_at is null and p.category_path = looked_at.category_path
      order by p.rating desc, p.review_count desc, p.product_id desc limit ${limit}
    ) best
    order by best.rating desc, best.review_count desc, best.product_id desc limit ${limit}`);
  return rows.map(row => row.product_id);
}
