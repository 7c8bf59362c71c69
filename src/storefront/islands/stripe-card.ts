// The form of Stripe's cards, on the pages that pay. Stripe reads the card in a frame of its own and gives us the id of a
// payment method, which is all that our form sends.
import { type CardElement, type CardError, loadStripe, mountCard, type Stripe } from './mount-card.ts';

/** Longer than Stripe's own tries; then something is in between, and its person should hear of it. */
const WAIT_MS = 30_000;

interface Words {
  reasons: Record<string, string>;
  unread: string;
  unloaded: string;
}

const part = document.querySelector<HTMLElement>('[data-island="stripe-card"]');
if (part?.dataset.key !== undefined) takesCards(part, part.dataset.key);

function takesCards(part: HTMLElement, key: string): void {
  const form = part.closest('form')!;
  const token = form.elements.namedItem('stripe_token') as HTMLInputElement;
  const words = JSON.parse(part.dataset.words!) as Words;
  const say = sayer(part);
  const loading = within(loadStripe(key)).then(stripe => ({ stripe, card: showCard(part, stripe) }));
  const isReady = loading.then(
    ({ card }) => {
      card.on('change', ({ error }) => {
        forgetToken(form, token);
        say(error && tell(words, error));
      });
      return true;
    },
    () => {
      say(words.unloaded);
      return false;
    },
  );

  async function read(): Promise<void> {
    if (!(await isReady)) return say(words.unloaded);
    const { stripe, card } = await loading;
    const made = await within(stripe.createPaymentMethod({ type: 'card', card })).catch(() => undefined);
    const id = made?.paymentMethod?.id;
    if (id === undefined) {
      say(made?.error === undefined ? words.unread : tell(words, made.error));
      return card.focus();
    }
    token.value = id;
    // Past the listeners of `submit`: all that they do is done.
    form.submit();
  }

  let isReading = false;
  form.addEventListener('submit', event => {
    const isOther = event.submitter?.hasAttribute('formaction') === true || !isChosen(form);
    // With a token it is the form of before, from the browser's memory: the same key and card are the same payment.
    if (isOther || token.value !== '') return;
    event.preventDefault();
    if (isReading) return;
    isReading = true;
    say(undefined);
    void read().finally(() => {
      if (token.value !== '') return;
      isReading = false;
      form.dispatchEvent(new Event('unpaid'));
    });
  });
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) isReading = false;
  });
}

function showCard(part: HTMLElement, stripe: Stripe): CardElement {
  part.querySelector<HTMLElement>('.card-field')!.hidden = false;
  return mountCard(stripe, part.querySelector<HTMLElement>('.card-box')!);
}

function isChosen(form: HTMLFormElement): boolean {
  const way = new FormData(form).get('method');
  return typeof way === 'string' && way.endsWith('/stripe');
}

/** Another card is another payment, and needs another key than the one that was sent with the first. */
function forgetToken(form: HTMLFormElement, token: HTMLInputElement): void {
  if (token.value === '') return;
  token.value = '';
  (form.elements.namedItem('_key') as HTMLInputElement).value = crypto.randomUUID();
}

function sayer(part: HTMLElement): (text: string | undefined) => void {
  const wrong = part.querySelector<HTMLElement>('.wrong')!;
  const box = part.querySelector<HTMLElement>('.card-box')!;
  return text => {
    wrong.textContent = text ?? '';
    box.toggleAttribute('data-wrong', text !== undefined);
  };
}

/** Stripe's own message may be meant for developers: its code is told in our words, or that it failed. */
function tell({ reasons, unread }: Words, { code = '' }: CardError): string {
  return Object.hasOwn(reasons, code) ? reasons[code]! : unread;
}

function within<Value>(work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer')), WAIT_MS);
    void work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
