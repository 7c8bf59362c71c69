import { timestamp } from '#platform/clock';
import { isId } from '#platform/ids';
import { type Route, routesOf, type Sharding } from '#platform/route';
import type { Database } from '#platform/sql';
import type { StuckPayment } from './contract.ts';
import type { PaymentContext } from './payment-context.ts';
import { refundAtGateway } from './refund-payment.ts';
import { contradiction, isUnwanted, type PaymentRow } from './rules.ts';
import { findAnywhere, settleRow } from './settle-payment.ts';
import { readRefunds } from './store.ts';
import { claimWebhooks, endWebhook, readDueBuckets, type WebhookRow } from './webhook-store.ts';

/** Half of what one gateway is asked at once: shoppers come first. */
const AT_ONCE = 32;
/** What comes while a gateway keeps one webhook waiting is looked for so often. */
const LOOK_AGAIN_MS = 250;
const RETRY = { firstMs: 1_000, mostMs: 60_000 };

/** What became of a webhook; `later`: the gateway didn't answer, so it comes again. */
type End = { state: 'done' } | { state: 'later' } | { state: 'stuck'; problem: StuckPayment['kind']; detail: string };

const done: End = { state: 'done' };

/** Takes what is due in the inbox, in any order; answers when nothing is left that is due now. */
export async function processWebhooks(
  context: PaymentContext,
  { db, sharding }: { db: Database; sharding?: Sharding },
  signal?: AbortSignal,
): Promise<void> {
  const now = timestamp(context.clock.nowMs());
  for (const route of await routesOf(sharding, () => readDueBuckets(db, now))) {
    await processRoute(context, { db, route }, signal);
  }
}

async function processRoute(
  context: PaymentContext,
  { db, route }: { db: Database; route: Route },
  signal?: AbortSignal,
): Promise<void> {
  const running = new Set<Promise<void>>();
  for (let isOver = false; !isOver && !signal?.aborted; ) {
    // One whose gateway is silent holds up no other. Half of the places free is enough to claim, and not one by one.
    while (running.size > AT_ONCE / 2) await Promise.race(running);
    const batch = AT_ONCE - running.size;
    const due = await claimWebhooks(db, { ...RETRY, now: timestamp(context.clock.nowMs()), batch }, route);
    for (const webhook of due) {
      const work = processWebhook(context, db, webhook).finally(() => running.delete(work));
      running.add(work);
    }
    const ended = Promise.all(running).then(() => true);
    isOver = due.length < batch && (await Promise.race([ended, context.clock.sleep(LOOK_AGAIN_MS).then(() => false)]));
  }
  await Promise.all(running);
}

/** Never throws: what fails is logged, and its next time is set already. */
export async function processWebhook(context: PaymentContext, db: Database, webhook: WebhookRow): Promise<void> {
  const { clock, log, alarms } = context;
  const { gateway, event_id, type, order_id } = webhook;
  const of = { gateway, event_id, type, order_id };
  try {
    const end = await judge(context, db, webhook);
    if (end.state === 'later') return;
    const at = timestamp(clock.nowMs());
    const { problem, detail } = end.state === 'stuck' ? end : { problem: null, detail: null };
    await endWebhook(db, webhook, { state: end.state, problem, detail, at });
    if (end.state === 'done') return;
    alarms.inc({ kind: end.problem });
    log.error(
      { ...of, problem: end.problem, detail: end.detail },
      'a webhook contradicts our record: nothing was changed',
    );
  } catch (error) {
    // One bad webhook must not hold up the others; its next time is set already.
    log.error({ ...of, err: error }, 'a webhook could not be processed and comes again');
  }
}

async function judge(context: PaymentContext, db: Database, webhook: WebhookRow): Promise<End> {
  const { claim, gateway, order_id } = webhook;
  if (claim.about === 'other') return done;
  if (order_id === null || !isId(order_id)) return unknownOrder(order_id);
  const known = await context.groups.read.submit(order_id);
  const isMissing = known === null || isUnwanted(known);
  const claimed = { gateway, gateway_ref: claim.gateway_ref };
  const row = isMissing ? await findAnywhere(context, order_id, claimed) : known;
  if (row === 'unknown') return { state: 'later' };
  if (row === 'none' || isUnwanted(row)) return unknownOrder(order_id);
  if (claim.refund_id !== null) return await judgeRefund(context, db, webhook, row);
  const problem = contradiction(row, { ...claim, gateway });
  if (problem !== null) return { state: 'stuck', problem: 'webhook_mismatch', detail: problem };
  if (row.captured_at === null) await settleRow(context, row);
  return done;
}

async function judgeRefund(
  context: PaymentContext,
  db: Database,
  { claim, gateway }: WebhookRow,
  row: PaymentRow,
): Promise<End> {
  const { order_id } = row;
  const refund_id = claim.refund_id!;
  const [refund] = isId(refund_id) ? await readRefunds(db, [{ order_id, refund_id }]) : [];
  const problem =
    refund === undefined
      ? `a refund ${refund_id} that is not ours`
      : claim.amount !== null && claim.amount !== refund.amount
        ? `a refund of ${claim.amount} instead of ${refund.amount}`
        : contradiction(row, { ...claim, gateway, amount: null });
  if (problem !== null) return { state: 'stuck', problem: 'webhook_mismatch', detail: problem };
  if (refund!.status === 'pending') await refundAtGateway(context, row, refund!);
  return done;
}

function unknownOrder(order_id: string | null): End {
  return { state: 'stuck', problem: 'webhook_unknown_order', detail: `no payment of order ${order_id} here or there` };
}
