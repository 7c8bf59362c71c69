import { timestamp } from '#platform/clock';
import { bucketOf } from '#platform/ids';
import { accept, type Outcome, refuse } from '#platform/outcome';
import type { Payment } from './contract.ts';
import type { PaymentContext } from './payment-context.ts';
import { isUnwanted, present, type Row, retryAtMs } from './rules.ts';
import { bringAbout, settleRow } from './settle-payment.ts';

/** The wish is written first, so that an authorisation that arrives in the meantime meets it. */
export async function voidPayment(
  context: PaymentContext,
  { order_id, reason }: { order_id: string; reason: string },
): Promise<Outcome<Payment | null, 'PAYMENT_CAPTURED'>> {
  const row = await wantVoid(context, order_id, reason);
  const after =
    isUnwanted(row) || row.status === 'pending' ? await settleRow(context, row) : await bringAbout(context, row);
  if (isUnwanted(after)) return accept(null);
  return after.captured_at === null ? accept(present(after)) : refuse('PAYMENT_CAPTURED');
}

async function wantVoid({ groups, clock }: PaymentContext, order_id: string, reason: string): Promise<Row> {
  const nowMs = clock.nowMs();
  const known = await groups.read.submit(order_id);
  const unwanted: Row = {
    status: 'unwanted',
    bucket: bucketOf(order_id),
    order_id,
    reason,
    attempts: 0,
    next_try_at: timestamp(retryAtMs(nowMs, 0)),
    created_at: timestamp(nowMs),
    version: 1,
  };
  if (known === null && (await groups.insert.submit({ row: unwanted }))) return unwanted;
  return await groups.change.submit({ order_id, change: { kind: 'void_wanted', reason } });
}
