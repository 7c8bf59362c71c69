import { showCount } from './show-me.ts';
import { toast } from './toast.ts';

/** The element of this id in a page that the shop has sent. */
export function partOf(html: string, id: string): HTMLElement | null {
  return new DOMParser().parseFromString(html, 'text/html').getElementById(id);
}

/** Puts the new part in the place of the old one; whoever was in a field of it stays there. */
export function swapPart(part: HTMLElement, next: HTMLElement): HTMLElement {
  const focused = part.contains(document.activeElement) ? (document.activeElement as HTMLElement) : null;
  const fresh = document.importNode(next, true);
  part.replaceWith(fresh);
  if (focused !== null) {
    const same = focused.id === '' ? null : document.getElementById(focused.id);
    if (same === null) fresh.tabIndex = -1;
    (same ?? fresh).focus({ preventScroll: true });
  }
  return fresh;
}

/** Forms within such a part are sent without leaving the page: in their order, and the last answer is shown. */
export function swapsParts(): void {
  const part = document.querySelector<HTMLElement>('[data-island="swap"]');
  if (part === null) return;
  part.dataset.live = '';
  let shown = part;
  let waiting = 0;
  let last: Promise<void> = Promise.resolve();

  const send = async (form: HTMLFormElement) => {
    const html = await post(form);
    waiting -= 1;
    const next = html === undefined ? null : partOf(html, shown.id);
    // A lost answer, or one without the part (a problem's page): the form's own way shows what there is.
    if (next === null) return waiting === 0 ? form.submit() : undefined;
    if (waiting > 0) return;
    next.dataset.live = '';
    shown = swapPart(shown, next);
    showCount(Number(shown.dataset.units ?? 0));
    if (shown.dataset.said !== undefined) toast(shown.dataset.said);
  };
  document.addEventListener('submit', event => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || !shown.contains(form)) return;
    event.preventDefault();
    waiting += 1;
    // Read when it is sent: what is typed until then counts.
    last = last.then(() => send(form));
  });
  document.addEventListener('change', event => {
    const input = event.target as HTMLInputElement;
    if (shown.contains(input) && input.dataset.submits !== undefined) input.form?.requestSubmit();
  });
}

/**
 * A new key each time: another quantity in the same form is another wish. A lost answer is found again by the form's
 * own way, under the key of the page.
 */
async function post(form: HTMLFormElement): Promise<string | undefined> {
  const body = new URLSearchParams(new FormData(form) as never);
  body.delete('_key');
  const answer = await fetch(form.action, { method: 'POST', body }).catch(() => undefined);
  return answer?.text();
}
