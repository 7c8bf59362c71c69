import assert from 'node:assert/strict';
import { timestamp } from '#platform/clock';
import { bucketOf } from '#platform/ids';
import type { NewEvent } from '#platform/outbox';
import type { NextAction, Payment, PaymentMethod, PaymentStatus, PaymentsEvent } from './contract.ts';
import type { FoundPayment } from './gateway.ts';

/** A payment as its table has it. */
export interface PaymentRow extends Payment {
  bucket: number;
  refunding: number;
  /** False while the last word of the gateway is missing. */
  outcome_known: boolean;
  wanted: 'capture' | 'void' | null;
  attempts: number;
  next_try_at: string | null;
  version: number;
}

/** Notes that nothing may be held for an order: no payment yet, and none wanted. */
export interface UnwantedRow {
  status: 'unwanted';
  bucket: number;
  order_id: string;
  reason: string | null;
  attempts: number;
  next_try_at: string | null;
  created_at: string;
  version: number;
}

export type Row = PaymentRow | UnwantedRow;

export function isUnwanted(row: Row): row is UnwantedRow {
  return row.status === 'unwanted';
}

/** What an authorisation is about, fixed from the first. */
export interface Terms {
  order_id: string;
  payment_id: string;
  person_id: string;
  amount: number;
  currency: string;
  method: PaymentMethod;
  gateway: string;
}

/** What is known of an authorisation. */
export type Learned =
  | { state: 'authorized'; gateway_ref: string }
  | { state: 'failed'; reason: string; gateway_ref: string | null }
  | { state: 'pending'; gateway_ref: string; next_action: NextAction }
  | { state: 'unknown' };

export type Change =
  | { kind: 'learned'; terms: Terms; learned: Learned }
  | { kind: 'captured'; fee?: number | undefined }
  /** Nothing of the payment itself: it is told whose its money is. */
  | { kind: 'sale' }
  | { kind: 'capture_unknown' }
  | { kind: 'capture_refused'; is_voided: boolean }
  | { kind: 'voided'; reason: string | null }
  | { kind: 'void_wanted'; reason: string };

export type PaymentEvent = NewEvent<PaymentsEvent['type'], PaymentsEvent['data']>;
export type Changed = { row: Row; event: PaymentEvent | null };

const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 5 * 60_000;
/** The gateway's webhook is to tell of these; we ask only in case that it never comes. */
const POLL_PENDING_MS = 30_000;

/** When the sweeper tries again after `attempts` tries in vain. */
export function retryAtMs(nowMs: number, attempts: number): number {
  return nowMs + Math.min(RETRY_FIRST_MS * 2 ** Math.min(attempts, 20), RETRY_MAX_MS);
}

/** The first row of an authorisation, as its answer says. */
export function openPayment(terms: Terms, learned: Learned, nowMs: number): PaymentRow {
  return {
    ...terms,
    bucket: bucketOf(terms.order_id),
    gateway_ref: learned.state === 'unknown' ? null : learned.gateway_ref,
    status: learned.state === 'unknown' ? 'pending' : learned.state,
    captured: 0,
    refunding: 0,
    refunded: 0,
    reason: learned.state === 'failed' ? learned.reason : null,
    next_action: nextAction(learned),
    outcome_known: learned.state !== 'unknown',
    wanted: null,
    attempts: 0,
    next_try_at: nextTry(learned, nowMs),
    created_at: timestamp(nowMs),
    captured_at: null,
    version: 1,
  };
}

function nextAction(learned: Learned): NextAction | null {
  if (learned.state === 'pending') return learned.next_action;
  return learned.state === 'unknown' ? { type: 'wait' } : null;
}

/**
 * A failure of which the gateway has no record is looked after for a while: the request may yet arrive there, and its
 * money is then given back.
 */
function nextTry(learned: Learned, nowMs: number): string | null {
  const isUnseen = learned.state === 'failed' && learned.gateway_ref === null;
  if (learned.state === 'unknown' || isUnseen) return timestamp(retryAtMs(nowMs, 0));
  return learned.state === 'pending' ? timestamp(nowMs + POLL_PENDING_MS) : null;
}

/** The whole state machine of a payment, but for refunds. Applying a change twice changes nothing the second time. */
export function applyChange(row: Row, change: Change, nowMs: number): Changed {
  if (change.kind === 'learned') return learn(row, change, nowMs);
  if (isUnwanted(row)) return { row, event: null };
  switch (change.kind) {
    case 'captured':
      if (row.status !== 'authorized') return { row, event: null };
      return told(row, {
        status: 'captured',
        captured: row.amount,
        captured_at: timestamp(nowMs),
        outcome_known: true,
        ...settled,
      });
    case 'sale':
      return { row, event: null };
    case 'capture_unknown':
      if (row.status !== 'authorized' || row.wanted !== null) return { row, event: null };
      return quiet(row, { wanted: 'capture', outcome_known: false, ...retrySoon(nowMs) });
    case 'capture_refused': {
      if (row.status !== 'authorized') return { row, event: null };
      const isDone = change.is_voided;
      const rest = isDone ? settled : ({ wanted: 'void', ...retrySoon(nowMs) } as const);
      return told(row, { status: 'failed', reason: 'capture_failed', outcome_known: isDone, ...rest });
    }
    case 'voided':
      if (row.status === 'authorized' || row.status === 'pending') {
        const reason = change.reason ?? row.reason;
        return told(row, { status: 'voided', reason, next_action: null, outcome_known: true, ...settled });
      }
      // Money that came after the end of a failed or voided payment has been given back.
      if (row.wanted !== 'void') return { row, event: null };
      return quiet(row, { outcome_known: true, ...settled });
    case 'void_wanted':
      if ((row.status !== 'authorized' && row.status !== 'pending') || row.wanted === 'void') {
        return { row, event: null };
      }
      return quiet(row, { wanted: 'void', reason: change.reason, ...retrySoon(nowMs) });
  }
}

function learn(row: Row, { terms, learned }: Extract<Change, { kind: 'learned' }>, nowMs: number): Changed {
  if (isUnwanted(row)) {
    const opened = openPayment(terms, learned, nowMs);
    const { version, created_at, reason } = { ...row, version: row.version + 1 };
    if (learned.state === 'failed')
      return { row: { ...opened, version, created_at, reason: learned.reason }, event: null };
    const wanted = { wanted: 'void', ...retrySoon(nowMs) } as const;
    return { row: { ...opened, version, created_at, reason, ...wanted }, event: null };
  }
  if (row.status === 'pending') return learnOfPending(row, learned, nowMs);
  const isOver = row.status === 'failed' || row.status === 'voided';
  if (!isOver || learned.state !== 'authorized' || row.wanted === 'void') return { row, event: null };
  // Also under the reference that we know: an authorisation may arrive at the gateway after its void. One void too many
  // costs a call; one too few would keep somebody's money.
  return quiet(row, { gateway_ref: learned.gateway_ref, wanted: 'void', outcome_known: false, ...retrySoon(nowMs) });
}

function learnOfPending(row: PaymentRow, learned: Learned, nowMs: number): Changed {
  switch (learned.state) {
    case 'unknown':
      return { row, event: null };
    case 'pending': {
      const isNews = !row.outcome_known || row.gateway_ref !== learned.gateway_ref;
      if (!isNews) return { row, event: null };
      const { gateway_ref, next_action } = learned;
      const next_try_at = row.wanted === 'void' ? row.next_try_at : nextTry(learned, nowMs);
      return quiet(row, { gateway_ref, next_action, outcome_known: true, attempts: 0, next_try_at });
    }
    case 'failed': {
      const fields = {
        status: 'failed',
        reason: learned.reason,
        gateway_ref: learned.gateway_ref ?? row.gateway_ref,
        next_action: null,
        outcome_known: true,
      } as const;
      return told(row, { ...fields, ...settled, next_try_at: nextTry(learned, nowMs) });
    }
    case 'authorized': {
      const { gateway_ref } = learned;
      const known = { status: 'authorized', gateway_ref, next_action: null, outcome_known: true } as const;
      // Nobody is told of money that is on its way back.
      if (row.wanted === 'void') return quiet(row, known);
      return told(row, { ...known, ...settled });
    }
  }
}

const settled = { wanted: null, attempts: 0, next_try_at: null } as const;

function retrySoon(nowMs: number): Pick<PaymentRow, 'attempts' | 'next_try_at'> {
  return { attempts: 0, next_try_at: timestamp(retryAtMs(nowMs, 0)) };
}

function quiet(row: PaymentRow, fields: Partial<PaymentRow>): Changed {
  return { row: { ...row, ...fields, version: row.version + 1 }, event: null };
}

function told(before: PaymentRow, fields: Partial<PaymentRow> & { status: PaymentStatus }): Changed {
  const row = { ...before, ...fields, version: before.version + 1 };
  assert(row.refunding + row.refunded <= row.captured && row.captured <= row.amount, 'no more money than there is');
  const { order_id, payment_id, amount, reason, version } = row;
  const type = `payment.${fields.status}` as PaymentsEvent['type'];
  return { row, event: { aggregate_id: payment_id, version, type, data: { order_id, payment_id, amount, reason } } };
}

/** What the gateway's books say of the authorisation itself; capture and void are changes of their own. */
export function learnedFrom(found: FoundPayment): Learned {
  const { gateway_ref, state } = found;
  if (state === 'pending') return { state, gateway_ref, next_action: found.next_action ?? { type: 'wait' } };
  if (state === 'failed') return { state, gateway_ref, reason: found.reason ?? 'declined' };
  return { state: 'authorized', gateway_ref };
}

/** In words, what contradicts our record; null where nothing does. What an event doesn't say can't contradict. */
export function contradiction(
  row: PaymentRow,
  claim: { gateway: string; gateway_ref: string | null; amount: number | null; currency: string | null },
): string | null {
  if (claim.gateway !== row.gateway) return `the payment is with ${row.gateway}, not with ${claim.gateway}`;
  if (claim.currency !== null && claim.currency !== row.currency) return `${claim.currency} instead of ${row.currency}`;
  if (claim.amount !== null && claim.amount !== row.amount)
    return `an amount of ${claim.amount} instead of ${row.amount}`;
  if (claim.gateway_ref !== null && row.gateway_ref !== null && claim.gateway_ref !== row.gateway_ref) {
    return `another payment of the gateway (${claim.gateway_ref}) than ours (${row.gateway_ref})`;
  }
  return null;
}

/** The payment as the contract shows it. */
export function present(row: PaymentRow): Payment {
  const { order_id, payment_id, person_id, amount, currency, method, gateway, gateway_ref, status } = row;
  const { captured, refunded, reason, next_action, created_at, captured_at } = row;
  const terms = { payment_id, order_id, person_id, amount, currency, method, gateway, gateway_ref };
  return { ...terms, status, captured, refunded, reason, next_action, created_at, captured_at };
}
