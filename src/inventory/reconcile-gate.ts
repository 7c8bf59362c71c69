import { LRUCache } from 'lru-cache';
import { limits } from '#limits';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import type { Metrics } from '#platform/metrics';
import { Unavailable } from '#platform/outcome';
import { runWhenPoked } from '#platform/run-when-poked';
import type { Database } from '#platform/sql';
import type { Corrected, GateCounts, GateView } from './gate-counts.ts';
import { type LedgerCount, type ProductKey, readLedgerCounts, readStockedProducts } from './gate-store.ts';

export interface ReconcileDeps {
  db: Database;
  counts: GateCounts;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

/** Keeps the gate's counts to the ledger. */
export interface GateReconciler {
  /** There were so many a moment ago that the gate need not be asked. */
  hasPlenty(productId: string): boolean;
  /** Compares these products soon. What can't be compared is left to `sweep`. */
  look(productIds: readonly string[]): void;
  /** Compares the next page of all products; all of them where Redis has lost its counts. Answers how many. */
  sweep(signal: AbortSignal): Promise<number>;
  stop(): Promise<void>;
}

const LOOKS_WAITING_MAX = 20_000;
/** When a product that was busy is compared again; after that it is left to the sweep. */
const BUSY_PAUSES_MS = [20, 100, 500, 1_000];
const FIRST: ProductKey = { bucket: -1, product_id: '00000000-0000-0000-0000-000000000000' };

export function createGateReconciler(deps: ReconcileDeps): GateReconciler {
  const { clock, log } = deps;
  const plentyUntilMs = new LRUCache<string, number>({ max: limits.gatePlentyKnownMax });
  const compare = comparer(deps, plentyUntilMs);
  const stopping = new AbortController();
  /** How often each has been looked at in vain: it was busy. */
  const waiting = new Map<string, number>();
  const looks = runWhenPoked(
    async signal => {
      while (waiting.size > 0 && !signal.aborted) {
        const some = new Map([...waiting].slice(0, limits.gateProductsPerRead));
        for (const id of some.keys()) waiting.delete(id);
        const { inexact } = await compare([...some.keys()]);
        for (const id of inexact) void lookAgain(id, some.get(id)!);
      }
    },
    error => log.debug({ err: error }, 'the gate could not be compared; the next sweep will'),
  );

  function look(productId: string, tries: number): void {
    if (waiting.size >= LOOKS_WAITING_MAX) return;
    waiting.set(productId, Math.min(tries, waiting.get(productId) ?? tries));
    looks.poke();
  }

  async function lookAgain(productId: string, tries: number): Promise<void> {
    const pauseMs = BUSY_PAUSES_MS[tries];
    if (pauseMs === undefined) return;
    await clock.sleep(pauseMs, stopping.signal);
    look(productId, tries + 1);
  }

  return {
    hasPlenty(productId) {
      const untilMs = plentyUntilMs.get(productId);
      return untilMs !== undefined && untilMs > clock.nowMs();
    },
    look(productIds) {
      for (const id of productIds) look(id, 0);
    },
    sweep: sweeper(deps, compare),
    async stop() {
      stopping.abort();
      await looks.stop();
    },
  };
}

const RIGHT: Corrected = { wrongUnits: 0, isExact: true };

/** As most are: then the second call to Redis is spared. */
function isRight(view: GateView | null, { available, seen }: LedgerCount): boolean {
  return view !== null && view.changes !== -1 && view.left === available - view.onWay + seen;
}

/** By how many units the counts of these products were wrong, and which of them may be too high still. */
type Compare = (productIds: string[]) => Promise<{ wrongUnits: number; inexact: string[] }>;

function comparer({ db, counts, clock }: ReconcileDeps, plentyUntilMs: LRUCache<string, number>): Compare {
  /** The gate is viewed before the ledger: what changes in between is noticed when the count is corrected. */
  async function compare(productIds: string[]): ReturnType<Compare> {
    const views = new Map<string, GateView | null>();
    await Promise.all(productIds.map(async id => views.set(id, await counts.view(id))));
    const onWay = [...views].flatMap(([product_id, view]) =>
      (view?.onWayIds ?? []).map(reservation_id => ({ product_id, reservation_id })),
    );
    const ledger = await readLedgerCounts(db, productIds, onWay);
    const settled = await Promise.all(ledger.map(count => settle(count, views.get(count.product_id) ?? null)));
    return {
      wrongUnits: settled.reduce((sum, one) => sum + Math.abs(one.wrongUnits), 0),
      inexact: ledger.filter((_, i) => !settled[i]!.isExact).map(count => count.product_id),
    };
  }

  async function settle(count: LedgerCount, view: GateView | null): Promise<Corrected> {
    const { product_id, available } = count;
    // One that is counted stays so a while longer, or it would come and go with each unit.
    const most = view === null ? limits.gateUnitsMax : 2 * limits.gateUnitsMax;
    if (available <= most) {
      plentyUntilMs.delete(product_id);
      return isRight(view, count) ? RIGHT : await counts.correct(product_id, view, count);
    }
    const lastsMs = Math.min((1000 * available) / limits.gateUnitsPerSecond, limits.gatePlentyMsMax);
    plentyUntilMs.set(product_id, clock.nowMs() + lastsMs);
    if (view !== null) await counts.drop(product_id);
    return RIGHT;
  }

  return compare;
}

function sweeper({ db, counts, metrics }: ReconcileDeps, compare: Compare): GateReconciler['sweep'] {
  const drift = metrics.counter('gate_drift_total', "Units by which the gate's counts differed from the ledger's");
  let after = FIRST;

  async function comparePage(): Promise<number> {
    const page = await readStockedProducts(db, after, limits.gateProductsPerRead);
    after = page.length < limits.gateProductsPerRead ? FIRST : page.at(-1)!;
    if (page.length > 0) drift.inc((await compare(page.map(key => key.product_id))).wrongUnits);
    return page.length;
  }

  async function rebuild(signal: AbortSignal): Promise<number> {
    let compared = 0;
    after = FIRST;
    do compared += await comparePage();
    while (after !== FIRST && !signal.aborted);
    if (!signal.aborted) await counts.markRebuilt();
    return compared;
  }

  return async signal => {
    try {
      return (await counts.isRebuilt()) ? await comparePage() : await rebuild(signal);
    } catch (error) {
      // /readyz tells of it; a failed run a second would only fill the log.
      if (error instanceof Unavailable) return 0;
      throw error;
    }
  };
}
