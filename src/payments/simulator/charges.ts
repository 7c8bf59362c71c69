import { type Clock, timestamp } from '#platform/clock';
import type { Ids } from '#platform/ids';
import type { PaymentMethod } from '../contract.ts';
import type { BooksStore, Charge } from './books-store.ts';
import type { Chaos } from './chaos.ts';
import type { Behaviour } from './tokens.ts';

/** What the rules of charges work on; every call runs inside a transaction of the books. */
export interface Till {
  store: BooksStore;
  clock: Clock;
  ids: Ids;
  /** After this a bank transfer ends. */
  settleMs: number;
  /** Where the challenge pages are. */
  baseUrl: () => string;
  /** Webhooks of every change, not only of what no answer has told. */
  tellsAll: boolean;
  chaos: Chaos;
  /** A webhook or a settlement has been written that has its time. */
  schedule: () => void;
}

export interface ChargeTerms {
  order_id: string;
  payment_id: string;
  person_id: string;
  amount: number;
  currency: string;
  method: PaymentMethod;
}

export type SimulatorAnswer = { status: number; body: Record<string, unknown> };

export function authoriseCharge(till: Till, terms: ChargeTerms, behaviour: Behaviour): SimulatorAnswer {
  const { store, clock, ids, settleMs } = till;
  const { order_id, payment_id, person_id, amount, currency, method } = terms;
  const isTransfer = method === 'bank_transfer';
  const state = stateAtFirst(behaviour, isTransfer);
  const charge: Charge = {
    charge_id: `ch_${ids.secret(18)}`,
    ...{ order_id, payment_id, person_id, amount, currency, method, state },
    captured: 0,
    refunded: 0,
    reason: state === 'failed' ? behaviour.declineReason : null,
    decline_reason: behaviour.declineReason,
    capture_fails: behaviour.captureFails ? 1 : 0,
    settle_at: state === 'settling' ? clock.nowMs() + settleMs : null,
    authorized_at: state === 'authorized' ? clock.nowMs() : null,
    created_at: clock.nowMs(),
  };
  store.insertCharge(charge);
  if (state === 'settling') till.schedule();
  const isUntold = behaviour.silence === 'charged' && state === 'authorized';
  if (isUntold || (till.tellsAll && state === 'authorized') || (till.tellsAll && state === 'failed')) {
    tell(till, `payment.${state}`, charge);
  }
  return { status: state === 'failed' ? 402 : 200, body: showCharge(till, charge) };
}

function stateAtFirst(behaviour: Behaviour, isTransfer: boolean): Charge['state'] {
  if (behaviour.isChallenged) return 'requires_action';
  if (isTransfer) return 'settling';
  return behaviour.declineReason === null ? 'authorized' : 'failed';
}

/** As the shop sees it. */
export function showCharge({ baseUrl }: Till, charge: Charge): Record<string, unknown> {
  const { capture_fails, decline_reason, settle_at, ...rest } = charge;
  const url = charge.state === 'requires_action' ? `${baseUrl()}/challenges/${charge.charge_id}` : undefined;
  return { ...rest, url };
}

export function captureCharge(till: Till, charge: Charge, amount: number): SimulatorAnswer {
  if (charge.state !== 'authorized') return no(409, `charge_is_${charge.state}`);
  if (amount > charge.amount) return no(409, 'more_than_authorized');
  if (charge.capture_fails === 1) return no(402, 'capture_failed');
  const captured = change(till, charge, { state: 'captured', captured: amount });
  if (till.tellsAll) tell(till, 'payment.captured', captured);
  return { status: 200, body: showCharge(till, captured) };
}

export function voidCharge(till: Till, charge: Charge): SimulatorAnswer {
  if (charge.state === 'voided') return { status: 200, body: showCharge(till, charge) };
  const isOpen = charge.state === 'authorized' || charge.state === 'requires_action' || charge.state === 'settling';
  if (!isOpen) return no(409, `charge_is_${charge.state}`);
  const voided = change(till, charge, { state: 'voided', settle_at: null });
  if (till.tellsAll) tell(till, 'payment.voided', voided);
  return { status: 200, body: showCharge(till, voided) };
}

export function refundCharge(till: Till, charge: Charge, refund: { amount: number; key: string }): SimulatorAnswer {
  const refunded = charge.refunded + refund.amount;
  if (refunded > charge.captured) return no(409, 'more_than_captured');
  const state = refunded === charge.captured ? 'refunded' : 'captured';
  const changed = change(till, charge, { refunded, state });
  if (till.tellsAll) tell(till, 'payment.refunded', changed, { amount: refund.amount, refund_key: refund.key });
  return { status: 200, body: { ...showCharge(till, changed), refund_ref: `re_${till.ids.secret(12)}` } };
}

/** Ends what waited: for the person at the challenge page, or for the bank. */
export function settleCharge(till: Till, charge: Charge, declineReason: string | null): Charge {
  const settled =
    declineReason === null
      ? change(till, charge, { state: 'authorized', authorized_at: till.clock.nowMs(), settle_at: null })
      : change(till, charge, { state: 'failed', reason: declineReason, settle_at: null });
  tell(till, `payment.${settled.state}`, settled);
  return settled;
}

export function no(status: number, reason: string): SimulatorAnswer {
  return { status, body: { reason } };
}

function change({ store }: Till, charge: Charge, fields: Partial<Charge>): Charge {
  const changed = { ...charge, ...fields };
  store.updateCharge(changed);
  return changed;
}

/** Written with the change itself, so that none gets lost. */
function tell(till: Till, type: string, charge: Charge, fields: Record<string, unknown> = {}): void {
  const { store, clock, ids, chaos, schedule } = till;
  const { order_id, amount, currency, charge_id, reason } = charge;
  const event_id = `evt_${ids.secret(18)}`;
  const data = { order_id, amount, currency, charge_id, reason: reason ?? undefined, ...fields };
  const body = JSON.stringify({ event_id, type, created_at: timestamp(clock.nowMs()), data });
  store.saveWebhook({ event_id, body, due_at: clock.nowMs() + chaos.webhookDelayMs(), tries: 0 });
  schedule();
}
