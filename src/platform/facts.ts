/**
 * Facts: what a module tells the audit of its rows. A sorted stream is read page by page, in the order of the table's
 * own key, so that it needs no index: `key` is the bucket in two hexadecimal digits and then the id, and all streams of
 * what belongs to an order agree in it. What one table is to be compared with another by, without an index on it, is
 * compared by PostgreSQL in spans of buckets: each is one statement, so it sees one moment, and neither grows with the
 * shop by more than its part.
 */
import { type Static, Type } from 'typebox';
import { bucketOf } from './ids.ts';
import { Id, nullable, object, text } from './schema.ts';
import { type Sql, sql } from './sql.ts';

const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const BUCKETS_A_SPAN = 16;
export const FACT_SPANS = 256 / BUCKETS_A_SPAN;
/** A page or a span of a large shop takes longer than other questions. */
export const FACTS_TIMEOUT_MS = 60_000;
/** Of what is wrong in a span, so many are named. */
export const FACTS_NAMED_MAX = 100;

export const FactPage = object({
  after: nullable(text(200)),
  limit: Type.Integer({ minimum: 1, maximum: 1000 }),
});
export type FactPage = Static<typeof FactPage>;

/** The next page of the stream, or the facts of these ids as they are now, in no order. */
export const FactsWanted = Type.Union([FactPage, object({ ids: Type.Array(Id, { maxItems: 1000 }) })]);
export type FactsWanted = FactPage | { ids: string[] };

export const FactSpan = object({ span: Type.Integer({ minimum: 0, maximum: FACT_SPANS - 1 }) });
export type FactSpan = Static<typeof FactSpan>;

/** The first and the last bucket of a span. */
export function bucketsOf({ span }: FactSpan): { from: number; to: number } {
  return { from: span * BUCKETS_A_SPAN, to: (span + 1) * BUCKETS_A_SPAN - 1 };
}

export function factKey(id: string): string {
  return `${id.slice(-2)} ${id}`;
}

/** Where a page goes on. The bucket is the row's, which is not always its id's: a hold lies in its product's. */
export function placeAfter(after: string | null): { bucket: number; id: string } {
  const [bucket = '00', id = FIRST_ID] = after?.split(' ') ?? [];
  return { bucket: Number.parseInt(bucket, 16), id };
}

/** As a condition on a table's bucket and id, and the end of its statement. */
export function wantedRows(wanted: FactsWanted, columns: Sql): { where: Sql; end: Sql } {
  if ('ids' in wanted) {
    const buckets = wanted.ids.map(bucketOf);
    const where = sql`(${columns}) in (select * from unnest(${buckets}::smallint[], ${wanted.ids}::uuid[]))`;
    return { where, end: sql`order by ${columns}` };
  }
  const { bucket, id } = placeAfter(wanted.after);
  return {
    where: sql`(${columns}) > (${bucket}::smallint, ${id}::uuid)`,
    end: sql`order by ${columns} limit ${wanted.limit}`,
  };
}
