import assert from 'node:assert/strict';
import { type GroupCommit, groupCommit } from '#platform/group-commit';
import type { ModuleDeps } from '#platform/module';
import { appendEvents, type NewEvent, type Outbox } from '#platform/outbox';
import type { Connection } from '#platform/sql';
import { transitions } from './rules.ts';
import { insertOrders, moveOrders, type NewOrder, type OrderRow, readOrders, type Transition } from './store.ts';

/** Creates are told whether they are in; a move answers the order, or null where it no longer stood where it should. */
export type OrderCommand =
  | ({ kind: 'create' } & NewOrder)
  | { kind: 'move'; step: Transition; events: (order: OrderRow) => NewEvent[] };

export interface OrderWriter {
  /** False where the order is in already, or its checkout is not as it was read: `after` is the order that it had. */
  create(order: OrderRow, after: string | null): Promise<boolean>;
  move(step: Transition, events?: (order: OrderRow) => NewEvent[]): Promise<OrderRow | null>;
  stop(): Promise<void>;
}

/** Every creation and every step of an order's life is written here, in groups: one transaction for all that wait. */
export function createOrderWriter(deps: ModuleDeps, outbox: Outbox): OrderWriter {
  const group: GroupCommit<OrderCommand, OrderRow | null> = groupCommit({
    name: 'orders_write',
    metrics: deps.metrics,
    clock: deps.clock,
    random: deps.random,
    async run(commands) {
      const results = await deps.db.transaction(tx => runGroup(tx, commands));
      outbox.committed();
      return results;
    },
    find: commands => findApplied(deps.db, commands),
  });
  return {
    async create(order, after) {
      const productIds = [...new Set(order.lines.map(line => line.product_id))];
      return (await group.submit({ kind: 'create', order: { ...order, product_ids: productIds }, after })) !== null;
    },
    async move(step, events = () => []) {
      assert(
        step.from.every(status => transitions[status].includes(step.to)),
        `no order goes from ${step.from} to ${step.to}`,
      );
      return group.submit({ kind: 'move', step, events });
    },
    stop: () => group.stop(),
  };
}

async function runGroup(tx: Connection, commands: OrderCommand[]): Promise<(OrderRow | null)[]> {
  const creates = commands.flatMap(command => (command.kind === 'create' ? [command] : []));
  // Two steps of one order never share a statement, which would apply one of them: the second waits for its own round.
  const rounds = inRounds(commands.filter(command => command.kind === 'move'));
  const created = creates.length > 0 ? await insertOrders(tx, creates) : new Set<string>();
  const moved = new Map<OrderCommand, OrderRow>();
  const events: NewEvent[] = [];
  for (const round of rounds) {
    const rows = await moveOrders(
      tx,
      round.map(command => command.step),
    );
    const byId = new Map(rows.map(row => [row.order_id, row]));
    for (const command of round) {
      const row = byId.get(command.step.order_id);
      if (row === undefined) continue;
      moved.set(command, row);
      events.push(...command.events(row));
    }
  }
  await appendEvents(tx, 'orders', events);
  return commands.map(command =>
    command.kind === 'create'
      ? created.has(command.order.order_id)
        ? command.order
        : null
      : (moved.get(command) ?? null),
  );
}

type Move = Extract<OrderCommand, { kind: 'move' }>;

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

/** After a lost connection: an order that is there was created, and a step that stands in the history was taken. */
async function findApplied(db: Connection, commands: OrderCommand[]): Promise<(OrderRow | null | undefined)[]> {
  const idOf = (command: OrderCommand) => (command.kind === 'create' ? command.order.order_id : command.step.order_id);
  const rows = await readOrders(db, [...new Set(commands.map(idOf))]);
  const byId = new Map(rows.map(row => [row.order_id, row]));
  return commands.map(command => {
    const row = byId.get(idOf(command));
    if (row === undefined || command.kind === 'create') return row;
    const { to, at } = command.step;
    return row.history.some(entry => entry.status === to && entry.at === at) ? row : undefined;
  });
}
