import { type Clock, systemClock } from '#platform/clock';
import { createIds, type Ids } from '#platform/ids';
import type { Log } from '#platform/log';
import { type Books, openBooks, type SimulatorBooks } from './books.ts';
import { type Chaos, calm } from './chaos.ts';
import { deliverWebhooks } from './deliver-webhooks.ts';
import { serveSimulator } from './http-server.ts';

export interface Simulator {
  url: string;
  books: SimulatorBooks;
  /** Where the shop takes its webhooks: `…/api/webhooks/payments/simulator`. Until it is known they wait. */
  setWebhookUrl(url: string): void;
  stop(): Promise<void>;
}

export interface SimulatorOptions {
  /** Holds `simulator.sqlite`. */
  dataDir: string;
  /** 0: any that is free. `none`: no HTTP, only the books, for a bench. */
  port: number | 'none';
  /** Signs webhooks. */
  secret: string;
  settleMs: number;
  log: Log;
  webhookUrl?: string;
  webhooks?: 'untold' | 'all';
  /** What goes wrong by chance. With it webhooks tell `all`, so that there are some to repeat and hold back. */
  chaos?: Chaos;
  clock?: Clock;
  ids?: Ids;
}

/** A payment gateway of play money, with every failure on demand and books of its own that outlive it. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { dataDir, secret, settleMs, log, clock = systemClock, ids = createIds(), chaos = calm } = options;
  const { webhooks = chaos === calm ? 'untold' : 'all' } = options;
  let url = 'http://127.0.0.1';
  let webhookUrl = options.webhookUrl;
  const books: Books = openBooks({
    dataDir,
    clock,
    ids,
    settleMs,
    webhooks,
    chaos,
    baseUrl: () => url,
    onScheduled: () => delivery.poke(),
  });
  const delivery = deliverWebhooks({ books, secret, url: webhookUrl, clock, log, chaos });
  const shopOrigin = () => (webhookUrl === undefined ? null : new URL(webhookUrl).origin);
  const server = options.port === 'none' ? null : await serveSimulator({ books, port: options.port, log, shopOrigin });
  if (server !== null) url = server.url;
  return {
    url,
    books,
    setWebhookUrl(to) {
      webhookUrl = to;
      delivery.setUrl(to);
    },
    async stop() {
      await server?.stop();
      await delivery.stop();
      books.close();
    },
  };
}
