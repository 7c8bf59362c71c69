import { showCount } from './show-me.ts';
import { partOf, swapPart } from './swap-part.ts';

const FIRST_MS = 1_500;
const SLOWEST_MS = 10_000;

/** Looks again, ever more slowly, until the order waits no more. */
export function waitsForOrder(): void {
  let part = document.querySelector<HTMLElement>('[data-island="wait"]');
  let pauseMs = FIRST_MS;
  const look = async () => {
    if (part === null) return;
    if (!document.hidden) {
      const answer = await fetch(location.href).catch(() => undefined);
      const next = answer?.ok === true ? partOf(await answer.text(), part.id) : null;
      // An open question (cancel it?) is not closed under its reader's hands.
      const isOpen = part.querySelector('details[open]') !== null;
      if (next !== null && next.dataset.island !== 'wait') {
        swapPart(part, next);
        part = null;
        return showCart();
      }
      // The bank's link may come a moment later than the order.
      if (next !== null && !isOpen && next.querySelectorAll('a').length !== part.querySelectorAll('a').length) {
        part = swapPart(part, next);
      }
      pauseMs = Math.min(pauseMs * 1.3, SLOWEST_MS);
    }
    setTimeout(look, pauseMs);
  };
  if (part !== null) setTimeout(look, pauseMs);
}

/** What was bought is no longer in the cart. */
async function showCart(): Promise<void> {
  const answer = await fetch('/api/cart').catch(() => undefined);
  if (answer?.ok !== true) return;
  const { items } = (await answer.json()) as { items: { quantity: number }[] };
  const units = items.reduce((sum, { quantity }) => sum + quantity, 0);
  showCount(units);
}
