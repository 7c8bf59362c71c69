import { showCount } from './show-me.ts';
import { toast } from './toast.ts';
import { wordsOfPage } from './words-of-page.ts';

/** Adds without leaving the page. What is refused is told; what is not understood goes the form's own way. */
export function addsToCart(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-island="add-to-cart"]')) adds(form);
}

function adds(form: HTMLFormElement): void {
  /** Kept until there is an answer: another click after a lost one adds nothing twice. */
  let key: { value: string; of: string } | undefined;
  let isBusy = false;
  form.addEventListener('submit', async event => {
    const button = event.submitter as HTMLButtonElement | null;
    if (button?.formMethod === 'get' && button.hasAttribute('formmethod')) return;
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    const fields = new FormData(form);
    const wanted = { product_id: String(fields.get('product_id')), quantity: Number(fields.get('quantity') ?? 1) };
    const body = JSON.stringify(wanted);
    if (key?.of !== body) key = { value: newKey(), of: body };
    const answer = await send(body, key.value);
    isBusy = false;
    if (answer === undefined) return toast(wordsOfPage().notAdded);
    key = undefined;
    if (answer.ok) return showAdded(await answer.json());
    const refusal = answer.status === 409 || answer.status === 404 ? await answer.json().catch(() => null) : null;
    if (refusal === null) return form.submit();
    toast(wordsOfRefusal(form, refusal.code));
  });
}

function send(body: string, key: string): Promise<Response | undefined> {
  const headers = { 'content-type': 'application/json', accept: 'application/json', 'idempotency-key': key };
  return fetch('/api/cart/items', { method: 'POST', headers, body }).catch(() => undefined);
}

/** `crypto.randomUUID` is not there on a plain-http host. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
}

function showAdded(cart: { items: { quantity: number }[] }): void {
  const units = cart.items.reduce((sum, { quantity }) => sum + quantity, 0);
  showCount(units);
  toast(wordsOfPage().inCart);
}

function wordsOfRefusal({ dataset }: HTMLFormElement, code: unknown): string {
  const told = code === 'CART_FULL' ? dataset.cartFull : dataset.outOfStock;
  return told ?? wordsOfPage().notAdded;
}
