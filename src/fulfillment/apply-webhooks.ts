import { limits } from '#limits';
import { timestamp } from '#platform/clock';
import { finishDelivery } from './deliver-order.ts';
import type { Deps } from './deps.ts';
import { moveParcels } from './move-parcels.ts';
import { isAbout, type Report, track } from './rules.ts';
import { findShipments } from './store.ts';
import { claimWebhooks, endWebhooks, pruneWebhooks, type WebhookRow } from './webhook-store.ts';

const RETRY = { firstMs: 5_000, mostMs: 3_600_000 };
/** A carrier may report a parcel before we have written down that it took it; a day later it is none of ours. */
const UNKNOWN_AFTER_MS = 24 * 3_600_000;
const KEPT_MS = 30 * 24 * 3_600_000;

/** Applies what is due in the inbox, a batch at a time; answers when nothing is left that is due now. */
export async function applyWebhooks(deps: Deps, signal?: AbortSignal): Promise<void> {
  while (!signal?.aborted) {
    const now = timestamp(deps.clock.nowMs());
    const due = await claimWebhooks(deps.db, { ...RETRY, now, limit: limits.sweepBatchMax });
    if (due.length > 0) await applyBatch(deps, due);
    if (due.length < limits.sweepBatchMax) return;
  }
}

async function applyBatch(deps: Deps, webhooks: WebhookRow[]): Promise<void> {
  const parcels = await findShipments(deps.db, webhooks);
  const isOurs = (webhook: WebhookRow) => parcels.some(parcel => isAbout(webhook, parcel));
  const ours = webhooks.filter(isOurs);
  await dropUnknown(
    deps,
    webhooks.filter(webhook => !isOurs(webhook)),
  );
  if (ours.length === 0) return;
  const orderIds = [...new Set(parcels.map(parcel => parcel.order_id))];
  const arrived = await moveParcels(
    deps,
    orderIds,
    (locked, at) => track(locked, ours.flatMap(toReport), at),
    tx => endWebhooks(tx, ours, 'applied'),
  );
  await Promise.all(arrived.map(orderId => tellArrival(deps, orderId)));
}

function toReport({ status, ...webhook }: WebhookRow): Report[] {
  return status === null ? [] : [{ ...webhook, status }];
}

async function dropUnknown(deps: Deps, webhooks: WebhookRow[]): Promise<void> {
  const before = timestamp(deps.clock.nowMs() - UNKNOWN_AFTER_MS);
  const old = webhooks.filter(webhook => webhook.received_at < before);
  if (old.length === 0) return;
  await endWebhooks(deps.db, old, 'unknown_parcel');
  for (const { carrier, event_id, tracking_number } of old) {
    deps.log.error({ carrier, event_id, tracking_number }, 'a carrier reported a parcel that is not ours');
  }
}

async function tellArrival(deps: Deps, orderId: string): Promise<void> {
  try {
    const told = await finishDelivery(deps, orderId);
    if (!told.ok)
      deps.log.error({ order_id: orderId, code: told.code }, 'all parcels have arrived, and orders says no');
  } catch (error) {
    // It is kept as an errand.
    deps.log.warn({ err: error, order_id: orderId }, 'orders could not be told of an arrival; it is tried again');
  }
}

export async function dropWebhooks(deps: Deps): Promise<void> {
  const before = timestamp(deps.clock.nowMs() - KEPT_MS);
  while ((await pruneWebhooks(deps.db, before, limits.sweepBatchMax)) === limits.sweepBatchMax);
}
