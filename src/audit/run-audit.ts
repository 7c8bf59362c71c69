import type { AuditReport } from '#audit';
import type { Inventory, InventoryFact } from '#inventory';
import { limits } from '#limits';
import type { Orders } from '#orders';
import type { Payments } from '#payments';
import { type Clock, timestamp } from '#platform/clock';
import {
  type HoldFact,
  holdInvariants,
  type Invariant,
  type OrderView,
  orderInvariants,
  type SaleFact,
  type StockFact,
  stockInvariants,
} from './invariants.ts';
import { mergeFacts, streamFacts } from './merge-facts.ts';

export interface AuditDeps {
  inventory: Inventory;
  orders: Orders;
  payments: Payments;
  clock: Clock;
}

type Finding = AuditReport['invariants'][number];
const VIOLATIONS_SHOWN_MAX = 100;
/** Modules commit one after another, so an order this young may be seen between two of its steps. */
const SETTLED_AFTER_MS = 60_000;
/** Over the whole audit: a shop that is broken in many places is told so in this time too. */
const RECHECKS_WITHIN_MS = 30_000;
const RECHECK_PAUSE_MS = 500;

export async function runAudit(deps: AuditDeps): Promise<AuditReport> {
  const { clock } = deps;
  const stock = await checkStream(stockInvariants, inventoryFacts<StockFact>(deps, 'stock'));
  const holds = await checkStream(holdInvariants, inventoryFacts<HoldFact>(deps, 'holds'));
  const orders = await checkOrders(deps);
  const invariants = [...stock, ...holds, ...orders];
  return { ok: invariants.every(finding => finding.ok), checked_at: timestamp(clock.nowMs()), invariants };
}

function inventoryFacts<Fact extends { key: string }>({ inventory }: AuditDeps, kind: 'stock' | 'holds') {
  const limit = limits.factsPerReadMax;
  const read = async (after: string | null) => (await inventory.readFacts({ kind, after, limit })) as unknown as Fact[];
  return streamFacts(read, fact => fact.key);
}

function newFindings<Fact>(invariants: Invariant<Fact>[]): Map<Invariant<Fact>, Finding> {
  return new Map(
    invariants.map(invariant => [invariant, { name: invariant.name, ok: true, checked: 0, violations: [] }]),
  );
}

function addViolation(finding: Finding, key: string, text: string): void {
  finding.ok = false;
  if (finding.violations.length < VIOLATIONS_SHOWN_MAX) finding.violations.push(`${key}: ${text}`);
}

async function checkStream<Fact extends { key: string }>(
  invariants: Invariant<Fact>[],
  facts: AsyncGenerator<Fact>,
): Promise<Finding[]> {
  const findings = newFindings(invariants);
  for await (const fact of facts) {
    for (const [invariant, finding] of findings) {
      if (!invariant.applies(fact)) continue;
      finding.checked += 1;
      const text = invariant.violation(fact);
      if (text !== null) addViolation(finding, fact.key, text);
    }
  }
  return [...findings.values()];
}

async function checkOrders(deps: AuditDeps): Promise<Finding[]> {
  const findings = newFindings(orderInvariants);
  const untilMs = deps.clock.nowMs() + RECHECKS_WITHIN_MS;
  for await (const view of orderViews(deps)) {
    for (const [invariant, finding] of findings) {
      if (!invariant.applies(view)) continue;
      finding.checked += 1;
      if (invariant.violation(view) === null) continue;
      const text = await violationThatStays(deps, invariant, view, untilMs);
      if (text !== null) addViolation(finding, view.key, text);
    }
  }
  return [...findings.values()];
}

function orderViews({ orders, payments, inventory }: AuditDeps): AsyncGenerator<OrderView> {
  const limit = limits.factsPerReadMax;
  const orderKey = (fact: { order_id: string }) => fact.order_id;
  const saleKey = (fact: SaleFact) => fact.key;
  const readSales = async (after: string | null) =>
    (await inventory.readFacts({ kind: 'sales', after, limit })).map(saleOf);
  return mergeFacts<Required<Omit<OrderView, 'key'>>>({
    order: { facts: streamFacts(after => orders.readFacts({ after, limit }), orderKey), keyOf: orderKey },
    payment: { facts: streamFacts(after => payments.readFacts({ after, limit }), orderKey), keyOf: orderKey },
    sale: { facts: streamFacts(readSales, saleKey), keyOf: saleKey },
  });
}

function saleOf({ key, units }: InventoryFact): SaleFact {
  return { key, units: String(units) };
}

/** A young order is read again until what is wrong is gone, or it is old enough to be called a violation. */
async function violationThatStays(
  deps: AuditDeps,
  invariant: Invariant<OrderView>,
  first: OrderView,
  untilMs: number,
): Promise<string | null> {
  let view = first;
  for (let tries = 0; ; tries += 1) {
    const text = invariant.applies(view) ? invariant.violation(view) : null;
    const ageMs = Math.min(
      view.order?.age_ms ?? Number.POSITIVE_INFINITY,
      view.payment?.age_ms ?? Number.POSITIVE_INFINITY,
    );
    // The streams are read one after another: even of an old order one part may be from before the other, once.
    const isOld = ageMs > SETTLED_AFTER_MS || deps.clock.nowMs() > untilMs;
    if (text === null || (tries > 0 && isOld)) return text;
    await deps.clock.sleep(tries === 0 ? 0 : RECHECK_PAUSE_MS);
    view = await readOrderView(deps, first.key);
  }
}

async function readOrderView({ orders, payments, inventory }: AuditDeps, key: string): Promise<OrderView> {
  const input = { after: idBefore(key), limit: 1 };
  const [order] = await orders.readFacts(input);
  const [payment] = await payments.readFacts(input);
  const [sale] = await inventory.readFacts({ kind: 'sales', ...input });
  return {
    key,
    order: order?.order_id === key ? order : undefined,
    payment: payment?.order_id === key ? payment : undefined,
    sale: sale?.key === key ? saleOf(sale) : undefined,
  };
}

/** The id right before `id` in text order: reading after it begins at `id`. */
function idBefore(id: string): string {
  const number = BigInt(`0x${id.replaceAll('-', '')}`) - 1n;
  const hex = number.toString(16).padStart(32, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
