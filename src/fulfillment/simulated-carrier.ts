import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { limits } from '#limits';
import { type Clock, timestamp } from '#platform/clock';
import type { Ids } from '#platform/ids';
import type { Log } from '#platform/log';
import { signWebhook } from '#platform/webhook-signature';
import type { Carrier } from './carrier.ts';
import {
  type CarriedParcel,
  type CarrierStore,
  type OutgoingWebhook,
  openCarrierStore,
  type Stage,
} from './simulated-carrier-store.ts';

export interface SimulatedCarrier extends Carrier {
  /** Where its webhooks go; until it is told they wait. */
  setWebhookUrl(url: string): void;
  stop(): Promise<void>;
}

interface CarrierOptions {
  dataDir: string;
  /** Signs its webhooks. */
  secret: string;
  /** How long a parcel stays at each stage. */
  stepMs: number;
  log: Log;
  clock: Clock;
  ids: Ids;
}

const BATCH = 100;
const SENDERS_MAX = 8;
const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 600_000;
const GIVE_UP_MS = 3 * 24 * 3_600_000;

const NEXT: Record<Stage, Stage | null> = {
  accepted: 'in_transit',
  in_transit: 'out_for_delivery',
  out_for_delivery: 'delivered',
  delivered: null,
};

/**
 * A carrier that delivers everything. Its parcels move along by themselves and are reported by signed webhooks, which
 * it repeats until the shop takes them; both survive a restart.
 */
export async function startSimulatedCarrier(options: CarrierOptions): Promise<SimulatedCarrier> {
  const { clock, log, stepMs } = options;
  const store = openCarrierStore(join(options.dataDir, 'carrier.sqlite'));
  const stopping = new AbortController();
  let webhookUrl: string | undefined;
  let wake = () => {};

  /** Sleeps until something is due, or somebody hands over a parcel, names the address or stops us. */
  async function nap(): Promise<void> {
    if (stopping.signal.aborted) return;
    const { stepMs: nextStepMs, tryMs } = store.nextDue();
    const due = [nextStepMs, webhookUrl === undefined ? null : tryMs].filter(ms => ms !== null);
    const waking = new AbortController();
    wake = () => waking.abort();
    const ms = Math.max(0, Math.min(...due, clock.nowMs() + NAP_MAX_MS) - clock.nowMs());
    await clock.sleep(ms, AbortSignal.any([waking.signal, stopping.signal]));
  }

  async function work(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        moveDue(store, options);
        if (webhookUrl !== undefined)
          await sendDue(store, { ...options, url: webhookUrl, stopSignal: stopping.signal });
        await nap();
      } catch (error) {
        log.error({ err: error }, 'the simulated carrier stumbled and goes on');
        await clock.sleep(RETRY_FIRST_MS, stopping.signal);
      }
    }
  }

  const working = work();
  return {
    name: 'simulated',
    async handOver({ shipment_id, address }) {
      const tracking_number = trackingNumberOf(shipment_id);
      const { city, region } = address;
      const next_step_ms = clock.nowMs() + stepMs;
      store.addParcel({ shipment_id, tracking_number, stage: 'accepted', city, region, next_step_ms });
      wake();
      return { tracking_number };
    },
    setWebhookUrl(url) {
      webhookUrl = url;
      wake();
    },
    async stop() {
      stopping.abort();
      await working;
      store.close();
    },
  };
}

/** Sleeping longer would only make a clock that was set forward go unnoticed for longer. */
const NAP_MAX_MS = 60_000;

/** The same parcel has the same number, also for a carrier that lost its books: `DB`, then 14 characters of base 32. */
function trackingNumberOf(shipmentId: string): string {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  const bytes = createHash('sha256').update(`tracking ${shipmentId}`).digest().subarray(0, 14);
  return `DB${[...bytes].map(byte => alphabet[byte & 31]).join('')}`;
}

/** A parcel that should have moved several times while we were away moves one stage now and goes on from here. */
function moveDue(store: CarrierStore, { clock, stepMs, ids }: CarrierOptions): void {
  for (;;) {
    const nowMs = clock.nowMs();
    const due = store.dueParcels(nowMs, BATCH);
    store.moveParcels(due.map(parcel => stepOf(parcel, { nowMs, stepMs, event_id: ids.nextFor(parcel.shipment_id) })));
    if (due.length < BATCH) return;
  }
}

function stepOf(
  parcel: CarriedParcel,
  { nowMs, stepMs, event_id }: { nowMs: number; stepMs: number; event_id: string },
) {
  const stage = NEXT[parcel.stage] ?? 'delivered';
  const { shipment_id, tracking_number, city, region } = parcel;
  const place = stage === 'in_transit' ? `Sorting centre, ${region}` : city;
  const body = JSON.stringify({
    event_id,
    type: `parcel.${stage}`,
    created_at: timestamp(nowMs),
    data: { tracking_number, shipment_id, status: stage, place },
  });
  const webhook: OutgoingWebhook = { event_id, body, tries: 0, next_try_ms: nowMs, created_ms: nowMs };
  return { parcel: { ...parcel, stage, next_step_ms: stage === 'delivered' ? null : nowMs + stepMs }, webhook };
}

interface SendOptions extends CarrierOptions {
  url: string;
  stopSignal: AbortSignal;
}

async function sendDue(store: CarrierStore, options: SendOptions): Promise<void> {
  for (;;) {
    const due = store.dueWebhooks(options.clock.nowMs(), BATCH);
    const waiting = due.values();
    const sendAll = async () => {
      for (const webhook of waiting) await send(store, webhook, options);
    };
    await Promise.all(Array.from({ length: Math.min(SENDERS_MAX, due.length) }, sendAll));
    if (due.length < BATCH || options.stopSignal.aborted) return;
  }
}

async function send(store: CarrierStore, webhook: OutgoingWebhook, options: SendOptions): Promise<void> {
  const { url, secret, clock, log, stopSignal } = options;
  if (stopSignal.aborted) return;
  const { event_id, body, tries, created_ms } = webhook;
  const signature = signWebhook({ secret, rawBody: body, nowMs: clock.nowMs() });
  const problem = await post({ url, body, signature, stopSignal });
  if (problem === undefined) return store.forgetWebhook(event_id);
  if (stopSignal.aborted) return;
  const nowMs = clock.nowMs();
  if (nowMs - created_ms > GIVE_UP_MS) {
    log.error({ event_id, problem }, 'a webhook of the simulated carrier was never taken; it is given up');
    return store.forgetWebhook(event_id);
  }
  log.debug({ event_id, problem, tries }, 'a webhook of the simulated carrier was not taken; it is sent again');
  store.postpone(event_id, nowMs + Math.min(RETRY_FIRST_MS * 2 ** Math.min(tries, 20), RETRY_MAX_MS));
}

/** What went wrong, or undefined when it was taken. */
async function post(call: {
  url: string;
  body: string;
  signature: string;
  stopSignal: AbortSignal;
}): Promise<string | undefined> {
  const { url, body, signature, stopSignal } = call;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Signature: signature },
      body,
      redirect: 'error',
      signal: AbortSignal.any([stopSignal, AbortSignal.timeout(limits.carrierTimeoutMs)]),
    });
    await response.body?.cancel();
    return response.ok ? undefined : `answered ${response.status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
