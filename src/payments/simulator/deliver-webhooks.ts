import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import { signWebhook } from '#platform/webhook-signature';
import type { Books } from './books.ts';
import type { WebhookRow } from './books-store.ts';
import type { Chaos } from './chaos.ts';

const AT_ONCE = 16;
const TIMEOUT_MS = 10_000;
const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 60_000;
const IDLE_MAX_MS = 60_000;
/** Three days, as real gateways do. */
const GIVE_UP_TRIES = 4_000;

export interface Delivery {
  poke(): void;
  setUrl(url: string | undefined): void;
  stop(): Promise<void>;
}

interface DeliveryOptions {
  books: Books;
  secret: string;
  clock: Clock;
  log: Log;
  chaos: Chaos;
}

/**
 * Ends bank transfers when their time has come, and brings webhooks to the shop until it takes them. What is not
 * delivered stays in the books, so a restart goes on with it.
 */
export function deliverWebhooks(options: DeliveryOptions & { url: string | undefined }): Delivery {
  const { books, clock, log } = options;
  const deliver = deliverer(options);
  let url = options.url;
  let isStopping = false;
  let wake = new AbortController();

  async function loop(): Promise<void> {
    while (!isStopping) {
      const woken = new AbortController();
      wake = woken;
      await books.settleDue();
      const due = url === undefined ? [] : books.store.listWebhooks(clock.nowMs(), AT_ONCE);
      await Promise.all(due.map(webhook => deliver(webhook, url!)));
      if (due.length < AT_ONCE) await clock.sleep(idleMs(), woken.signal);
    }
  }

  function idleMs(): number {
    const next = [
      books.store.nextSettling()?.at ?? null,
      url === undefined ? null : (books.store.nextWebhook()?.at ?? null),
    ];
    const waits = next.filter(at => at !== null).map(at => at - clock.nowMs());
    return Math.max(0, Math.min(IDLE_MAX_MS, ...waits));
  }

  const running = loop().catch(error => log.error({ err: error }, "the simulator's webhooks have stopped"));
  return {
    poke: () => wake.abort(),
    setUrl(to) {
      url = to;
      wake.abort();
    },
    async stop() {
      isStopping = true;
      wake.abort();
      await running;
    },
  };
}

/** One try: what is not taken comes again after a growing pause. */
function deliverer({ books, secret, clock, log, chaos }: DeliveryOptions) {
  return async (webhook: WebhookRow, to: string): Promise<void> => {
    try {
      const signature = signWebhook({ secret, rawBody: webhook.body, nowMs: clock.nowMs() });
      const answer = await fetch(to, {
        method: 'POST',
        headers: { 'content-type': 'application/json', signature },
        body: webhook.body,
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`the shop answered ${answer.status}`);
      const repeatMs = chaos.repeatAfterMs();
      await books.write(() => {
        if (repeatMs === null) books.store.forgetWebhook(webhook.event_id);
        else books.store.saveWebhook({ ...webhook, due_at: clock.nowMs() + repeatMs });
      });
    } catch (error) {
      const tries = webhook.tries + 1;
      const due_at = clock.nowMs() + Math.min(RETRY_FIRST_MS * 2 ** Math.min(tries, 10), RETRY_MAX_MS);
      log.debug({ event_id: webhook.event_id, tries, err: error }, 'the simulator tries a webhook again');
      await books.write(() => {
        if (tries >= GIVE_UP_TRIES) books.store.forgetWebhook(webhook.event_id);
        else books.store.saveWebhook({ ...webhook, tries, due_at });
      });
    }
  };
}
