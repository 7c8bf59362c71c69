import { readPrice } from '../browse/price-field.ts';

/**
 * A list of products that changes in its place when a filter does: the page of the new address is fetched, and its
 * parts take the place of those shown. Whatever goes wrong, the browser goes to that address itself.
 */
export function filtersList(): void {
  const root = document.querySelector<HTMLElement>('[data-island="browse"]');
  const form = root?.querySelector<HTMLFormElement>('#filter-form');
  if (root === null || !form) return;
  let shown = addressHere();
  let fetching: AbortController | undefined;

  async function show(address: string): Promise<void> {
    fetching?.abort();
    const mine = new AbortController();
    fetching = mine;
    root!.setAttribute('aria-busy', 'true');
    const answer = await fetch(address, { signal: mine.signal }).catch(() => undefined);
    const html = answer?.ok ? await answer.text().catch(() => undefined) : undefined;
    if (mine.signal.aborted) return;
    const next = html === undefined ? null : new DOMParser().parseFromString(html, 'text/html');
    const list = next?.querySelector<HTMLElement>('[data-island="browse"]');
    if (!next || !list) return location.assign(address);
    shown = new URL(answer!.url).pathname + new URL(answer!.url).search;
    if (shown !== addressHere()) history.replaceState(null, '', shown);
    replaceParts(root!, list);
    takeOver(next);
    root!.removeAttribute('aria-busy');
  }

  function goTo(address: string): void {
    if (address !== addressHere()) history.pushState(null, '', address);
    void show(address);
  }

  form.addEventListener('change', () => goTo(addressOf(form)));
  form.addEventListener('submit', event => {
    event.preventDefault();
    root.querySelector<HTMLElement>('#filters:popover-open')?.hidePopover();
    if (addressOf(form) !== addressHere()) goTo(addressOf(form));
  });
  // The choice of an order stands outside of the form, and belongs to it.
  root.querySelector('[name="sort"]')?.addEventListener('change', () => goTo(addressOf(form)));
  root.addEventListener('click', event => {
    const link = (event.target as Element).closest<HTMLAnchorElement>('#filters a, .chips a');
    if (link === null || !isPlain(event) || link.pathname !== location.pathname) return;
    event.preventDefault();
    goTo(link.pathname + link.search);
  });
  // Back and forward; a jump within the page changes no address of ours.
  addEventListener('popstate', () => addressHere() !== shown && void show(addressHere()));
}

function addressHere(): string {
  return location.pathname + location.search;
}

function isPlain(event: MouseEvent): boolean {
  return event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
}

/** The short address of what the form says. A price that can't be read is left to the server to tell. */
function addressOf(form: HTMLFormElement): string {
  const digits = Number(form.dataset.digits);
  const params = new URLSearchParams();
  for (const [name, value] of new FormData(form) as unknown as Iterable<[string, string]>) {
    if (value === '' || (name === 'sort' && value === 'relevance')) continue;
    const amount = name === 'min' || name === 'max' ? readPrice(value, digits) : undefined;
    if (typeof amount === 'number') params.append(`price_${name}`, String(amount));
    else params.append(name, value);
  }
  const search = params.toString();
  return new URL(form.action).pathname + (search === '' ? '' : `?${search}`);
}

/** Folds stay as they were opened, and whoever was at a field or link stays there, or comes to the list. */
function replaceParts(root: HTMLElement, next: HTMLElement): void {
  const folds = new Map(
    [...root.querySelectorAll<HTMLDetailsElement>('[data-facet]')].map(one => [keyOf(one), one.open]),
  );
  const focused = root.contains(document.activeElement) ? (document.activeElement as HTMLElement) : undefined;
  const focusedKey = focused && keyOf(focused);
  for (const part of root.querySelectorAll<HTMLElement>('[data-part]')) {
    const fresh = next.querySelector(`[data-part="${part.dataset.part}"]`);
    if (fresh !== null && fresh.innerHTML !== part.innerHTML) part.replaceChildren(...fresh.childNodes);
  }
  for (const fold of root.querySelectorAll<HTMLDetailsElement>('[data-facet]')) {
    fold.open = folds.get(keyOf(fold)) ?? fold.open;
  }
  const sort = root.querySelector<HTMLSelectElement>('[name="sort"]');
  const nextSort = next.querySelector<HTMLSelectElement>('[name="sort"]');
  if (sort && nextSort) sort.value = nextSort.value;
  if (focused === undefined || focused.isConnected) return;
  const same = [...root.querySelectorAll<HTMLElement>('input, select, summary, a, button')].find(
    one => keyOf(one) === focusedKey,
  );
  (same ?? root.querySelector<HTMLElement>('[data-part="results"]'))?.focus({ preventScroll: true });
}

/** What an element is, whatever page it came with. */
function keyOf(element: HTMLElement): string {
  if (element instanceof HTMLInputElement) {
    return `${element.name} ${element.type === 'text' ? '' : element.value}`;
  }
  const { facet } = (element.closest('[data-facet]') as HTMLElement | null)?.dataset ?? {};
  return element instanceof HTMLAnchorElement
    ? `a ${facet} ${element.firstChild?.textContent}`
    : `${element.tagName} ${facet ?? element.id}`;
}

/** What stands around the list and names it: the title, and the other languages' addresses. */
function takeOver(next: Document): void {
  document.title = next.title;
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.choices a[hreflang]')) {
    const same = next.querySelector<HTMLAnchorElement>(`.choices a[hreflang="${link.hreflang}"]`);
    if (same !== null) link.setAttribute('href', same.getAttribute('href')!);
  }
}
