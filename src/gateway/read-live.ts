import { type Static, Type } from 'typebox';
import { type Clock, timestamp } from '#platform/clock';
import type { Log } from '#platform/log';
import { nullable, object, Timestamp } from '#platform/schema';
import type { RequestRates } from './request-rates.ts';
import type { Visits } from './visits.ts';

const figure = nullable(Type.Number());

/** One moment of the shop. Revenue is in minor units of the shop's currency; what could not be read is null. */
export const LiveTick = object({
  at: Timestamp,
  orders_per_second: figure,
  revenue_per_second: figure,
  orders_today: figure,
  revenue_today: figure,
  /** Of the last hour, in this process. */
  visits: Type.Integer(),
  /** Orders by visits of the last hour; null without visits. */
  conversion: figure,
  low_stock: figure,
  out_of_stock: figure,
  /** Of this process, over its last five seconds; the 99th percentile is null without requests. */
  http_per_second: Type.Number(),
  http_p99_ms: figure,
  event_backlog: figure,
});
export type LiveTick = Static<typeof LiveTick>;

export interface LiveSales {
  orders_per_second: number;
  revenue_per_second: number;
  orders_today: number;
  revenue_today: number;
  orders_last_hour: number;
}

export interface LiveSources {
  readSales(): Promise<LiveSales>;
  countLowStock(): Promise<{ low: number; out: number }>;
  countBacklog(): Promise<number>;
  visits: Pick<Visits, 'lastHour'>;
  requests: Pick<RequestRates, 'read'>;
  clock: Clock;
  log: Log;
}

/** Reads all sources at once; one that does not answer leaves its figures null and the others alone. */
export async function readLive(sources: LiveSources): Promise<LiveTick> {
  const { clock, visits, requests } = sources;
  const [sales, stock, backlog] = await Promise.all([
    orNull('sales', sources.readSales, sources.log),
    orNull('stock', sources.countLowStock, sources.log),
    orNull('backlog', sources.countBacklog, sources.log),
  ]);
  const { visit } = visits.lastHour();
  return {
    at: timestamp(clock.nowMs()),
    orders_per_second: sales?.orders_per_second ?? null,
    revenue_per_second: sales?.revenue_per_second ?? null,
    orders_today: sales?.orders_today ?? null,
    revenue_today: sales?.revenue_today ?? null,
    visits: visit,
    conversion: sales === null || visit === 0 ? null : Math.round((sales.orders_last_hour / visit) * 10_000) / 10_000,
    low_stock: stock?.low ?? null,
    out_of_stock: stock?.out ?? null,
    ...requests.read(),
    event_backlog: backlog,
  };
}

async function orNull<Value>(what: string, read: () => Promise<Value>, log: Log): Promise<Value | null> {
  try {
    return await read();
  } catch (error) {
    log.debug({ err: error, what }, 'a live figure could not be read');
    return null;
  }
}
