import { PassThrough, type Readable } from 'node:stream';
import { limits } from '#limits';
import type { Clock } from '#platform/clock';

/**
 * Server-sent events from one ticker for all who listen: it runs from the first listener to the last. A listener that
 * doesn't keep up misses ticks, and no more than a buffer is kept for it.
 */
export interface LiveFeed<Tick> {
  /** Null where there are enough listeners already, and after `stop`. To be destroyed when its reader goes. */
  listen(): Readable | null;
  /** The last tick while somebody listens, else a reading of its own. */
  now(): Promise<Tick>;
  /** Ends all streams, and waits for a reading under way. */
  stop(): Promise<void>;
}

/** How long a browser waits before it opens a stream that ended again. */
const RETRY_MS = 2_000;

interface Listener {
  stream: PassThrough;
  endsAtMs: number;
}

/** `read` never throws: what can't be read is null in its tick. */
export function createLiveFeed<Tick>(options: { clock: Clock; read: () => Promise<Tick> }): LiveFeed<Tick> {
  const { clock, read } = options;
  const listeners = new Set<Listener>();
  let ticking: AbortController | undefined;
  let running: Promise<void> = Promise.resolve();
  let last: Tick | undefined;
  let isStopped = false;

  async function tick(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const found = await read();
      if (signal.aborted) return;
      last = found;
      for (const listener of listeners) send(listener, found);
      await clock.sleep(limits.liveTickMs, signal);
    }
  }

  function send({ stream, endsAtMs }: Listener, found: Tick): void {
    if (stream.writableNeedDrain || stream.writableEnded) return;
    stream.write(eventOf(found));
    if (clock.nowMs() >= endsAtMs) stream.end();
  }

  function leave(listener: Listener): void {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    ticking?.abort();
    ticking = undefined;
    last = undefined;
  }

  return {
    listen() {
      if (isStopped || listeners.size >= limits.liveListenersMax) return null;
      const stream = new PassThrough({ highWaterMark: limits.liveBufferBytesMax });
      const listener = { stream, endsAtMs: clock.nowMs() + limits.liveStreamMs };
      listeners.add(listener);
      stream.once('close', () => leave(listener));
      stream.write(`retry: ${RETRY_MS}\n\n`);
      if (last !== undefined) stream.write(eventOf(last));
      if (ticking === undefined) {
        ticking = new AbortController();
        const { signal } = ticking;
        // After the ticker before it, whose last reading may still be under way: there is only ever one.
        running = running.then(() => tick(signal));
      }
      return stream;
    },
    async now() {
      return last ?? (await read());
    },
    async stop() {
      isStopped = true;
      ticking?.abort();
      // One that does not read would not be seen to end.
      for (const { stream } of listeners) void (stream.writableNeedDrain ? stream.destroy() : stream.end());
      await running;
    },
  };
}

function eventOf(tick: unknown): string {
  return `data: ${JSON.stringify(tick)}\n\n`;
}
