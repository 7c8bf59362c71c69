import type { Clock } from '#platform/clock';
import type { App } from '#platform/http';

/** How many requests this process answers and how long they take, second by second: cheap to note and to read. */
export interface RequestRates {
  note(elapsedMs: number): void;
  read(): { http_per_second: number; http_p99_ms: number | null };
}

/** The figures are those of so many whole seconds. */
const WINDOW_SECONDS = 5;
const SLOTS = 8;
/** Each class of duration reaches a fifth further than the one before: from 0.1 ms to about two minutes. */
const CLASSES = 80;
const FIRST_MS = 0.1;
const PER_DOUBLING = 4;

interface Slot {
  second: number;
  count: number;
  classes: Uint32Array;
}

export function createRequestRates({ clock }: { clock: Clock }): RequestRates {
  const slots = Array.from(
    { length: SLOTS },
    (): Slot => ({ second: -1, count: 0, classes: new Uint32Array(CLASSES) }),
  );
  const presentSecond = () => Math.floor(clock.nowMs() / 1000);

  return {
    note(elapsedMs) {
      const second = presentSecond();
      const slot = slots[second % SLOTS]!;
      if (slot.second !== second) {
        slot.second = second;
        slot.count = 0;
        slot.classes.fill(0);
      }
      slot.count += 1;
      slot.classes[classOf(elapsedMs)]! += 1;
    },
    read() {
      const second = presentSecond();
      const whole = slots.filter(slot => slot.second < second && slot.second >= second - WINDOW_SECONDS);
      const count = whole.reduce((sum, slot) => sum + slot.count, 0);
      return { http_per_second: count / WINDOW_SECONDS, http_p99_ms: count === 0 ? null : percentile99(whole, count) };
    },
  };
}

function classOf(elapsedMs: number): number {
  if (elapsedMs <= FIRST_MS) return 0;
  return Math.min(CLASSES - 1, Math.ceil(Math.log2(elapsedMs / FIRST_MS) * PER_DOUBLING));
}

/** The upper end of the class that the slowest hundredth begins in. */
function percentile99(slots: readonly Slot[], count: number): number {
  let above = count - Math.ceil(count * 0.99);
  let index = CLASSES - 1;
  for (; index > 0; index -= 1) {
    above -= slots.reduce((sum, slot) => sum + slot.classes[index]!, 0);
    if (above < 0) break;
  }
  return Math.round(FIRST_MS * 2 ** (index / PER_DOUBLING) * 100) / 100;
}

/** Notes every answer of `app` but streams of events, which last as long as somebody listens. */
export function noteRequests(app: App, rates: RequestRates): void {
  app.addHook('onResponse', (_request, reply, done) => {
    const isStream = String(reply.getHeader('content-type')).startsWith('text/event-stream');
    if (!isStream) rates.note(reply.elapsedTime);
    done();
  });
}
