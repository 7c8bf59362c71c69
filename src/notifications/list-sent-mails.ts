import { limits } from '#limits';
import { accept, refuse } from '#platform/outcome';
import type { Notifications, SentMail } from './contract.ts';
import type { Deps } from './deps.ts';
import { countSentMails, readSentMails, type SentMailRow } from './store.ts';

export async function listSentMails(
  { db }: Deps,
  { page, page_size, to, kind, state }: Parameters<Notifications['listSentMails']>[0],
): ReturnType<Notifications['listSentMails']> {
  const offset = (page - 1) * page_size;
  if (offset + page_size > limits.listedRowsMax) return refuse('PAGE_TOO_DEEP');
  const filter = { to, kind, state: state === 'waiting' ? ('queued' as const) : state };
  const [rows, counted] = await Promise.all([
    readSentMails(db, filter, { limit: page_size, offset }),
    countSentMails(db, filter, limits.listedRowsMax + 1),
  ]);
  return accept({
    items: rows.map(present),
    total: Math.min(counted, limits.listedRowsMax),
    total_relation: counted > limits.listedRowsMax ? 'gte' : 'eq',
    page,
    page_size,
  });
}

function present({ recipient, state, ...row }: SentMailRow): SentMail {
  return { ...row, to: recipient, state: state === 'queued' ? 'waiting' : state };
}
