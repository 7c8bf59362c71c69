import { Unavailable } from '#platform/outcome';
import { captureAtGateway } from './capture-payment.ts';
import type { Payment } from './contract.ts';
import type { FoundPayment } from './gateway.ts';
import { gatewayOf, type PaymentContext } from './payment-context.ts';
import {
  type Change,
  contradiction,
  isUnwanted,
  learnedFrom,
  openPayment,
  type PaymentRow,
  present,
  type Row,
  type Terms,
} from './rules.ts';

/** Asks the gateway, or every gateway where there is no record, and records what it says. */
export async function settlePayment(
  context: PaymentContext,
  { order_id }: { order_id: string },
): Promise<Payment | null> {
  const known = await context.groups.read.submit(order_id);
  const row = known === null ? await findAnywhere(context, order_id) : await settleRow(context, known);
  // To answer null would say that no money is there, and end an order that may be paid.
  if (row === 'unknown') throw new Unavailable('a payment gateway does not answer', { retryAfterSeconds: 5 });
  return row === 'none' || isUnwanted(row) ? null : present(row);
}

/** One step nearer to the end for a payment that is pending, or of which something is still wanted. */
export async function settleRow(context: PaymentContext, row: Row): Promise<Row> {
  if (isUnwanted(row)) {
    const found = await findAnywhere(context, row.order_id);
    return typeof found === 'string' ? row : found;
  }
  const isLearning = row.status === 'pending' || (row.wanted === null && row.captured_at === null);
  return await bringAbout(context, isLearning ? await learnFromGateway(context, row) : row);
}

/** Does at the gateway what the row says is wanted of it. */
export async function bringAbout(context: PaymentContext, row: Row): Promise<Row> {
  if (isUnwanted(row) || row.wanted === null) return row;
  if (row.wanted === 'capture') return await captureAtGateway(context, row);
  return row.gateway_ref === null ? row : await voidAtGateway(context, row, row.gateway_ref);
}

async function voidAtGateway(context: PaymentContext, row: PaymentRow, gateway_ref: string): Promise<Row> {
  const { order_id, currency } = row;
  const result = await gatewayOf(context, row).void({ key: `void_${order_id}`, gateway_ref, currency });
  if (result.state === 'voided') {
    return await context.groups.change.submit({ order_id, change: { kind: 'voided', reason: row.reason } });
  }
  // Refused: it has ended in another way, or can't be voided yet.
  return result.state === 'refused' ? await learnFromGateway(context, row) : row;
}

/** Asks the payment's own gateway; a contradiction changes nothing and raises the alarm. */
async function learnFromGateway(context: PaymentContext, row: PaymentRow): Promise<Row> {
  const { order_id } = row;
  const is_wanted = row.status === 'pending' && row.wanted === null;
  const result = await gatewayOf(context, row).find({ order_id, gateway_ref: row.gateway_ref, is_wanted });
  if (result.state === 'found') {
    const { gateway_ref, amount, currency } = result.payment;
    const problem = contradiction(row, { gateway: row.gateway, gateway_ref, amount, currency });
    if (problem === null) return await catchUp(context, termsOf(row), result.payment);
    context.alarms.inc({ kind: 'gateway_mismatch' });
    context.log.error({ order_id, payment_id: row.payment_id, problem }, "the gateway's books contradict ours");
    return row;
  }
  const isLost =
    result.state === 'not_found' &&
    row.status === 'pending' &&
    context.clock.nowMs() - Date.parse(row.created_at) >= context.notFoundAfterMs;
  if (!isLost) return row;
  // The request never arrived, and by now it never will.
  const learned = { state: 'failed', reason: 'not_authorized', gateway_ref: null } as const;
  return await change(context, order_id, { kind: 'learned', terms: termsOf(row), learned });
}

/**
 * Without a record of ours nobody knows which gateway was asked: the money may be at any of them. `none`: every gateway
 * says that it has never heard of the order; `unknown`: one of them didn't answer. `claimed` is what a webhook says:
 * not every gateway can look a payment up by our order id.
 */
export async function findAnywhere(
  context: PaymentContext,
  order_id: string,
  claimed?: { gateway: string; gateway_ref: string | null },
): Promise<Row | 'none' | 'unknown'> {
  const asked = [...context.gateways.values()].map(async gateway => {
    const gateway_ref = gateway.name === claimed?.gateway ? claimed.gateway_ref : null;
    return { gateway, result: await gateway.find({ order_id, gateway_ref }) };
  });
  const answers = await Promise.all(asked);
  let row: Row | null = null;
  for (const { gateway, result } of answers) {
    if (result.state !== 'found' || result.payment.order_id !== order_id) continue;
    const { payment_id, person_id, amount, currency, method } = result.payment;
    const terms = { order_id, payment_id, person_id, amount, currency, method, gateway: gateway.name };
    row = await recordFound(context, terms, result.payment);
  }
  if (row !== null) return await bringAbout(context, row);
  return answers.every(({ result }) => result.state === 'not_found') ? 'none' : 'unknown';
}

async function recordFound(context: PaymentContext, terms: Terms, payment: FoundPayment): Promise<Row> {
  const { groups, clock } = context;
  const { gateway_ref, reason } = payment;
  const isVoided = payment.state === 'voided';
  const learned = isVoided
    ? ({ state: 'failed', reason: reason ?? 'voided', gateway_ref } as const)
    : learnedFrom(payment);
  const first = openPayment(terms, learned, clock.nowMs());
  const isCaughtUp = (await groups.insert.submit({ row: first })) && payment.state !== 'captured';
  return isCaughtUp ? first : await catchUp(context, terms, payment);
}

/** What the books say is recorded in the order in which it happened: authorised, then captured or voided. */
async function catchUp(context: PaymentContext, terms: Terms, payment: FoundPayment): Promise<Row> {
  const { order_id } = terms;
  if (payment.state === 'voided') return await change(context, order_id, { kind: 'voided', reason: payment.reason });
  const row = await change(context, order_id, { kind: 'learned', terms, learned: learnedFrom(payment) });
  return payment.state === 'captured' ? await change(context, order_id, { kind: 'captured', fee: payment.fee }) : row;
}

function change(context: PaymentContext, order_id: string, change: Change): Promise<Row> {
  return context.groups.change.submit({ order_id, change });
}

function termsOf(row: PaymentRow): Terms {
  const { order_id, payment_id, person_id, amount, currency, method, gateway } = row;
  return { order_id, payment_id, person_id, amount, currency, method, gateway };
}
