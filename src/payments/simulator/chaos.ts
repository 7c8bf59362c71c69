import { seededRandom } from '#platform/seeded-random';

/** Shares, from 0 to 1, of what goes wrong by chance, on top of what a token asks for. */
export interface ChaosRates {
  /** Of requests: done, and never answered. */
  timeout: number;
  /** Of requests: answered by a 503, one half before anything is done, the other half after it. */
  error: number;
  /** Of webhooks that were taken: brought once more. */
  duplicate: number;
  /** Of webhooks: held back, so that later ones overtake them. */
  reorder: number;
}

const none: ChaosRates = { timeout: 0, error: 0, duplicate: 0, reorder: 0 };
/** Where everything fails nothing ever ends. */
const SHARE_MAX = 0.9;

/** `timeout=0.1,error=0.1,duplicate=0.2,reorder=0.2`, each or none of them; null: it is no such text. */
export function parseChaosRates(text: string): ChaosRates | null {
  const rates = { ...none };
  for (const part of text.split(',')) {
    const [, name, share] = /^(\w+)=(0(?:\.\d+)?)$/.exec(part.trim()) ?? [];
    if (name === undefined || !Object.hasOwn(none, name)) return null;
    rates[name as keyof ChaosRates] = Number(share);
  }
  const isEnding = Math.max(rates.timeout + rates.error, rates.duplicate, rates.reorder) <= SHARE_MAX;
  return isEnding ? rates : null;
}

/** What becomes of a request: as it should be, a 503 instead of it or after it, or silence after it. */
export type RequestFate = 'answered' | 'not_done' | 'answer_lost' | 'silent';

/** What goes wrong at the simulator by chance. Each question is another draw. */
export interface Chaos {
  requestFate(): RequestFate;
  /** How long a new webhook is held back. */
  webhookDelayMs(): number;
  /** How long after it was taken a webhook is brought once more; null: it is not. */
  repeatAfterMs(): number | null;
}

export const calm: Chaos = {
  requestFate: () => 'answered',
  webhookDelayMs: () => 0,
  repeatAfterMs: () => null,
};

/** Long enough to be overtaken by all that happens to the same order meanwhile. */
const HELD_BACK_MAX_MS = 2_000;

/**
 * Requests and webhooks draw from streams of their own, so that the n-th request of a run meets the same fate however
 * its webhooks fared.
 */
export function seededChaos(rates: ChaosRates, seed: string): Chaos {
  const [ofRequests, ofWebhooks, ofRepeats] = ['requests', 'webhooks', 'repeats'].map(name =>
    seededRandom(`${seed} ${name}`),
  ) as [() => number, () => number, () => number];
  return {
    requestFate() {
      const draw = ofRequests();
      if (draw < rates.timeout) return 'silent';
      if (draw < rates.timeout + rates.error / 2) return 'not_done';
      return draw < rates.timeout + rates.error ? 'answer_lost' : 'answered';
    },
    webhookDelayMs: () => heldBackMs(ofWebhooks, rates.reorder) ?? 0,
    repeatAfterMs: () => heldBackMs(ofRepeats, rates.duplicate),
  };
}

function heldBackMs(draw: () => number, share: number): number | null {
  return draw() < share ? Math.ceil(draw() * HELD_BACK_MAX_MS) : null;
}
