import { setTimeout as pause } from 'node:timers/promises';
import { latencyHistogram } from './latency-histogram.ts';

export interface CrowdResult {
  /** How many were told what: `confirmed`, or the status and code of their last answer. */
  told: Record<string, number>;
  /** Answers of 503 that were tried again: a full queue says so, and nobody is turned away by it. */
  retried: number;
  /** Of a buyer from the click, or from a free place, to the last answer. */
  latencyMs: { p50: number; p99: number; max: number };
  /** From the first click to the last answer. */
  seconds: number;
  /** Of this process. */
  cpuSeconds: number;
}

export interface Crowd<Place> {
  buyers: number;
  /** One buyer after the other has each: a connection, for one. */
  places: Place[];
  /** Answers what the buyer was told. */
  click(place: Place, buyer: number): Promise<string>;
}

const RETRY_AFTER_MS = 250;

/** All click at once, each in a place of their own until they have their answer. */
export async function clickAtOnce<Place>({ buyers, places, click }: Crowd<Place>): Promise<CrowdResult> {
  const histogram = latencyHistogram();
  const told: Record<string, number> = {};
  let [next, retried, max] = [0, 0, 0];

  async function serve(place: Place): Promise<void> {
    while (next < buyers) {
      const buyer = next++;
      const beganMs = performance.now();
      let answer = await click(place, buyer);
      while (answer.startsWith('503')) {
        retried += 1;
        await pause(RETRY_AFTER_MS);
        answer = await click(place, buyer);
      }
      told[answer] = (told[answer] ?? 0) + 1;
      const tookMs = performance.now() - beganMs;
      histogram.add(tookMs);
      max = Math.max(max, tookMs);
    }
  }

  const cpu = process.cpuUsage();
  const beganMs = performance.now();
  await Promise.all(places.map(serve));
  const seconds = (performance.now() - beganMs) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const latencyMs = { p50: histogram.percentile(0.5), p99: histogram.percentile(0.99), max };
  return { told, retried, latencyMs, seconds, cpuSeconds: (user + system) / 1e6 };
}
