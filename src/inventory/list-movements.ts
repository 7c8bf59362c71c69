import { limits } from '#limits';
import { derivedId } from '#platform/ids';
import { accept, refuse } from '#platform/outcome';
import type { Database } from '#platform/sql';
import type { Inventory, Movement } from './contract.ts';
import { countMovements, type MovementRow, readMovements } from './store.ts';

export async function listMovements(
  db: Database,
  input: Parameters<Inventory['listMovements']>[0],
): ReturnType<Inventory['listMovements']> {
  const { product_id, page, page_size, cursor } = input;
  const before = cursor === undefined ? null : readCursor(cursor);
  if (before === 'invalid') return refuse('CURSOR_INVALID');
  if (before === null && page * page_size > limits.listedRowsMax) return refuse('PAGE_TOO_DEEP');
  const offset = before === null ? (page - 1) * page_size : 0;
  // One row more than is shown tells whether there is more.
  const [rows, counted] = await Promise.all([
    readMovements(db, product_id, { before, offset, limit: page_size + 1 }),
    countMovements(db, product_id, limits.listedRowsMax + 1),
  ]);
  const shown = rows.slice(0, page_size);
  return accept({
    items: shown.map(row => toMovement(product_id, row)),
    total: Math.min(counted, limits.listedRowsMax),
    total_relation: counted > limits.listedRowsMax ? 'gte' : 'eq',
    page,
    page_size,
    next_cursor: rows.length > page_size ? writeCursor(shown.at(-1)!.position) : null,
  });
}

function toMovement(productId: string, { position, pool, ...row }: MovementRow): Movement {
  const { movement_id, reservation_id, order_id, reason, ...fields } = row;
  return {
    // That of a hold has no id of its own; this one follows from its place in the journal, always the same.
    movement_id: movement_id ?? derivedId(productId, `movement ${position}`),
    ...fields,
    ...(pool === '' ? {} : { sale_id: pool }),
    ...(reservation_id === null ? {} : { reservation_id }),
    ...(order_id === null ? {} : { order_id }),
    ...(reason ? { reason } : {}),
  };
}

function writeCursor(position: number): string {
  return Buffer.from(String(position)).toString('base64url');
}

function readCursor(cursor: string): number | 'invalid' {
  const text = Buffer.from(cursor, 'base64url').toString();
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 'invalid';
}
