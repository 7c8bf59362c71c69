import { limits } from '#limits';
import type { OrderStatus, Orders, StatusCount } from '#orders';
import { instantMs, timestamp } from '#platform/clock';
import { firstIdAt, isId } from '#platform/ids';
import type { Deps } from './deps.ts';
import { type CreatedWithin, countAllOrders, countByStatus, type OrderFilter, readAllOrders } from './list-store.ts';
import { readPage, viewOrders } from './read-orders.ts';
import { transitions } from './rules.ts';

type Input = Parameters<Orders['listAllOrders']>[0];

export async function listAllOrders(deps: Deps, input: Input): ReturnType<Orders['listAllOrders']> {
  const filter = await filterOf(deps, input);
  return readPage(input, {
    count: async () => (filter === null ? 0 : countAllOrders(deps.db, filter, limits.listedRowsMax + 1)),
    read: async slice => (filter === null ? [] : readAllOrders(deps.db, filter, slice)),
    view: rows => viewOrders(deps, rows),
  });
}

/** Null where the text is nothing that an order is found by. */
async function filterOf(deps: Deps, input: Input): Promise<OrderFilter | null> {
  const { status, product_id, seller_id, text } = input;
  const filter: OrderFilter = { status, product_id, seller_id, created: createdWithin(input) };
  const asked = text?.trim().toLowerCase();
  if (asked === undefined || asked === '') return filter;
  if (isId(asked)) return { ...filter, order_id: asked };
  if (!asked.includes('@')) return null;
  // The hot table has no index on e-mails: a user's orders are found by the user, a guest's in the read model.
  const user = await deps.accounts.findUserByEmail({ email: asked });
  return { ...filter, buyer: { person_id: user?.user_id ?? null, email: asked } };
}

/**
 * An order's id is made when its request arrives, and kept when that is sent again under its key: it can be older than
 * the order by as long as keys are kept, and, by a clock that is behind, a little younger.
 */
function createdWithin({ created_from, created_to }: Input): CreatedWithin | undefined {
  if (created_from === undefined && created_to === undefined) return undefined;
  const fromMs = created_from === undefined ? null : instantMs(created_from);
  const toMs = created_to === undefined ? null : instantMs(created_to);
  return {
    from: fromMs === null ? null : timestamp(fromMs),
    to: toMs === null ? null : timestamp(toMs),
    id_from: fromMs === null ? null : firstIdAt(fromMs - limits.idempotencyKeptMs),
    id_to: toMs === null ? null : firstIdAt(toMs + limits.clockSkewMaxMs),
  };
}

const statuses = Object.keys(transitions) as OrderStatus[];

export async function countOrders(deps: Deps): ReturnType<Orders['countOrders']> {
  const counts = await countByStatus(deps.db, statuses, limits.listedRowsMax + 1);
  return counts.map(
    ({ status, count }): StatusCount => ({
      status,
      count: Math.min(count, limits.listedRowsMax),
      relation: count > limits.listedRowsMax ? 'gte' : 'eq',
    }),
  );
}
