import assert from 'node:assert/strict';
import { accept, type Outcome, refuse } from '#platform/outcome';
import type { Payment } from './contract.ts';
import type { PaymentContext } from './payment-context.ts';
import { isUnwanted, type PaymentRow, present, type Row } from './rules.ts';

type CaptureRefusal = 'CAPTURE_FAILED' | 'PAYMENT_NOT_AUTHORIZED';

/** Idempotent at the gateway by its key and here by compare-and-set, so a crash anywhere is mended by a repeat. */
export async function capturePayment(
  context: PaymentContext,
  { order_id }: { order_id: string },
): Promise<Outcome<Payment, CaptureRefusal>> {
  const row = await context.groups.read.submit(order_id);
  if (row === null || isUnwanted(row) || row.status !== 'authorized' || row.wanted === 'void') return answerOf(row);
  return answerOf(await captureAtGateway(context, row));
}

/** Takes an authorised payment; answers its row afterwards, still `authorized` where the outcome stays unknown. */
export async function captureAtGateway(context: PaymentContext, row: PaymentRow): Promise<Row> {
  const { groups, gateways } = context;
  const { order_id, gateway_ref, amount, currency } = row;
  const gateway = gateways.get(row.gateway);
  assert(gateway !== undefined && gateway_ref !== null, 'an authorised payment is with a gateway that runs here');
  const change = (change: Parameters<typeof groups.change.submit>[0]['change']) =>
    groups.change.submit({ order_id, change });
  const result = await gateway.capture({ key: `capture_${order_id}`, gateway_ref, amount, currency });
  if (result.state === 'captured') {
    return (await groups.capture.submit(order_id)) ?? (await change({ kind: 'captured' }));
  }
  if (result.state !== 'refused') return await change({ kind: 'capture_unknown' });

  // The refusal may have been of a repeat whose first try has captured: the gateway's books decide.
  const found = await gateway.find({ order_id });
  if (found.state === 'found' && found.payment.state === 'captured') return await change({ kind: 'captured' });
  if (found.state !== 'found') return await change({ kind: 'capture_unknown' });
  const voided = await gateway.void({ key: `void_${order_id}`, gateway_ref, currency });
  return await change({ kind: 'capture_refused', is_voided: voided.state === 'voided' });
}

function answerOf(row: Row | null): Outcome<Payment, CaptureRefusal> {
  if (row === null || isUnwanted(row)) return refuse('PAYMENT_NOT_AUTHORIZED');
  if (row.captured_at !== null) return accept(present(row));
  if (row.status === 'authorized' && row.wanted !== 'void') return accept(present(row));
  return row.reason === 'capture_failed' ? refuse('CAPTURE_FAILED') : refuse('PAYMENT_NOT_AUTHORIZED');
}
