import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import { type Refusal, refuse, Unavailable } from '#platform/outcome';
import { addUp, type RefusalCheck, shortLines, type Want } from './check-refusal.ts';
import type { ReserveStock } from './contract.ts';
import type { GateCounts, HoldAnswer } from './gate-counts.ts';
import type { GateReconciler } from './reconcile-gate.ts';

export interface AdmitDeps {
  counts: GateCounts;
  reconciler: GateReconciler;
  check: RefusalCheck;
  clock: Clock;
  log: Log;
}

export interface Admission {
  /** Absent: the ledger is asked. */
  refusal?: Refusal<'OUT_OF_STOCK'>;
  /** What the gate did, for the metric: `skipped` where it had no say. */
  answer: 'accepted' | 'refused' | 'skipped';
}

export interface Admitted {
  /** Products of which the gate holds units for this reservation until it hears the ledger's answer. */
  held: string[];
  /** Those that it let pass without. */
  passed: string[];
}

/** How long one waits for what others have on the way to the ledger: most of it is settled within one group. */
const PAUSES_MS = [20, 80, 320];

/**
 * Asks the gate for one product after the other, in the order of their keys: who holds one and waits for the next waits
 * for nobody who waits for him. Nothing that happens to Redis is an answer: then the ledger alone decides. `held` and
 * `passed` are the caller's, who gives back what is held when this throws.
 */
export async function admitReservation(
  deps: AdmitDeps,
  input: ReserveStock,
  { held, passed }: Admitted,
): Promise<Admission> {
  const wants = addUp(input.lines);
  if (isBeyondLimit(input, wants)) return { answer: 'skipped' };
  for (const want of [...wants].sort((a, b) => (a.product_id < b.product_id ? -1 : 1))) {
    if (deps.reconciler.hasPlenty(want.product_id)) continue;
    const told = await askGate(deps, input.reservation_id, want, wants);
    if (told === 'away') break;
    if (told === 'held') held.push(want.product_id);
    else if (told !== 'uncounted') return { refusal: told, answer: 'refused' };
    else {
      passed.push(want.product_id);
      deps.reconciler.look([want.product_id]);
    }
  }
  return { answer: held.length === wants.length ? 'accepted' : 'skipped' };
}

/** More than one person may have at all: the ledger says that first, whatever is left. */
function isBeyondLimit({ lines }: ReserveStock, wants: readonly Want[]): boolean {
  return wants.some(({ product_id, quantity }) =>
    lines.some(line => line.product_id === product_id && quantity > (line.max_per_person ?? quantity)),
  );
}

/**
 * The gate's no counts only where the ledger, as it is now, would say it too. So a count that is wrong costs a question,
 * not a sale. Where the ledger has enough and others have it on the way, they may yet give it back, so one waits for
 * them. Who still finds it promised after that is refused; but who wants several products asks the ledger, since many
 * such can stand in each other's way and all come to nothing.
 */
async function askGate(
  deps: AdmitDeps,
  reservationId: string,
  want: Want,
  wants: readonly Want[],
): Promise<'held' | 'uncounted' | 'away' | Refusal<'OUT_OF_STOCK'>> {
  const product_ids = wants.map(one => one.product_id);
  for (let tries = 0; ; tries += 1) {
    const answer = await holdUnits(deps, reservationId, want);
    if (answer === null) return 'away';
    if (answer.is !== 'short') return answer.is === 'uncounted' ? 'uncounted' : 'held';
    const ledger = await deps.check.ask({ reservation_id: reservationId, product_ids });
    if (ledger.isKnown) return 'uncounted';
    const pauseMs = PAUSES_MS[tries];
    const isOver = pauseMs === undefined && wants.length === 1;
    const lines = shortLines(ledger, wants, isOver ? answer.onWay : 0);
    if (lines.length > 0) return refuse('OUT_OF_STOCK', { lines });
    if (answer.onWay === 0 || pauseMs === undefined) return 'uncounted';
    await deps.clock.sleep(pauseMs);
  }
}

/** Null: Redis does not answer. */
async function holdUnits(
  { counts, log }: AdmitDeps,
  reservationId: string,
  { product_id, quantity }: Want,
): Promise<HoldAnswer | null> {
  try {
    return await counts.hold(product_id, reservationId, quantity);
  } catch (error) {
    if (!(error instanceof Unavailable)) log.warn({ err: error }, 'Redis refuses what the gate asks of it');
    return null;
  }
}
