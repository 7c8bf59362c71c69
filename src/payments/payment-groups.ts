import { timestamp } from '#platform/clock';
import { groupByBucket } from '#platform/group-by-bucket';
import type { GroupCommit } from '#platform/group-commit';
import { bucketOf } from '#platform/ids';
import type { ModuleDeps } from '#platform/module';
import { appendEvents, type Outbox } from '#platform/outbox';
import type { Route } from '#platform/route';
import type { Split } from './contract.ts';
import type { JournalEntry } from './journal-rules.ts';
import { appendEntries } from './journal-store.ts';
import { openAccounts } from './post-entries.ts';
import { type RefundRow, type RefundStep, type RefundStepped, stepRefund } from './refund-rules.ts';
import { applyChange, type Change, isUnwanted, type PaymentEvent, type PaymentRow, type Row } from './rules.ts';
import * as store from './store.ts';
import { keepWebhooks, type WebhookRow } from './webhook-store.ts';

/**
 * Every write of the module, in groups. An order's usual way costs one grouped statement, `insert`. All else is rare
 * and goes through `change` and `refund`, which lock the rows, let the rules decide in order of arrival, and write once. Each is a compare-and-set, so a group whose connection was lost is simply run again.
 */
export interface PaymentGroups {
  read: GroupCommit<string, Row | null>;
  /** True where the row was written; false where the order had one, which stays as it is. */
  insert: GroupCommit<FirstRow, boolean>;
  /** By the entry of its money; null where the payment was not authorised (any more). */
  capture: GroupCommit<JournalEntry, PaymentRow | null>;
  change: GroupCommit<PaymentChange, Row>;
  refund: GroupCommit<RefundStep, RefundStepped>;
  webhook: GroupCommit<WebhookRow, true>;
  stop(): Promise<void>;
}

/**
 * `split`: the order says whose the money is. Whatever the change itself comes to, somebody else may have captured the
 * payment meanwhile, who didn't know it.
 */
export interface PaymentChange {
  order_id: string;
  change: Change;
  split?: Split | undefined;
}

/** `entry`: of money that is captured already. */
export interface FirstRow {
  row: Row;
  entry?: JournalEntry;
}

const READS_IN_PARALLEL = 4;

export function createPaymentGroups(deps: ModuleDeps, outbox: Outbox): PaymentGroups {
  const { db, clock, random, metrics, sharding } = deps;
  const common = { clock, random, metrics, sharding };
  /** Running a compare-and-set again answers the same, so nothing has to be looked up after a lost connection. */
  const again = async (commands: unknown[]) => commands.map(() => undefined);

  async function readAll(orderIds: string[]): Promise<(Row | null)[]> {
    const rows = byOrder(await store.readPayments(db, unique(orderIds)));
    return orderIds.map(orderId => rows.get(orderId) ?? null);
  }

  const groups = {
    read: groupByBucket<string, Row | null>({
      ...common,
      name: 'payments_read',
      bucketOf,
      parallel: READS_IN_PARALLEL,
      run: readAll,
      find: again,
    }),
    insert: groupByBucket<FirstRow, boolean>({
      ...common,
      name: 'payments_insert',
      bucketOf: ({ row }) => row.bucket,
      run: (firsts, route) => insertAll(deps, outbox, firsts, route),
      // A row that is there already may be another one's: its writer then compares and changes it.
      find: again,
    }),
    capture: groupByBucket<JournalEntry, PaymentRow | null>({
      ...common,
      name: 'payments_capture',
      bucketOf: ({ order_id }) => bucketOf(order_id),
      async run(entries, route) {
        const rows = byOrder(await store.capturePayments(db, oneAnOrder(entries), timestamp(clock.nowMs()), route));
        if (rows.size > 0) outbox.committed();
        return entries.map(({ order_id }) => (rows.get(order_id) as PaymentRow | undefined) ?? null);
      },
      find: again,
    }),
    change: groupByBucket<PaymentChange, Row>({
      ...common,
      name: 'payments_change',
      bucketOf: ({ order_id }) => bucketOf(order_id),
      run: (commands, route) => changeAll(deps, outbox, commands, route),
      find: again,
    }),
    refund: groupByBucket<RefundStep, RefundStepped>({
      ...common,
      name: 'payments_refund',
      bucketOf: ({ order_id }) => bucketOf(order_id),
      run: (steps, route) => refundAll(deps, outbox, steps, route),
      find: again,
    }),
    webhook: groupWebhooks(deps),
  };
  return {
    ...groups,
    async stop() {
      await Promise.all(Object.values(groups).map(group => group.stop()));
    },
  };
}

/** Of two who capture an order at once, the one that knows whose money it is. */
function oneAnOrder(entries: JournalEntry[]): JournalEntry[] {
  const chosen = new Map<string, JournalEntry>();
  for (const entry of entries) {
    if ((chosen.get(entry.order_id)?.customer ?? -1) < 0) chosen.set(entry.order_id, entry);
  }
  return [...chosen.values()];
}

/** Each event once, however often it comes. */
function groupWebhooks({ db, clock, random, metrics, sharding }: ModuleDeps): GroupCommit<WebhookRow, true> {
  return groupByBucket<WebhookRow, true>({
    ...{ clock, random, metrics, sharding },
    name: 'payments_webhook',
    bucketOf: row => row.bucket,
    async run(rows, route) {
      const events = new Map(rows.map(row => [`${row.gateway} ${row.event_id}`, row]));
      await keepWebhooks(db, [...events.values()], route);
      return rows.map(() => true as const);
    },
    find: async rows => rows.map(() => undefined),
  });
}

async function insertAll(
  { db, clock }: ModuleDeps,
  outbox: Outbox,
  commands: FirstRow[],
  route: Route,
): Promise<boolean[]> {
  const firsts = new Map<string, FirstRow>();
  for (const command of commands) if (!firsts.has(command.row.order_id)) firsts.set(command.row.order_id, command);
  const rows = [...firsts.values()].map(({ row }) => row);
  const entries = [...firsts.values()].flatMap(({ entry }) => entry ?? []);
  const written = new Set(await store.insertPayments(db, rows, entries, timestamp(clock.nowMs()), route));
  if (written.size > 0) outbox.committed();
  return commands.map(command => written.has(command.row.order_id) && firsts.get(command.row.order_id) === command);
}

async function changeAll(
  { db, clock }: ModuleDeps,
  outbox: Outbox,
  commands: PaymentChange[],
  route: Route,
): Promise<Row[]> {
  const { results, events } = await db.transaction(async tx => {
    const orderIds = unique(commands.map(command => command.order_id));
    const locked = byOrder(await store.lockPayments(tx, orderIds, route));
    const events: PaymentEvent[] = [];
    const touched = new Map<string, PaymentRow>();
    const told = commands.filter(({ split }) => split !== undefined);
    const accounts = await openAccounts(tx, unique(told.map(command => command.order_id)));
    const results = commands.map(({ order_id, change, split }) => {
      const before = locked.get(order_id);
      if (before === undefined) throw new Error('only an order that has a row can change it');
      const { row, event } = applyChange(before, change, clock.nowMs());
      if (event !== null) events.push(event);
      if (!isUnwanted(row)) {
        if (change.kind === 'captured' && row !== before) accounts.capture(row, split, change.fee ?? 0);
        else if (split !== undefined) accounts.sale(row, split);
      }
      if (row !== before && !isUnwanted(row)) touched.set(order_id, row);
      locked.set(order_id, row);
      return row;
    });
    const at = timestamp(clock.nowMs());
    if (touched.size > 0) await store.updatePayments(tx, [...touched.values()], at, route);
    await appendEntries(tx, accounts.entries, at, route);
    await appendEvents(tx, 'payments', events, route);
    return { results, events };
  });
  if (events.length > 0) outbox.committed();
  return results;
}

async function refundAll(
  { db, clock }: ModuleDeps,
  outbox: Outbox,
  steps: RefundStep[],
  route: Route,
): Promise<RefundStepped[]> {
  const { results, events } = await db.transaction(async tx => {
    const payments = byOrder(await store.lockPayments(tx, unique(steps.map(step => step.order_id)), route));
    const refunds = new Map((await store.readRefunds(tx, steps)).map(refund => [refund.refund_id, refund]));
    const events: PaymentEvent[] = [];
    const ended = steps.filter(step => step.kind === 'done').map(step => step.order_id);
    const accounts = await openAccounts(tx, unique(ended));
    const touched = { payments: new Map<string, PaymentRow>(), refunds: new Map<string, RefundRow>() };
    const results = steps.map(step => {
      const payment = payments.get(step.order_id) ?? null;
      const before = payment === null || isUnwanted(payment) ? null : payment;
      const refund = refunds.get(step.refund_id) ?? null;
      const stepped = stepRefund(before, refund, step, clock.nowMs());
      if (stepped.event !== null) {
        events.push(stepped.event);
        accounts.refund(stepped.row!, stepped.refund!);
      }
      if (stepped.row !== null && stepped.row !== before) {
        touched.payments.set(step.order_id, stepped.row);
        payments.set(step.order_id, stepped.row);
      }
      if (stepped.refund !== null && stepped.refund !== refund) {
        touched.refunds.set(step.refund_id, stepped.refund);
        refunds.set(step.refund_id, stepped.refund);
      }
      return stepped;
    });
    const at = timestamp(clock.nowMs());
    if (touched.payments.size > 0) await store.updatePayments(tx, [...touched.payments.values()], at, route);
    if (touched.refunds.size > 0) await store.saveRefunds(tx, [...touched.refunds.values()], route);
    await appendEntries(tx, accounts.entries, at, route);
    await appendEvents(tx, 'payments', events, route);
    return { results, events };
  });
  if (events.length > 0) outbox.committed();
  return results;
}

function byOrder(rows: Row[]): Map<string, Row> {
  return new Map(rows.map(row => [row.order_id, row]));
}

function unique(ids: string[]): string[] {
  return [...new Set(ids)];
}
