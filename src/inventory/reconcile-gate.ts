import { LRUCache } from 'lru-cache';
import { limits } from '#limits';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import type { Metrics } from '#platform/metrics';
import { Unavailable } from '#platform/outcome';
import { runWhenPoked } from '#platform/run-when-poked';
import type { Database } from '#platform/sql';
import type { GateCounts, GateView } from './gate-counts.ts';
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
const FIRST: ProductKey = { bucket: -1, product_id: '00000000-0000-0000-0000-000000000000' };

export function createGateReconciler(deps: ReconcileDeps): GateReconciler {
  const { clock, log } = deps;
  const plentyUntilMs = new LRUCache<string, number>({ max: limits.gatePlentyKnownMax });
  const compare = comparer(deps, plentyUntilMs);
  const waiting = new Set<string>();
  const looks = runWhenPoked(
    async signal => {
      while (waiting.size > 0 && !signal.aborted) {
        const some = [...waiting].slice(0, limits.gateProductsPerRead);
        for (const id of some) waiting.delete(id);
        await compare(some);
      }
    },
    error => log.debug({ err: error }, 'the gate could not be compared; the next sweep will'),
  );
  return {
    hasPlenty(productId) {
      const untilMs = plentyUntilMs.get(productId);
      return untilMs !== undefined && untilMs > clock.nowMs();
    },
    look(productIds) {
      for (const id of productIds) if (waiting.size < LOOKS_WAITING_MAX) waiting.add(id);
      looks.poke();
    },
    sweep: sweeper(deps, compare),
    stop: () => looks.stop(),
  };
}

/** As most are: then the second call to Redis is spared. */
function isRight(view: GateView | null, { available, seen }: LedgerCount): boolean {
  return view !== null && view.changes !== -1 && view.left === available - view.onWay + seen;
}

/** Answers by how many units the counts of these products were wrong. */
type Compare = (productIds: string[]) => Promise<number>;

function comparer({ db, counts, clock }: ReconcileDeps, plentyUntilMs: LRUCache<string, number>): Compare {
  /** The gate is viewed before the ledger: what changes in between is noticed when the count is corrected. */
  async function compare(productIds: string[]): Promise<number> {
    const views = new Map<string, GateView | null>();
    await Promise.all(productIds.map(async id => views.set(id, await counts.view(id))));
    const onWay = [...views].flatMap(([product_id, view]) =>
      (view?.onWayIds ?? []).map(reservation_id => ({ product_id, reservation_id })),
    );
    const ledger = await readLedgerCounts(db, productIds, onWay);
    const wrong = await Promise.all(ledger.map(count => settle(count, views.get(count.product_id) ?? null)));
    return wrong.reduce((sum, units) => sum + Math.abs(units), 0);
  }

  async function settle(count: LedgerCount, view: GateView | null): Promise<number> {
    const { product_id, available } = count;
    // One that is counted stays so a while longer, or it would come and go with each unit.
    const most = view === null ? limits.gateUnitsMax : 2 * limits.gateUnitsMax;
    if (available <= most) {
      plentyUntilMs.delete(product_id);
      return isRight(view, count) ? 0 : await counts.correct(product_id, view, count);
    }
    const lastsMs = Math.min((1000 * available) / limits.gateUnitsPerSecond, limits.gatePlentyMsMax);
    plentyUntilMs.set(product_id, clock.nowMs() + lastsMs);
    if (view !== null) await counts.drop(product_id);
    return 0;
  }

  return compare;
}

function sweeper({ db, counts, metrics }: ReconcileDeps, compare: Compare): GateReconciler['sweep'] {
  const drift = metrics.counter('gate_drift_total', "Units by which the gate's counts differed from the ledger's");
  let after = FIRST;

  async function comparePage(): Promise<number> {
    const page = await readStockedProducts(db, after, limits.gateProductsPerRead);
    after = page.length < limits.gateProductsPerRead ? FIRST : page.at(-1)!;
    if (page.length > 0) drift.inc(await compare(page.map(key => key.product_id)));
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
