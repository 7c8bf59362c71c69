import { limits } from '#limits';
import { timestamp } from '#platform/clock';
import { type Route, routesOf, type Sharding } from '#platform/route';
import type { Database } from '#platform/sql';
import type { PaymentContext } from './payment-context.ts';
import { refundAtGateway } from './refund-payment.ts';
import { isUnwanted, type Row } from './rules.ts';
import { settleRow } from './settle-payment.ts';
import { claimDuePayments, claimDueRefunds, endWatch, readDueBuckets } from './store.ts';

const RETRY = { firstMs: 1_000, mostMs: 5 * 60_000 };
/** Enough to work on at once; a gateway that is down would otherwise hold hundreds of calls open. */
const AT_ONCE = 16;
/** An authorisation that is still under way after an hour has nothing any more that could bring it to the gateway. */
const WATCHED_MS = 3_600_000;

/** Takes up what is without an end and due, and brings each one step nearer to it. */
export async function sweepPayments(
  context: PaymentContext,
  { db, sharding }: { db: Database; sharding?: Sharding },
  signal: AbortSignal,
): Promise<void> {
  const now = timestamp(context.clock.nowMs());
  for (const route of await routesOf(sharding, () => readDueBuckets(db, now))) {
    await sweepRoute(context, { db, route }, signal);
  }
}

async function sweepRoute(
  context: PaymentContext,
  { db, route }: { db: Database; route: Route },
  signal: AbortSignal,
): Promise<void> {
  const { clock, groups, log } = context;
  for (let taken = 0; taken < limits.sweepBatchMax && !signal.aborted; taken += AT_ONCE) {
    const due = { ...RETRY, now: timestamp(clock.nowMs()), batch: AT_ONCE };
    const payments = await claimDuePayments(db, due, route);
    await Promise.all(payments.map(row => guarded(() => settleDue(context, db, row), row)));
    const refunds = await claimDueRefunds(db, due, route);
    await Promise.all(
      refunds.map(refund =>
        guarded(async () => {
          const row = await groups.read.submit(refund.order_id);
          if (row !== null && !isUnwanted(row)) await refundAtGateway(context, row, refund);
        }, refund),
      ),
    );
    if (payments.length < AT_ONCE && refunds.length < AT_ONCE) return;
  }

  async function guarded(work: () => Promise<void>, { order_id }: { order_id: string }): Promise<void> {
    try {
      await work();
    } catch (error) {
      // One payment must not hold up the others; its next time is set already.
      log.error({ order_id, err: error }, 'a payment could not be settled and is taken up again');
    }
  }
}

async function settleDue(context: PaymentContext, db: Database, row: Row): Promise<void> {
  const after = await settleRow(context, row);
  const isOver = isUnwanted(after) || (after.status === 'failed' && after.wanted === null);
  const ageMs = context.clock.nowMs() - Date.parse(after.created_at);
  if (isOver && ageMs >= WATCHED_MS) await endWatch(db, after.order_id);
}
