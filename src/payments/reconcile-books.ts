import { timestamp } from '#platform/clock';
import { firstIdAt } from '#platform/ids';
import { Unavailable } from '#platform/outcome';
import type { Database } from '#platform/sql';
import { compareBooks, isUnderWay } from './compare-books.ts';
import type { FoundPayment } from './gateway.ts';
import type { GatewayCalls } from './gateway-call.ts';
import type { PaymentContext } from './payment-context.ts';
import {
  type Counts,
  type FoundDifference,
  readOpenDifferences,
  readOrderIdsBetween,
  resolveDifferences,
  saveDifferences,
} from './reconcile-store.ts';
import { isUnwanted, type Row } from './rules.ts';
import { findAnywhere, settleRow } from './settle-payment.ts';

/**
 * The order ids of a slice are in memory: on an ordinary day, at 230 orders a second, 140,000 of ten minutes. Where
 * less happens the slices grow, so that a quiet month is read in seconds.
 */
const SLICE = { leastMs: 600_000, mostMs: 86_400_000, orders: 50_000 };
const AT_ONCE = 16;
const OPEN_AGAIN_MAX = 1_000;
/** An order is older than its payment by as long as its checkout needed to reach the gateway. */
const ORDER_BEFORE_PAYMENT_MS = 60_000;

interface Reconciling {
  context: PaymentContext;
  db: Database;
  gateway: GatewayCalls;
  counts: Counts;
  signal: AbortSignal;
}

/**
 * Compares a gateway's records with ours over a time: first what it lists of that time, then what we have of it besides,
 * asked one by one, then what differed before. A difference is looked at twice, and what can be caught up with is.
 */
export async function reconcileBooks(
  of: Omit<Reconciling, 'counts'> & { period: { from: string; to: string } },
  onProgress: (counts: Counts) => Promise<void>,
): Promise<void> {
  const counts: Counts = { compared: 0, open: 0, differences: 0 };
  const work = { ...of, counts };
  const seenBefore = timestamp(of.context.clock.nowMs());
  const toMs = Date.parse(of.period.to);
  // An order and its payment may lie on two sides of a slice's end.
  let before: ReadonlySet<string> = new Set();
  let lengthMs = SLICE.leastMs;
  for (let fromMs = Date.parse(of.period.from); fromMs < toMs; ) {
    const slice = { fromMs, toMs: Math.min(fromMs + lengthMs, toMs) };
    const listed = await compareListed(work, slice, before);
    const ours = await compareOurs(work, slice, orderId => listed.has(orderId) || before.has(orderId));
    before = new Set([...listed, ...ours]);
    await onProgress(counts);
    fromMs = slice.toMs;
    lengthMs = before.size < SLICE.orders ? Math.min(2 * lengthMs, SLICE.mostMs) : SLICE.leastMs;
  }
  const open = await readOpenDifferences(of.db, { gateway: of.gateway.name, seenBefore, most: OPEN_AGAIN_MAX });
  await compareEach(work, open);
  await onProgress(counts);
}

type Slice = { fromMs: number; toMs: number };

async function compareListed(
  work: Reconciling,
  { fromMs, toMs }: Slice,
  before: ReadonlySet<string>,
): Promise<Set<string>> {
  const seen = new Set<string>();
  const { list } = work.gateway;
  if (list === undefined) return seen;
  const period = { from: timestamp(fromMs), to: timestamp(toMs) };
  for (let after: string | null = null; ; ) {
    work.signal.throwIfAborted();
    const page = await list({ ...period, after });
    if (page.state !== 'listed') throw new Unavailable(`${work.gateway.name} does not list its payments`);
    const payments = page.payments.filter(payment => !before.has(payment.order_id));
    const rows = await readRows(
      work,
      payments.map(payment => payment.order_id),
    );
    for (const { order_id } of payments) seen.add(order_id);
    await note(
      work,
      payments.map(payment => ({ found: payment, row: rows.get(payment.order_id) ?? null })),
    );
    if (page.next === null) return seen;
    after = page.next;
  }
}

/** Answers what it has compared. */
async function compareOurs(
  work: Reconciling,
  { fromMs, toMs }: Slice,
  isCompared: (orderId: string) => boolean,
): Promise<string[]> {
  const fromId = firstIdAt(fromMs - ORDER_BEFORE_PAYMENT_MS);
  const span = { gateway: work.gateway.name, fromId, toId: firstIdAt(toMs) };
  const left = (await readOrderIdsBetween(work.db, span)).filter(orderId => !isCompared(orderId));
  await compareEach(work, left);
  return left;
}

async function compareEach(work: Reconciling, orderIds: string[]): Promise<void> {
  for (let i = 0; i < orderIds.length; i += AT_ONCE) {
    work.signal.throwIfAborted();
    const some = orderIds.slice(i, i + AT_ONCE);
    const rows = await readRows(work, some);
    const pairs = some.map(async order_id => {
      const row = rows.get(order_id) ?? null;
      return { row, found: await findAt(work.gateway, order_id, row) };
    });
    await note(work, await Promise.all(pairs));
  }
}

async function readRows({ context }: Reconciling, orderIds: string[]): Promise<Map<string, Row>> {
  const rows = await Promise.all(orderIds.map(orderId => context.groups.read.submit(orderId)));
  return new Map(rows.flatMap(row => (row === null ? [] : [[row.order_id, row]])));
}

async function findAt(gateway: GatewayCalls, order_id: string, row: Row | null): Promise<FoundPayment | null> {
  const gateway_ref = row === null || isUnwanted(row) ? null : row.gateway_ref;
  const result = await gateway.find({ order_id, gateway_ref });
  if (result.state === 'found') return result.payment;
  if (result.state === 'not_found') return null;
  throw new Unavailable(`${gateway.name} does not answer what became of order ${order_id}`);
}

/** Writes down what differs, and what does so no more. */
async function note(work: Reconciling, pairs: { row: Row | null; found: FoundPayment | null }[]): Promise<void> {
  const { context, db, gateway, counts } = work;
  const judged = await Promise.all(pairs.map(pair => judge(work, pair)));
  const at = timestamp(context.clock.nowMs());
  const found = judged.flatMap(({ difference }) => difference ?? []);
  const agreed = judged.filter(({ isOpen, difference }) => !isOpen && difference === null);
  counts.compared += pairs.length;
  counts.open += judged.filter(({ isOpen }) => isOpen).length;
  counts.differences += found.length;
  await saveDifferences(db, { gateway: gateway.name, found, at });
  await resolveDifferences(db, { gateway: gateway.name, orderIds: agreed.map(({ order_id }) => order_id), at });
  for (const { order_id, kind, detail } of found) {
    context.alarms.inc({ kind: 'books_differ' });
    context.log.error({ gateway: gateway.name, order_id, kind, detail }, "the gateway's books differ from ours");
  }
}

type Judged = { order_id: string; isOpen: boolean; difference: FoundDifference | null };

async function judge(
  { context, gateway }: Reconciling,
  { row, found }: { row: Row | null; found: FoundPayment | null },
): Promise<Judged> {
  const order_id = (row ?? found)!.order_id;
  const differs = (kind: FoundDifference['kind'], detail: string): Judged => {
    return { order_id, isOpen: false, difference: { order_id, kind, detail } };
  };
  if (row === null || isUnwanted(row)) {
    const isMoney = found !== null && (found.state === 'authorized' || found.captured > found.refunded);
    if (!isMoney) return { order_id, isOpen: false, difference: null };
    // It is recorded, and told: its order takes it up, or where there is none it is given back.
    await findAnywhere(context, order_id, { gateway: gateway.name, gateway_ref: found.gateway_ref });
    return differs('unknown_here', `here is no payment, there ${found.captured} were captured (${found.state})`);
  }
  if (isUnderWay(row)) return { order_id, isOpen: true, difference: null };
  if (compareBooks(row, found) === null) return { order_id, isOpen: false, difference: null };
  // Both may have moved between the two looks, and what the gateway has taken or voided by itself is caught up with.
  await settleRow(context, row);
  const now = await context.groups.read.submit(order_id);
  if (now === null || isUnwanted(now) || isUnderWay(now)) return { order_id, isOpen: true, difference: null };
  const difference = compareBooks(now, await findAt(gateway, order_id, now));
  return difference === null
    ? { order_id, isOpen: false, difference: null }
    : differs(difference.kind, difference.detail);
}
