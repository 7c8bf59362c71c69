import assert from 'node:assert/strict';
import { limits } from '#limits';
import type { Accounts } from './contract.ts';
import type { Deps } from './deps.ts';
import { toUser } from './rules.ts';
import { countUsers, listUsers as listRows } from './store.ts';

export async function listUsers(
  { db }: Deps,
  { text, role, page, page_size }: Parameters<Accounts['listUsers']>[0],
): ReturnType<Accounts['listUsers']> {
  const filter = { text: text ?? null, role: role ?? null };
  const offset = (page - 1) * page_size;
  assert(page >= 1 && page_size >= 1 && page_size <= limits.pageSizeMax, 'a page has bounds');
  const [rows, total] = await Promise.all([
    listRows(db, { ...filter, limit: page_size, offset }),
    countUsers(db, filter),
  ]);
  return { items: rows.map(toUser), total };
}
