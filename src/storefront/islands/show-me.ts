import { productOfPage } from './remember-product.ts';
import { to, wordsOfPage } from './words-of-page.ts';

interface Me {
  name: string | null;
  desk: 'seller' | 'admin' | null;
  cart_items: number;
}

/** Puts the person into the page that is the same for everybody: a name, and how full the cart is. */
export async function showsMe(): Promise<void> {
  const asked = new URLSearchParams(isFirstPage() ? { visit: '1' } : {});
  const product = productOfPage();
  if (product !== undefined) asked.set('product', product.id);
  const answer = await fetch(`/fragments/me?${asked}`, { headers: { accept: 'application/json' } }).catch(
    () => undefined,
  );
  if (answer?.ok !== true) return;
  const me = (await answer.json()) as Me;
  const words = wordsOfPage();
  const name = document.querySelector('[data-me="name"]');
  if (name !== null && me.name !== null) name.textContent = me.name;
  if (me.desk !== null) showDesk(`/${me.desk}`, me.desk === 'admin' ? words.staffDesk : words.sellersDesk);
  showCount(me.cart_items);
}

/** The way to the desk of those who sell or run the shop; on a phone they find it in the account. */
function showDesk(path: string, label: string): void {
  const link = document.createElement('a');
  link.href = to(path);
  link.className = 'top-desk';
  link.textContent = label;
  document.querySelector('[data-me="account"]')?.before(link);
}

export function showCount(units: number): void {
  const count = document.querySelector<HTMLElement>('[data-me="count"]');
  const more = document.querySelector<HTMLElement>('[data-me="count-more"]');
  if (count === null || more === null) return;
  count.textContent = units > 99 ? '99+' : String(units);
  count.hidden = units === 0;
  // Said after the number by those who read it aloud: "Cart 2 items".
  more.textContent = units > 0 ? ` ${wordsOfPage().items(units)}` : '';
}

/** The first page of this browser's session: the shop counts it as a visit. Nothing but that is remembered. */
function isFirstPage(): boolean {
  try {
    if (sessionStorage.getItem('visit') !== null) return false;
    sessionStorage.setItem('visit', '1');
    return true;
  } catch {
    // Storage may be forbidden: rather not counted than counted with each page.
    return false;
  }
}
