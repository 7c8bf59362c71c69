/** What we use of Stripe.js. Card and errors are Stripe's; of an error we take its code alone, and say it ourselves. */
export interface Stripe {
  elements(options: { locale: string }): { create(type: 'card', options: object): CardElement };
  createPaymentMethod(input: { type: 'card'; card: CardElement }): Promise<{
    paymentMethod?: { id: string };
    error?: CardError;
  }>;
}

export interface CardElement {
  mount(box: HTMLElement): void;
  update(options: { style: object }): void;
  focus(): void;
  on(event: 'change', hear: (change: { error?: CardError }) => void): void;
  on(event: 'focus' | 'blur', hear: () => void): void;
}

export interface CardError {
  code?: string;
}

/**
 * Of the release whose API the server speaks. Stripe wants it from its own server; what comes from there gets fixes, so
 * that no hash can pin it.
 */
const STRIPE_JS = 'https://js.stripe.com/endive/stripe.js';

type StartStripe = (key: string) => Stripe;

export function loadStripe(key: string): Promise<Stripe> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = STRIPE_JS;
    script.addEventListener('load', () => {
      const { Stripe: start } = window as { Stripe?: StartStripe };
      if (start === undefined) reject(new Error('Stripe.js has loaded and is not there'));
      else resolve(start(key));
    });
    script.addEventListener('error', () => reject(new Error('Stripe.js can not be loaded')));
    document.head.append(script);
  });
}

/** The card's frame in the box, in the colours of the page, also when they are switched. */
export function mountCard(stripe: Stripe, box: HTMLElement): CardElement {
  const elements = stripe.elements({ locale: document.documentElement.lang });
  // The postcode is known from the order, and Stripe's own wallet would ask for an account.
  const card = elements.create('card', { style: styleOf(box), hidePostalCode: true, disableLink: true });
  card.mount(box);
  card.on('focus', () => box.setAttribute('data-focus', ''));
  card.on('blur', () => box.removeAttribute('data-focus'));
  const repaint = () => card.update({ style: styleOf(box) });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', repaint);
  new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return card;
}

/** Another origin's frame knows no variable of ours: the colours as they are now. */
function styleOf(box: HTMLElement): object {
  const probe = document.createElement('span');
  box.after(probe);
  const colourOf = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const [ink, quiet, bad] = [colourOf('ink'), colourOf('quiet'), colourOf('bad')];
  probe.remove();
  return {
    base: {
      ...{ color: ink, iconColor: quiet, fontSize: '16px', fontFamily: 'system-ui, sans-serif' },
      '::placeholder': { color: quiet },
    },
    invalid: { color: bad, iconColor: bad },
  };
}
