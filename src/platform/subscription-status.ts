import { limits } from '#limits';
import type { Module } from './module.ts';
import { accept, type Outcome, refuse } from './outcome.ts';
import type { Subscription } from './subscription.ts';

export interface SubscriptionStatus {
  source: string;
  consumer: string;
  /**
   * Events not yet applied, as far as the source's outbox knows, which is half a second late. Null where the source
   * runs in another process, and for a consumer that has not read yet.
   */
  behind: number | null;
  /** "gte" where counting stopped at `limits.eventLagCountedMax`. */
  behind_relation: 'eq' | 'gte';
  /** When the oldest event that is not applied was written; null when there is none, or it can't be known. */
  oldest_at: string | null;
  /** Events put aside, counted up to `limits.listedRowsMax`. */
  stuck: number;
}

/** The modules of this process by name: only what they read and send is looked at. */
export type LocalModules = ReadonlyMap<string, Pick<Module<unknown>, 'outbox' | 'subscriptions'>>;

function subscriptionsOf(local: LocalModules): Subscription[] {
  return [...local.values()].flatMap(module => module.subscriptions ?? []);
}

/** How far each subscription of this process is: one statement a source, and one a subscription for what is stuck. */
export async function readSubscriptions(local: LocalModules): Promise<SubscriptionStatus[]> {
  const lags = await readLags(local);
  return await Promise.all(
    subscriptionsOf(local).map(async ({ source, consumer, stuck }) => {
      const lag = lags.get(source)?.get(consumer);
      return {
        source,
        consumer,
        behind: lag?.events ?? null,
        behind_relation: (lag?.events ?? 0) < limits.eventLagCountedMax ? ('eq' as const) : ('gte' as const),
        oldest_at: lag?.oldest_at ?? null,
        stuck: (await stuck()).length,
      };
    }),
  );
}

/** Events that wait for a subscription of this process, each counted for every one that it waits for. */
export async function countBacklog(local: LocalModules): Promise<number> {
  const lags = await readLags(local);
  const behind = subscriptionsOf(local).map(({ source, consumer }) => lags.get(source)?.get(consumer)?.events ?? 0);
  return behind.reduce((sum, events) => sum + events, 0);
}

/** By source and consumer; of the sources that run here. */
async function readLags(local: LocalModules) {
  const read = new Set(subscriptionsOf(local).map(({ source }) => source));
  const sources = [...local].filter(([name, { outbox }]) => outbox !== undefined && read.has(name));
  const lags = await Promise.all(
    sources.map(async ([name, { outbox }]) => {
      const readers = await outbox!.lag();
      return [name, new Map(readers.map(reader => [reader.consumer, reader]))] as const;
    }),
  );
  return new Map(lags);
}

/**
 * Tries an event again wherever in this process it is stuck, with the later ones of its aggregate that wait behind it.
 * `EVENT_STILL_STUCK` tells the `error`.
 */
export async function retryStuckEvent(
  local: LocalModules,
  { source, event_id }: { source: string; event_id: string },
): Promise<Outcome<null, 'NOT_FOUND' | 'EVENT_STILL_STUCK'>> {
  const isStuckIn = async (subscription: Subscription) =>
    subscription.source === source && (await subscription.stuck()).some(({ event }) => event.event_id === event_id);
  let wasStuck = false;
  for (const subscription of subscriptionsOf(local)) {
    if (!(await isStuckIn(subscription))) continue;
    wasStuck = true;
    try {
      await subscription.retryStuck(event_id);
    } catch (error) {
      // Freed by somebody else meanwhile, it is no longer there to be tried.
      if (await isStuckIn(subscription)) return refuse('EVENT_STILL_STUCK', { error: String(error).slice(0, 2_000) });
    }
  }
  return wasStuck ? accept(null) : refuse('NOT_FOUND');
}
