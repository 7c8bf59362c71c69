import { limits } from '#limits';
import { type Clock, instantMs } from '#platform/clock';
import type { FactsWanted } from '#platform/facts';
import type { Job } from '#platform/jobs';
import type { Log } from '#platform/log';
import type { Metrics } from '#platform/metrics';
import { type Outcome, Unavailable } from '#platform/outcome';
import type { Redis } from '#platform/redis';
import type { Sharding } from '#platform/route';
import type { Database } from '#platform/sql';
import { type Admission, type Admitted, admitReservation } from './admit-reservation.ts';
import { createRefusalCheck } from './check-refusal.ts';
import { isEnded } from './commands.ts';
import type { GateFact, Reservation, ReserveStock } from './contract.ts';
import { createGateCounts, type Release } from './gate-counts.ts';
import type { Ledger, ReservationRef } from './ledger.ts';
import { readGateFacts } from './read-gate-facts.ts';
import { createGateReconciler } from './reconcile-gate.ts';

export interface GateDeps {
  db: Database;
  sharding?: Sharding;
  redis: Redis;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

/** What the ledger's decorator tells the gate. But for `admit` nothing here is waited for, and nothing throws. */
export interface Gate {
  admit(input: ReserveStock): Promise<Admitted & Pick<Admission, 'refusal'>>;
  /** The ledger holds it until then: an RFC 3339 time. */
  keepUntil(productIds: readonly string[], reservationId: string, expiresAt: string): void;
  /** It has ended, or was never held. */
  release(productIds: readonly string[], reservationId: string, units: Release['units']): void;
  /** The ledger has refused it, and told of some products what it has. */
  refused(productIds: readonly string[], reservationId: string, available: ReadonlyMap<string, number>): void;
  /** Their stock has changed otherwise. */
  look(productIds: readonly string[]): void;
  job: Job;
  readFacts(wanted: FactsWanted): Promise<GateFact[]>;
  stop(): Promise<void>;
}

const SWEEP_TIMEOUT_MS = 600_000;

export function createGate(deps: GateDeps): Gate {
  const { db, redis, clock, log, metrics } = deps;
  const counts = createGateCounts(deps);
  const reconciler = createGateReconciler({ ...deps, counts });
  const check = createRefusalCheck({ ...deps, name: 'inventory_gate_check' });
  const answers = metrics.counter('gate_answers_total', 'Reservations by what the gate said', ['answer']);
  metrics.gauge('gate_up', '1 while Redis answers the gate', () => (redis.isUp ? 1 : 0));

  /** What could not be told is found by the next sweep: until then at most a question too many is asked. */
  function tell(productIds: readonly string[], what: (productId: string) => Promise<unknown>): void {
    for (const id of productIds) {
      if (reconciler.hasPlenty(id)) continue;
      what(id).catch(
        error => void (error instanceof Unavailable || log.warn({ err: error }, 'the gate was told in vain')),
      );
    }
  }

  async function release(productId: string, reservationId: string, how: Release): Promise<void> {
    const was = await counts.release(productId, reservationId, how);
    // Units came back of which the gate did not know that they were gone.
    if (was === 'unknown' && how.units === 'back') reconciler.look([productId]);
  }

  const gate: Gate = {
    async admit(input) {
      const admitted: Admitted = { held: [], passed: [] };
      let isAdmitted = false;
      try {
        const { refusal, answer } = await admitReservation({ counts, reconciler, check, clock, log }, input, admitted);
        answers.inc({ answer });
        isAdmitted = refusal === undefined;
        return { refusal, ...admitted };
      } finally {
        if (!isAdmitted) gate.release(admitted.held, input.reservation_id, 'back');
      }
    },
    keepUntil: (ids, reservationId, expiresAt) =>
      tell(ids, id => counts.keep(id, reservationId, instantMs(expiresAt) + limits.gateGraceMs)),
    release: (ids, reservationId, units) => tell(ids, id => release(id, reservationId, { units })),
    refused(ids, reservationId, available) {
      tell(ids, id => counts.release(id, reservationId, { units: 'back', available: available.get(id) }));
      reconciler.look(ids);
    },
    look: ids => reconciler.look(ids),
    job: {
      name: 'inventory_gate',
      everySeconds: 1,
      timeoutMs: SWEEP_TIMEOUT_MS,
      run: signal => reconciler.sweep(signal),
    },
    readFacts: wanted => readGateFacts({ db, counts }, wanted),
    async stop() {
      await Promise.all([reconciler.stop(), check.stop(), counts.stop()]);
    },
  };
  return gate;
}

/**
 * A gate before any ledger: it may say no, only the ledger may say yes. It is told what the ledger decided, after it
 * has, so that an answer waits for Redis only where a reservation asks whether there is something left.
 */
export function withGate(ledger: Ledger, gate: Gate | undefined): Ledger {
  if (gate === undefined) return ledger;
  return {
    reserve: input => reserve(ledger, gate, input),
    async extend(input) {
      const extended = ifOver(gate, input, await ledger.extend(input));
      if (extended.ok) gate.keepUntil(input.product_ids, input.reservation_id, extended.value.expires_at);
      return extended;
    },
    async sell(input) {
      const sold = ifOver(gate, input, await ledger.sell(input));
      if (sold.ok) gate.release(input.product_ids, input.reservation_id, 'sold');
      return sold;
    },
    // What it holds again was sold to the gate: when it ends, the gate asks the ledger what there is.
    unsell: input => ledger.unsell(input),
    async release(input) {
      await ledger.release(input);
      gate.release(input.product_ids, input.reservation_id, 'back');
      return null;
    },
    async expire(input) {
      await ledger.expire(input);
      gate.release(input.product_ids, input.reservation_id, 'back');
      return null;
    },
    async move(input) {
      const moved = await ledger.move(input);
      if (moved.ok) gate.look(input.parts.map(part => part.product_id));
      return moved;
    },
    async stop() {
      await ledger.stop();
      await gate.stop();
    },
  };
}

async function reserve(ledger: Ledger, gate: Gate, input: ReserveStock): ReturnType<Ledger['reserve']> {
  const { reservation_id } = input;
  const { refusal, held, passed } = await gate.admit(input);
  if (refusal !== undefined) return refusal;
  try {
    const answer = await ledger.reserve(input);
    // What passed without a hold is missing in the count.
    if (answer.ok) gate.look(passed);
    if (!answer.ok) gate.refused(held, reservation_id, toldAvailable(answer));
    // A repeat of one that has ended: what the gate took for it is nobody's.
    else if (isEnded(answer.value.state)) gate.release(held, reservation_id, 'back');
    else gate.keepUntil(held, reservation_id, answer.value.expires_at);
    return answer;
  } catch (error) {
    // It may have been held all the same; giving back too much only asks the ledger once too often.
    gate.refused(held, reservation_id, new Map());
    throw error;
  }
}

function toldAvailable(answer: Outcome<Reservation, string>): Map<string, number> {
  if (answer.ok || answer.code !== 'OUT_OF_STOCK') return new Map();
  const lines = answer.detail?.lines as { product_id: string; available: number }[];
  return new Map(lines.map(line => [line.product_id, line.available]));
}

/** A command that finds its reservation overdue ends it, and its units are back. */
function ifOver<Told extends Outcome<unknown, string>>(
  gate: Gate,
  { product_ids, reservation_id }: ReservationRef,
  told: Told,
): Told {
  if (!told.ok) gate.release(product_ids, reservation_id, 'back');
  return told;
}
