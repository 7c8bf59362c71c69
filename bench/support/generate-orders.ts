import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { address, card } from '../../test/support/client.ts';
import { cpuSecondsBelow, type ShopCpu } from './cpu-time.ts';
import { latencyHistogram } from './latency-histogram.ts';
import { openShopConnection, type ShopConnection } from './shop-connection.ts';

export const WAYS = ['buy-now', 'journey'] as const;
/** One request, or the three of cart, checkout and order. */
export type Way = (typeof WAYS)[number];

export interface OrdersJob {
  url: string;
  /** Of the shop, for its CPU time. */
  pid: number;
  way: Way;
  /** Bought in turn. */
  productIds: string[];
  /** Of guests, who buy in turn: at least one a client. */
  tokens: string[];
  /** Connections, each with one order under way. */
  clients: number;
  warmSeconds: number;
  seconds: number;
}

export interface OrdersResult {
  /** Confirmed within the counted seconds. */
  orders: number;
  perSecond: number;
  /** Of an order from its first request to its last answer. */
  latencyMs: { p50: number; p99: number };
  /** Answers that ended a try without an order, `503 UNAVAILABLE` for one; the warming included. */
  refusals: Record<string, number>;
  cpuShare: number;
  /** CPU microseconds an order; null where they can't be read. */
  micros: { node: number; postgres: number } | null;
}

const delivery = { email: 'bench@example.com', shipping_method: 'standard', shipping_address: address };
const payment = card();

export async function generateOrders(job: OrdersJob): Promise<OrdersResult> {
  const histogram = latencyHistogram();
  const refusals: Record<string, number> = {};
  const state = { isCounted: false, isOver: false, orders: 0, next: 0 };

  async function shop(connection: ShopConnection): Promise<void> {
    while (!state.isOver) {
      const turn = state.next++;
      const token = job.tokens[turn % job.tokens.length]!;
      const productId = job.productIds[turn % job.productIds.length]!;
      const beganMs = performance.now();
      const refusal = await buy(connection, { way: job.way, token, productId });
      if (refusal !== null) refusals[refusal] = (refusals[refusal] ?? 0) + 1;
      else if (state.isCounted && !state.isOver) {
        state.orders += 1;
        histogram.add(performance.now() - beganMs);
      }
    }
    connection.close();
  }

  const connections = await Promise.all(Array.from({ length: job.clients }, () => openShopConnection(job.url)));
  const shopping = Promise.all(connections.map(shop));
  await pause(job.warmSeconds * 1_000);
  state.isCounted = true;
  const [beganMs, cpu, shopBegan] = [performance.now(), process.cpuUsage(), cpuSecondsBelow(job.pid)];
  await pause(job.seconds * 1_000);
  const seconds = (performance.now() - beganMs) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const shopEnded = cpuSecondsBelow(job.pid);
  const { orders } = state;
  const micros = (part: keyof ShopCpu) => ((shopEnded![part] - shopBegan![part]) * 1e6) / orders;
  state.isOver = true;
  await shopping;
  return {
    orders,
    perSecond: orders / seconds,
    latencyMs: { p50: histogram.percentile(0.5), p99: histogram.percentile(0.99) },
    refusals,
    cpuShare: (user + system) / 1e6 / seconds,
    micros: shopBegan && shopEnded && { node: micros('node'), postgres: micros('postgres') },
  };
}

export interface Wish {
  way: Way;
  token: string;
  productId: string;
}

/** Null when the order is confirmed; otherwise the status and code of the answer that ended it. */
export async function buy(connection: ShopConnection, { way, token, productId }: Wish): Promise<string | null> {
  const headers = `authorization: Bearer ${token}\r\n`;
  const keyed = `${headers}idempotency-key: ${randomUUID()}\r\n`;
  const wish = { product_id: productId, quantity: 1 };
  if (way === 'buy-now') {
    const bought = await connection.post('/api/buy-now', keyed, JSON.stringify({ ...wish, ...delivery, payment }));
    return bought.status === 201 ? null : refusalOf(bought);
  }
  const added = await connection.post('/api/cart/items', headers, JSON.stringify(wish));
  if (added.status !== 200) return refusalOf(added);
  const opened = await connection.post('/api/checkouts', headers, JSON.stringify(delivery));
  if (opened.status !== 201) return refusalOf(opened);
  const { checkout_id } = JSON.parse(opened.text) as { checkout_id: string };
  const placed = await connection.post('/api/orders', keyed, JSON.stringify({ checkout_id, payment }));
  return placed.status === 201 ? null : refusalOf(placed);
}

function refusalOf({ status, text }: { status: number; text: string }): string {
  return `${status} ${/"code":"(\w+)"/.exec(text)?.[1] ?? ''}`;
}
