import assert from 'node:assert/strict';
import { timestamp } from '#platform/clock';
import { groupByBucket } from '#platform/group-by-bucket';
import { bucketOf } from '#platform/ids';
import type { ModuleDeps } from '#platform/module';
import { appendEvents, type NewEvent, type Outbox } from '#platform/outbox';
import type { Route } from '#platform/route';
import type { Connection } from '#platform/sql';
import { transitions } from './rules.ts';
import { confirmOrders, insertOrders, moveOrders, type OrderRow, readOrders, type Transition } from './store.ts';

interface Move {
  step: Transition;
  events: (order: OrderRow) => NewEvent[];
}

/**
 * Every creation and every step of an order's life is written here, in groups: one transaction for all that wait. The
 * two steps of an order that goes well have a statement each; the others are rare and share one.
 */
export interface OrderWriter {
  /** False where the order is in already, or its checkout is not as it was read: `after` is the order that it had. */
  create(order: OrderRow, after: string | null): Promise<boolean>;
  /** PAYMENT_PENDING → CONFIRMED, with its event; null where the order did not stand there any more. */
  confirm(order: OrderRow): Promise<OrderRow | null>;
  /** The order as it is then, or null where it no longer stood where it should. */
  move(step: Transition, events?: (order: OrderRow) => NewEvent[]): Promise<OrderRow | null>;
  stop(): Promise<void>;
}

export function createOrderWriter(deps: ModuleDeps, outbox: Outbox): OrderWriter {
  const { db, clock, random, metrics, sharding } = deps;
  const common = { clock, random, metrics, sharding };
  const creates = groupByBucket<{ order: OrderRow; after: string | null }, boolean>({
    ...common,
    name: 'orders_create',
    bucketOf: ({ order }) => bucketOf(order.order_id),
    async run(commands, route) {
      const created = await insertOrders(db, commands, route);
      return commands.map(({ order }) => created.has(order.order_id));
    },
    async find(commands) {
      const rows = await readById(
        db,
        commands.map(({ order }) => order.order_id),
      );
      return commands.map(({ order }) => (rows.has(order.order_id) ? true : undefined));
    },
  });
  const confirms = groupByBucket<OrderRow, OrderRow | null>({
    ...common,
    name: 'orders_confirm',
    bucketOf: order => bucketOf(order.order_id),
    async run(orders, route) {
      const at = timestamp(clock.nowMs());
      const versions = await confirmOrders(db, orders.map(confirmationOf), at, route);
      if (versions.size > 0) outbox.committed();
      return orders.map(order => confirmedAs(order, versions.get(order.order_id), at));
    },
    async find(orders) {
      const rows = await readById(
        db,
        orders.map(order => order.order_id),
      );
      return orders.map(order => {
        const row = rows.get(order.order_id);
        return row?.status === 'CONFIRMED' ? row : undefined;
      });
    },
  });
  const moves = groupByBucket<Move, OrderRow | null>({
    ...common,
    name: 'orders_move',
    bucketOf: ({ step }) => bucketOf(step.order_id),
    async run(commands, route) {
      const results = await db.transaction(tx => moveAll(tx, commands, route));
      outbox.committed();
      return results;
    },
    find: commands => findMoved(db, commands),
  });
  return {
    create: (order, after) => creates.submit({ order, after }),
    confirm: order => confirms.submit(order),
    async move(step, events = () => []) {
      assert(
        step.from.every(status => transitions[status].includes(step.to)),
        `no order goes from ${step.from} to ${step.to}`,
      );
      return moves.submit({ step, events });
    },
    async stop() {
      await Promise.all([creates.stop(), confirms.stop(), moves.stop()]);
    },
  };
}

function confirmationOf({ order_id, person_id, kind }: OrderRow) {
  return { order_id, data: { order_id, person_id, kind } };
}

/** As the statement has written it; nothing else of an order changes while it is being paid. */
function confirmedAs(order: OrderRow, version: number | undefined, at: string): OrderRow | null {
  if (version === undefined) return null;
  const history = [...order.history, { status: 'CONFIRMED' as const, at }];
  return { ...order, status: 'CONFIRMED', tries: 0, deadline_at: null, version, history, updated_at: at };
}

async function moveAll(tx: Connection, commands: Move[], route: Route): Promise<(OrderRow | null)[]> {
  const moved = new Map<Move, OrderRow>();
  const events: NewEvent[] = [];
  // Two steps of one order never share a statement, which would apply one of them: the second waits for its own round.
  for (const round of inRounds(commands)) {
    const rows = await moveOrders(
      tx,
      round.map(command => command.step),
      route,
    );
    const byId = new Map(rows.map(row => [row.order_id, row]));
    for (const command of round) {
      const row = byId.get(command.step.order_id);
      if (row === undefined) continue;
      moved.set(command, row);
      events.push(...command.events(row));
    }
  }
  await appendEvents(tx, 'orders', events, route);
  return commands.map(command => moved.get(command) ?? null);
}

function inRounds(moves: Move[]): Move[][] {
  const rounds: Move[][] = [];
  const depth = new Map<string, number>();
  for (const move of moves) {
    const round = depth.get(move.step.order_id) ?? 0;
    depth.set(move.step.order_id, round + 1);
    rounds[round] ??= [];
    rounds[round].push(move);
  }
  return rounds;
}

/** After a lost connection: a step that stands in the history was taken. */
async function findMoved(db: Connection, moves: Move[]): Promise<(OrderRow | undefined)[]> {
  const rows = await readById(
    db,
    moves.map(({ step }) => step.order_id),
  );
  return moves.map(({ step }) => {
    const row = rows.get(step.order_id);
    return row?.history.some(entry => entry.status === step.to && entry.at === step.at) ? row : undefined;
  });
}

async function readById(db: Connection, orderIds: string[]): Promise<Map<string, OrderRow>> {
  const rows = await readOrders(db, [...new Set(orderIds)]);
  return new Map(rows.map(row => [row.order_id, row]));
}
