import assert from 'node:assert/strict';
import { timestamp } from '#platform/clock';
import type { Split } from './contract.ts';
import type { PaymentEvent, PaymentRow } from './rules.ts';

export interface RefundRow {
  bucket: number;
  refund_id: string;
  order_id: string;
  amount: number;
  note: string;
  split: Split | null;
  status: 'pending' | 'done' | 'failed';
  gateway_ref: string | null;
  problem: string | null;
  attempts: number;
  next_try_at: string | null;
  created_at: string;
  ended_at: string | null;
}

export type RefundStep =
  | { kind: 'reserve'; refund_id: string; order_id: string; amount: number; note: string; split: Split | null }
  | { kind: 'done'; refund_id: string; order_id: string; gateway_ref: string }
  | { kind: 'refused'; refund_id: string; order_id: string; problem: string };

export type RefundAnswer = 'REFUND_EXCEEDS_CAPTURED' | 'PAYMENT_NOT_CAPTURED' | 'ok';
export type RefundStepped = {
  row: PaymentRow | null;
  refund: RefundRow | null;
  event: PaymentEvent | null;
  answer: RefundAnswer;
};

/** How long the caller itself works on a refund that it has reserved; after that the sweeper may take it up. */
const REFUND_LEASE_MS = 30_000;

/** A refund's life: reserved in the payment first, then done, or given back when the gateway refuses. */
export function stepRefund(
  row: PaymentRow | null,
  refund: RefundRow | null,
  step: RefundStep,
  nowMs: number,
): RefundStepped {
  if (step.kind === 'reserve') return reserveRefund(row, refund, step, nowMs);
  assert(row !== null && refund !== null, 'only a refund that was reserved can end');
  if (refund.status !== 'pending') return { row, refund, event: null, answer: 'ok' };
  const { amount, refund_id } = refund;
  const refunding = row.refunding - amount;
  const ended = { ended_at: timestamp(nowMs), next_try_at: null };
  if (step.kind === 'refused') {
    const failed: RefundRow = { ...refund, ...ended, status: 'failed', problem: step.problem };
    return { row: { ...row, refunding, version: row.version + 1 }, refund: failed, event: null, answer: 'ok' };
  }
  const refunded = row.refunded + amount;
  const status = refunded === row.captured ? 'refunded' : 'partially_refunded';
  const after: PaymentRow = { ...row, refunding, refunded, status, version: row.version + 1 };
  const { payment_id, order_id, version } = after;
  const data = { order_id, payment_id, amount, reason: refund.note, refund_id };
  const event: PaymentEvent = { aggregate_id: payment_id, version, type: 'payment.refunded', data };
  const done: RefundRow = { ...refund, ...ended, status: 'done', gateway_ref: step.gateway_ref, problem: null };
  return { row: after, refund: done, event, answer: 'ok' };
}

function reserveRefund(
  row: PaymentRow | null,
  refund: RefundRow | null,
  step: Extract<RefundStep, { kind: 'reserve' }>,
  nowMs: number,
): RefundStepped {
  if (refund !== null) return { row, refund, event: null, answer: 'ok' };
  const no = (answer: RefundAnswer): RefundStepped => ({ row, refund: null, event: null, answer });
  if (row === null || row.captured_at === null) return no('PAYMENT_NOT_CAPTURED');
  if (row.refunding + row.refunded + step.amount > row.captured) return no('REFUND_EXCEEDS_CAPTURED');
  const { refund_id, order_id, amount, note, split } = step;
  const reserved: RefundRow = {
    bucket: row.bucket,
    refund_id,
    order_id,
    amount,
    note,
    split,
    status: 'pending',
    gateway_ref: null,
    problem: null,
    attempts: 0,
    next_try_at: timestamp(nowMs + REFUND_LEASE_MS),
    created_at: timestamp(nowMs),
    ended_at: null,
  };
  const after = { ...row, refunding: row.refunding + amount, version: row.version + 1 };
  return { row: after, refund: reserved, event: null, answer: 'ok' };
}
