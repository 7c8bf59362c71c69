import { limits } from '#limits';
import type { Database } from '#platform/sql';
import type { TimelineEntry } from './contract.ts';
import { timelineOf } from './timeline-rules.ts';
import { readPaymentPast, readRefundsPast, readWebhooksPast } from './timeline-store.ts';

export async function getTimeline(db: Database, { order_id }: { order_id: string }): Promise<TimelineEntry[]> {
  const most = limits.pageSizeMax;
  const [payment, refunds, webhooks] = await Promise.all([
    readPaymentPast(db, order_id),
    readRefundsPast(db, order_id, most),
    readWebhooksPast(db, order_id, most),
  ]);
  return timelineOf({ payment, refunds, webhooks });
}
