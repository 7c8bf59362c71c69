import { limits } from '#limits';
import { type Clock, timestamp } from '#platform/clock';

/**
 * `visit`: somebody came, to be counted once for a browser that was not here in this session; `page`: a page was looked
 * at, a page from a cache too, since its private part is asked for.
 */
const kinds = ['visit', 'page'] as const;
export type VisitKind = (typeof kinds)[number];
export type VisitCounts = Record<VisitKind, number>;

/** Who comes by, minute by minute over the last day. In memory: each process counts its own, from its start. */
export interface Visits {
  count(kind: VisitKind): void;
  /** Of the present minute and the 59 before it. */
  lastHour(): VisitCounts;
  /** Oldest first, without the minutes before this process began to count; the last one is still running. */
  perMinute(): (VisitCounts & { at: string })[];
}

const MINUTE_MS = 60_000;
const HOUR_MINUTES = 60;

export function createVisits({ clock }: { clock: Clock }): Visits {
  const kept = limits.visitMinutesKept;
  const counts = Object.fromEntries(kinds.map(kind => [kind, new Uint32Array(kept)])) as Record<VisitKind, Uint32Array>;
  const first = Math.floor(clock.nowMs() / MINUTE_MS);
  let current = first;

  /** Minutes that nobody came in are emptied when the next one is looked at. */
  function moveOn(): void {
    const minute = Math.floor(clock.nowMs() / MINUTE_MS);
    const passed = Math.min(minute - current, kept);
    // A clock that was set back goes on in the minute it was in.
    for (let i = 0; i < passed; i += 1) for (const kind of kinds) counts[kind][(minute - i) % kept] = 0;
    current = Math.max(current, minute);
  }

  function countsOf(minute: number): VisitCounts {
    return { visit: counts.visit[minute % kept]!, page: counts.page[minute % kept]! };
  }

  /** The last `most` minutes that were counted, oldest first. */
  function minutes(most: number): number[] {
    moveOn();
    const length = Math.min(most, current - first + 1);
    return Array.from({ length }, (_, i) => current - length + 1 + i);
  }

  return {
    count(kind) {
      moveOn();
      counts[kind][current % kept]! += 1;
    },
    lastHour: () =>
      minutes(HOUR_MINUTES)
        .map(countsOf)
        .reduce((sum, each) => ({ visit: sum.visit + each.visit, page: sum.page + each.page }), { visit: 0, page: 0 }),
    perMinute: () => minutes(kept).map(minute => ({ at: timestamp(minute * MINUTE_MS), ...countsOf(minute) })),
  };
}
