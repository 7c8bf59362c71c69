import { limits } from '#limits';
import { accept, refuse } from '#platform/outcome';
import type { Database } from '#platform/sql';
import type { LoggedWebhook, Payments, ReadWebhook, WebhookName } from './contract.ts';
import { tellBody } from './tell-body.ts';
import { countWebhooks, readWebhook, readWebhooks, type WebhookRow } from './webhook-store.ts';

export async function listWebhooks(
  db: Database,
  { page, page_size, gateway, state, order_id }: Parameters<Payments['listWebhooks']>[0],
): ReturnType<Payments['listWebhooks']> {
  const offset = (page - 1) * page_size;
  if (offset + page_size > limits.listedRowsMax) return refuse('PAGE_TOO_DEEP');
  const filter = { gateway, state, order_id };
  const [rows, counted] = await Promise.all([
    readWebhooks(db, filter, { limit: page_size, offset }),
    countWebhooks(db, filter, limits.listedRowsMax + 1),
  ]);
  return accept({
    items: rows.map(logged),
    total: Math.min(counted, limits.listedRowsMax),
    total_relation: counted > limits.listedRowsMax ? 'gte' : 'eq',
    page,
    page_size,
  });
}

export async function getWebhook(db: Database, name: WebhookName): Promise<ReadWebhook | null> {
  const row = await readWebhook(db, name);
  return row === undefined ? null : { ...logged(row), body: tellBody(row.body) };
}

export function logged(row: WebhookRow): LoggedWebhook {
  const { gateway, event_id, type, order_id, state, detail, attempts, received_at, processed_at } = row;
  const problem = row.problem as LoggedWebhook['problem'];
  const name = { gateway, event_id, type, order_id };
  const { gateway_ref: payment_there, about, amount, currency, refund_id } = row.claim;
  const claim = { about, payment_there, amount, currency, refund_id };
  return { ...name, claim, state, problem, detail, tries: attempts, received_at, processed_at };
}
