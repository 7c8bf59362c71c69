import { bucketOf } from './ids.ts';
import { empty, join, raw, type Sql, sql } from './sql.ts';

/** How the hot tables lie: `none`, on one database; `citus`, distributed by their buckets (docs/adr/0014). */
export type Sharding = 'none' | 'citus';

/** The one bucket that a statement touches; null: any, as on one database. */
export type Route = number | null;

/** The bucket that all these ids share; null where they differ, or there are none. */
export function routeOf(ids: readonly string[]): Route {
  const [first] = ids;
  if (first === undefined) return null;
  const bucket = bucketOf(first);
  return ids.every(id => bucketOf(id) === bucket) ? bucket : null;
}

/**
 * ` and a.bucket = $1` for each of the aliases: the constant by which Citus finds the one shard of a statement. On one
 * database it is nothing, since a group mixes buckets, so the text is as if there were no shards.
 */
export function routedTo(route: Route, ...aliases: string[]): Sql {
  return route === null ? empty : sql` and ${conditions(route, aliases)}`;
}

/** The same for a statement without other conditions. */
export function whereRouted(route: Route, ...aliases: string[]): Sql {
  return route === null ? empty : sql` where ${conditions(route, aliases)}`;
}

/** ` (bucket) where e.bucket = $1` behind the alias of unnested rows, whose first column it is. */
export function rowsIn(route: Route, alias: string): Sql {
  return route === null ? empty : sql` (bucket)${whereRouted(route, alias)}`;
}

/** The bucket of a new row: the column it comes from, or where it is known the constant. */
export function bucketFrom(route: Route, column: string): Sql {
  return route === null ? raw(column) : sql`${route}::smallint`;
}

/** One pass on one database; on Citus, which locks rows of one shard a statement, one for each bucket that is named. */
export async function routesOf(sharding: Sharding | undefined, buckets: () => Promise<number[]>): Promise<Route[]> {
  return sharding === 'citus' ? await buckets() : [null];
}

/** Without an alias: the table of the innermost `from`. */
function conditions(route: number, aliases: string[]): Sql {
  const columns = aliases.length === 0 ? ['bucket'] : aliases.map(alias => `${alias}.bucket`);
  return join(
    columns.map(column => sql`${raw(column)} = ${route}::smallint`),
    ' and ',
  );
}
