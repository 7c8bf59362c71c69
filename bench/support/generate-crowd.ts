import { setTimeout as pause } from 'node:timers/promises';
import { buy } from './generate-orders.ts';
import { latencyHistogram } from './latency-histogram.ts';
import { openShopConnection, type ShopConnection } from './shop-connection.ts';

export interface CrowdJob {
  url: string;
  productId: string;
  /** One buyer each, who buys one unit once. */
  tokens: string[];
  /** Open before the first click; buyers beyond them wait for one that is free. */
  connections: number;
}

export interface CrowdResult {
  /** How many were told what: `confirmed`, or the status and code of their last answer. */
  told: Record<string, number>;
  /** Answers of 503 that were tried again: a full queue says so, and nobody is turned away by it. */
  retried: number;
  /** Of a buyer from the click, or from a free connection, to the last answer. */
  latencyMs: { p50: number; p99: number; max: number };
  /** From the first click to the last answer. */
  seconds: number;
}

const RETRY_AFTER_MS = 250;

/** All click at once, each with one connection to itself until it has its answer. */
export async function generateCrowd(job: CrowdJob): Promise<CrowdResult> {
  const histogram = latencyHistogram();
  const told: Record<string, number> = {};
  let [next, retried, max] = [0, 0, 0];

  async function serve(connection: ShopConnection): Promise<void> {
    for (let token = job.tokens[next++]; token !== undefined; token = job.tokens[next++]) {
      const beganMs = performance.now();
      let answer = await click(connection, token);
      while (answer.startsWith('503')) {
        retried += 1;
        await pause(RETRY_AFTER_MS);
        answer = await click(connection, token);
      }
      told[answer] = (told[answer] ?? 0) + 1;
      const tookMs = performance.now() - beganMs;
      histogram.add(tookMs);
      max = Math.max(max, tookMs);
    }
    connection.close();
  }

  async function click(connection: ShopConnection, token: string): Promise<string> {
    return (await buy(connection, { way: 'buy-now', token, productId: job.productId })) ?? 'confirmed';
  }

  const many = Math.min(job.connections, job.tokens.length);
  const connections = await Promise.all(Array.from({ length: many }, () => openShopConnection(job.url)));
  const beganMs = performance.now();
  await Promise.all(connections.map(serve));
  return {
    told,
    retried,
    latencyMs: { p50: histogram.percentile(0.5), p99: histogram.percentile(0.99), max },
    seconds: (performance.now() - beganMs) / 1_000,
  };
}
