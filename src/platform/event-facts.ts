import { limits } from '#limits';
import { type Clock, timestamp } from './clock.ts';
import { bucketsOf, FACTS_NAMED_MAX, type FactSpan } from './facts.ts';
import { type Connection, raw, type Sql, sql } from './sql.ts';

/**
 * A span's changes beside its events. What is wrong is told as `order.confirmed of <id>`, the first of each kind:
 * changes whose event is not there though it can't have been pruned, changes that were told more than once, and events
 * of what never happened or does not exist.
 */
export interface EventFacts {
  changes: number;
  events: number;
  untold: string[];
  told_twice: string[];
  unfounded: string[];
}

/** A module's changes in a span: the columns `aggregate_id`, `told_as` and `at`, which is null where none is due. */
export type ChangesIn = (buckets: { from: number; to: number }) => Sql;

/**
 * Compares an outbox with the rows of its module by one statement, since an event is committed with its change.
 * `told_as` is the event's type; what may happen to an aggregate several times is told apart by its refund or its
 * status. An event may be pruned from `limits.eventKeptMs` on, so older changes are not missed.
 */
export async function readEventFacts(
  { db, clock, schema }: { db: Connection; clock: Clock; schema: string },
  span: FactSpan,
  changesIn: ChangesIn,
): Promise<EventFacts> {
  const buckets = bucketsOf(span);
  const keptSince = timestamp(clock.nowMs() - limits.eventKeptMs + limits.clockSkewMaxMs);
  const [facts] = await db.query<EventFacts>(sql`
    with changes as (${changesIn(buckets)}),
    events as (
      select aggregate_id, concat_ws(' ', type, coalesce(data->>'refund_id', data->>'status')) as told_as,
        count(*) as times
      from ${raw(schema)}.outbox
      where bucket between ${buckets.from} and ${buckets.to}
      group by 1, 2
    ), compared as (
      select aggregate_id, told_as, changes.told_as is not null as is_made, coalesce(events.times, 0) as times,
        changes.at >= ${keptSince} as is_due
      from changes full join events using (aggregate_id, told_as)
    ), named as (
      select *, told_as || ' of ' || aggregate_id as name from compared
      where is_made and is_due and times = 0 or times > 1 or not is_made
      order by name
    )
    select (select count(*) from compared where is_due) as changes,
      (select coalesce(sum(times), 0)::bigint from compared) as events,
      array(select name from named where is_made and times = 0 limit ${FACTS_NAMED_MAX}) as untold,
      array(select name from named where is_made and times > 1 limit ${FACTS_NAMED_MAX}) as told_twice,
      array(select name from named where not is_made limit ${FACTS_NAMED_MAX}) as unfounded`);
  return facts!;
}
