// A double of Stripe.js for Chromium, written from its public reference: its script, the frame that the card is typed
// into, and the one call that it makes. It is no Stripe: a card's number chooses what becomes of it.
import type { BrowserContext } from 'playwright-core';

export interface StripeJsDouble {
  /** What was loaded from Stripe's hosts, as it came. */
  asked: string[];
  /** From now on the script can't be reached. */
  goAway(): void;
}

/** Stripe's own test cards by number, as the payment methods that the double of its API knows. */
const methods: Record<string, string> = {
  '4242424242424242': 'pm_card_visa',
  '4000000000000002': 'pm_card_visa_chargeDeclined',
  '4000000000009995': 'pm_card_visa_chargeDeclinedInsufficientFunds',
  '4000000000003220': 'pm_card_threeDSecure2Required',
};

/** Stands for Stripe's hosts in all pages of `context`, as far as their Content-Security-Policy lets them be asked. */
export async function routeStripeJs(context: BrowserContext): Promise<StripeJsDouble> {
  const asked: string[] = [];
  let isAway = false;
  await context.route('https://js.stripe.com/**', async route => {
    const url = route.request().url();
    asked.push(url);
    if (isAway) return route.abort('connectionrefused');
    const isScript = url.endsWith('/stripe.js');
    const body = isScript ? `(${installStripe})();` : CARD_FRAME;
    return route.fulfill({ contentType: isScript ? 'text/javascript' : 'text/html', body });
  });
  await context.route('https://api.stripe.com/v1/payment_methods', async route => {
    asked.push(route.request().url());
    const number = new URLSearchParams(route.request().postData() ?? '').get('card[number]') ?? '';
    const id = methods[number];
    const error = { type: 'card_error', code: 'incorrect_number', message: 'Your card number is incorrect.' };
    const headers = { 'access-control-allow-origin': '*' };
    return id === undefined
      ? route.fulfill({ status: 402, headers, json: { error } })
      : route.fulfill({ headers, json: { id, object: 'payment_method' } });
  });
  return {
    asked,
    goAway() {
      isAway = true;
    },
  };
}

/** The page in Stripe's frame: what is typed stays between it and the script from the same host. */
const CARD_FRAME = `<!doctype html><html lang="en"><title>Card</title>
<style>body { margin: 0 } input { all: unset; inline-size: 100%; font: 16px/20px system-ui, sans-serif }</style>
<input aria-label="Card number" placeholder="1234 1234 1234 1234" inputmode="numeric">
<script>
  const input = document.querySelector('input');
  const tell = kind => parent.postMessage({ kind, number: input.value.replaceAll(' ', '') }, '*');
  for (const kind of ['input', 'focus', 'blur']) input.addEventListener(kind, () => tell(kind));
  addEventListener('message', ({ data }) => {
    if (data.kind === 'focus') input.focus();
    else input.style.color = data.style.base.color;
  });
</script>`;

/** Runs in the page, as text: it knows nothing of this file. */
function installStripe(): void {
  type Hear = (change: { error?: object }) => void;
  const cards = new Map<object, string>();

  function createCard(_type: string, options: { style: object }) {
    const hears: Record<string, Hear[]> = { change: [], focus: [], blur: [] };
    const frame = document.createElement('iframe');
    const send = (data: object) => frame.contentWindow?.postMessage(data, 'https://js.stripe.com');
    const card = {
      mount(box: HTMLElement) {
        frame.src = 'https://js.stripe.com/endive/card.html';
        frame.title = 'Secure card payment input frame';
        frame.style.cssText = 'border: 0; width: 100%; height: 20px';
        frame.addEventListener('load', () => send({ kind: 'style', style: options.style }));
        box.append(frame);
      },
      update: ({ style }: { style: object }) => send({ kind: 'style', style }),
      focus: () => send({ kind: 'focus' }),
      on: (event: string, hear: Hear) => hears[event]!.push(hear),
    };
    cards.set(card, '');
    addEventListener('message', ({ source, data }) => {
      if (source !== frame.contentWindow) return;
      cards.set(card, data.number);
      for (const hear of hears[data.kind === 'input' ? 'change' : data.kind]!) hear({});
    });
    return card;
  }

  async function createPaymentMethod({ card }: { card: object }) {
    const number = cards.get(card)!;
    if (number.length < 16) {
      const message = 'Your card number is incomplete.';
      return { error: { type: 'validation_error', code: 'incomplete_number', message } };
    }
    const body = new URLSearchParams({ type: 'card', 'card[number]': number });
    const answer = await fetch('https://api.stripe.com/v1/payment_methods', { method: 'POST', body });
    const told = await answer.json();
    return answer.ok ? { paymentMethod: told } : { error: told.error };
  }

  Object.assign(window, { Stripe: () => ({ elements: () => ({ create: createCard }), createPaymentMethod }) });
}
