import { accept, type Outcome, refuse, Unavailable } from '#platform/outcome';
import { gatewaysFor } from './choose-gateway.ts';
import type { Payment, Payments } from './contract.ts';
import type { GatewayCalls } from './gateway-call.ts';
import { gatewayOf, type PaymentContext } from './payment-context.ts';
import { isUnwanted, type Learned, learnedFrom, openPayment, present, type Row, type Terms } from './rules.ts';
import { bringAbout, findAnywhere } from './settle-payment.ts';

type Input = Parameters<Payments['authorise']>[0];

/**
 * The row is written after the gateway has answered, and of a plain yes only with its capture: one write for a payment,
 * not three. That is safe without a row from before the call: the order, which is durable already, names the gateway's
 * keys. A crash between call and row leaves an order whose payment is not known; `settlePayment` then finds the money
 * by its order id, and the row is rebuilt from the metadata that this call left there. A repeat in the meantime meets
 * the gateway's own idempotency; whoever writes the row second finds the first, and a void that came before left an
 * `unwanted` row for it to find.
 */
export async function authorisePayment(
  context: PaymentContext,
  input: Input,
): Promise<Outcome<Payment, 'PAYMENT_DECLINED' | 'GATEWAY_UNKNOWN'>> {
  const { groups, clock } = context;
  const takers = gatewaysFor(context, input.payment);
  if (takers.length === 0) return refuse('GATEWAY_UNKNOWN');
  const known = input.is_first === true ? null : await groups.read.submit(input.order_id);
  // Where the outcome is unknown, the identical request under its key is the way to know it.
  const isAnswered = known !== null && (isUnwanted(known) || known.status !== 'pending' || known.outcome_known);
  if (isAnswered) return answerOf(known);
  const isOpen = known === null && input.is_first !== true && takers.length > 1;
  if (isOpen) return await lookUp(context, input.order_id);
  // What was asked before is asked again where it was asked.
  const gateway =
    known === null ? (takers.find(taker => taker.isAvailable()) ?? takers[0]!) : gatewayOf(context, known);

  const terms: Terms = {
    order_id: input.order_id,
    payment_id: input.payment_id,
    person_id: input.person_id,
    amount: input.amount,
    currency: input.currency,
    method: input.payment.method,
    gateway: gateway.name,
  };
  const learned = await askGateway(gateway, terms, input.payment.token);
  const isNext = input.is_first === true && learned.state === 'authorized';
  // Its capture follows at once, and writes both.
  if (isNext) return accept(present(openPayment(terms, learned, clock.nowMs())));
  const row = await recordLearned(context, terms, learned);
  return answerOf(await bringAbout(context, row));
}

/**
 * Which of several gateways a first try has asked is on no record, and it may be any of them: it is looked for, and no
 * other one is asked, since the money could then be taken twice. Where nobody has it the order fails, and whatever
 * still comes is given back.
 */
async function lookUp(context: PaymentContext, order_id: string): Promise<Outcome<Payment, 'PAYMENT_DECLINED'>> {
  const row = await findAnywhere(context, order_id);
  if (row === 'unknown') throw new Unavailable('a payment gateway does not answer', { retryAfterSeconds: 5 });
  return row === 'none' ? refuse('PAYMENT_DECLINED', { reason: 'not_authorized' }) : answerOf(row);
}

async function askGateway(gateway: GatewayCalls, terms: Terms, token: string): Promise<Learned> {
  const result = await gateway.authorise({ ...terms, key: `order_${terms.order_id}`, token });
  switch (result.state) {
    case 'authorized':
    case 'pending':
      return result;
    case 'declined':
      return { state: 'failed', reason: result.reason, gateway_ref: result.gateway_ref };
    case 'not_sent':
      // Nothing has left us, so the shopper may well pay in another way within the same hold.
      return { state: 'failed', reason: 'gateway_unavailable', gateway_ref: null };
    case 'unknown': {
      const found = await gateway.find({ order_id: terms.order_id, gateway_ref: null });
      return found.state === 'found' ? learnedFrom(found.payment) : { state: 'unknown' };
    }
  }
}

/** Writes what is known of an authorisation: as the order's first row, or as a change of the row that it has. */
async function recordLearned(context: PaymentContext, terms: Terms, learned: Learned): Promise<Row> {
  const { groups, clock } = context;
  const first = openPayment(terms, learned, clock.nowMs());
  if (await groups.insert.submit({ row: first })) return first;
  return await groups.change.submit({ order_id: terms.order_id, change: { kind: 'learned', terms, learned } });
}

function answerOf(row: Row): Outcome<Payment, 'PAYMENT_DECLINED'> {
  const isOver = row.status === 'failed' || row.status === 'voided' || isUnwanted(row);
  return isOver ? refuse('PAYMENT_DECLINED', { reason: row.reason ?? row.status }) : accept(present(row));
}
