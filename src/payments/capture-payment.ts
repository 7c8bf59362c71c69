import assert from 'node:assert/strict';
import { accept, type Outcome, refuse } from '#platform/outcome';
import type { Authorised, Payment, Payments, Split } from './contract.ts';
import type { GatewayCalls } from './gateway-call.ts';
import { captureEntry } from './journal-rules.ts';
import { gatewayOf, type PaymentContext } from './payment-context.ts';
import { applyChange, type Change, isUnwanted, openPayment, type PaymentRow, present, type Row } from './rules.ts';

type CaptureRefusal = 'CAPTURE_FAILED' | 'PAYMENT_NOT_AUTHORIZED';

/** Idempotent at the gateway by its key and here by compare-and-set, so a crash anywhere is mended by a repeat. */
export async function capturePayment(
  context: PaymentContext,
  { order_id, authorised, split }: Parameters<Payments['capture']>[0],
): Promise<Outcome<Payment, CaptureRefusal>> {
  if (authorised !== undefined) return answerOf(await captureFirst(context, authorised, split));
  const row = await context.groups.read.submit(order_id);
  if (row === null || isUnwanted(row)) return answerOf(row);
  if (row.status === 'authorized' && row.wanted !== 'void') {
    return answerOf(await captureAtGateway(context, row, split));
  }
  const isTold = row.captured_at !== null && split !== undefined;
  return answerOf(isTold ? await context.groups.change.submit({ order_id, change: { kind: 'sale' }, split }) : row);
}

/**
 * Takes what was authorised a moment ago and is on no record yet; a yes is written once, as captured. Where the order
 * has a row by now, of a void or of somebody who looked the payment up, the row goes through its states as ever.
 */
async function captureFirst(context: PaymentContext, authorised: Authorised, split?: Split): Promise<Row> {
  const { groups, clock } = context;
  const { gateway_ref, created_at, ...terms } = authorised;
  const learned = { state: 'authorized', gateway_ref } as const;
  const opened = openPayment(terms, learned, Date.parse(created_at));
  const result = await askCapture(context, opened);
  const { order_id } = terms;
  const taken = result.state === 'captured' ? result : null;
  const first = taken
    ? {
        row: applyChange(opened, { kind: 'captured' }, clock.nowMs()).row,
        entry: captureEntry(opened, split, taken.fee ?? 0),
      }
    : { row: opened };
  const isWritten = await groups.insert.submit(first);
  if (isWritten && taken) return first.row;
  if (!isWritten) await groups.change.submit({ order_id, change: { kind: 'learned', terms, learned } });
  return await recordCapture(context, opened, result, split);
}

/** Takes an authorised payment; answers its row afterwards, still `authorized` where the outcome stays unknown. */
export async function captureAtGateway(context: PaymentContext, row: PaymentRow, split?: Split): Promise<Row> {
  return await recordCapture(context, row, await askCapture(context, row), split);
}

type CaptureAnswer = Awaited<ReturnType<GatewayCalls['capture']>>;

function askCapture(context: PaymentContext, row: PaymentRow): Promise<CaptureAnswer> {
  const { order_id, gateway_ref, amount, currency } = row;
  assert(gateway_ref !== null, 'an authorised payment has a reference');
  return gatewayOf(context, row).capture({ key: `capture_${order_id}`, gateway_ref, amount, currency });
}

async function recordCapture(
  context: PaymentContext,
  row: PaymentRow,
  result: CaptureAnswer,
  split: Split | undefined,
): Promise<Row> {
  const { groups } = context;
  const { order_id, gateway_ref, currency } = row;
  const change = (change: Change) => groups.change.submit({ order_id, change, split });
  if (result.state === 'captured') {
    const { fee = 0 } = result;
    const taken = await groups.capture.submit(captureEntry(row, split, fee));
    return taken ?? (await change({ kind: 'captured', fee }));
  }
  if (result.state !== 'refused') return await change({ kind: 'capture_unknown' });

  // The refusal may have been of a repeat whose first try has captured: the gateway's books decide.
  const gateway = gatewayOf(context, row);
  const found = await gateway.find({ order_id, gateway_ref });
  if (found.state === 'found' && found.payment.state === 'captured') {
    return await change({ kind: 'captured', fee: found.payment.fee });
  }
  if (found.state !== 'found') return await change({ kind: 'capture_unknown' });
  const voided = await gateway.void({ key: `void_${order_id}`, gateway_ref: gateway_ref!, currency });
  return await change({ kind: 'capture_refused', is_voided: voided.state === 'voided' });
}

function answerOf(row: Row | null): Outcome<Payment, CaptureRefusal> {
  if (row === null || isUnwanted(row)) return refuse('PAYMENT_NOT_AUTHORIZED');
  if (row.captured_at !== null) return accept(present(row));
  if (row.status === 'authorized' && row.wanted !== 'void') return accept(present(row));
  return row.reason === 'capture_failed' ? refuse('CAPTURE_FAILED') : refuse('PAYMENT_NOT_AUTHORIZED');
}
