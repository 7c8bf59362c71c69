import { setTimeout as pause } from 'node:timers/promises';
import { cpuSecondsBelow } from './cpu-time.ts';
import { latencyHistogram } from './latency-histogram.ts';

export interface ClosedLoop {
  /** So many do it at once, each again as soon as it is done. */
  clients: number;
  /** Counted, and before. */
  seconds: number;
  warm: number;
  /** Done with in turn. */
  productIds: string[];
  postgresPid: number;
  work(productId: string): Promise<unknown>;
  /** Right before and right after the counted seconds. */
  onCounting?(): Promise<void>;
  onCounted?(done: number): Promise<void>;
}

export interface LoopFigures {
  perSecond: number;
  p50: number;
  p99: number;
  /** CPU microseconds a piece of work, with those of the clients; PostgreSQL's are null where they can't be read. */
  nodeMicros: number;
  postgresMicros: number | null;
}

/** Answers when the last client is done; throws what a piece of work threw. */
export async function runClosedLoop(loop: ClosedLoop): Promise<LoopFigures> {
  const { productIds, work } = loop;
  const histogram = latencyHistogram();
  const state = { isCounted: false, isOver: false, done: 0, next: 0 };

  async function client(): Promise<void> {
    while (!state.isOver) {
      const productId = productIds[state.next++ % productIds.length]!;
      const beganMs = performance.now();
      await work(productId);
      if (!state.isCounted || state.isOver) continue;
      state.done += 1;
      histogram.add(performance.now() - beganMs);
    }
  }

  async function count() {
    await pause(loop.warm * 1_000);
    await loop.onCounting?.();
    state.isCounted = true;
    const began = timesOf(loop.postgresPid);
    await pause(loop.seconds * 1_000);
    state.isOver = true;
    const ended = timesOf(loop.postgresPid);
    await loop.onCounted?.(state.done);
    return { began, ended };
  }

  const clients = Array.from({ length: loop.clients }, client);
  const [{ began, ended }] = await Promise.all([count(), ...clients]);
  const { done } = state;
  const isKnown = began.postgresMicros !== null && ended.postgresMicros !== null;
  return {
    perSecond: (done / (ended.ms - began.ms)) * 1_000,
    p50: histogram.percentile(0.5),
    p99: histogram.percentile(0.99),
    nodeMicros: (ended.nodeMicros - began.nodeMicros) / done,
    postgresMicros: isKnown ? (ended.postgresMicros! - began.postgresMicros!) / done : null,
  };
}

function timesOf(postgresPid: number) {
  const { user, system } = process.cpuUsage();
  const cpu = cpuSecondsBelow(postgresPid);
  return {
    ms: performance.now(),
    nodeMicros: user + system,
    postgresMicros: cpu === null ? null : cpu.postgres * 1_000_000,
  };
}
