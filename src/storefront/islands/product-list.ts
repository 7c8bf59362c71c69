/** The list of products on a page, as it stands there or at another address. */
export interface ListPage {
  address: string;
  document: Document;
  root: HTMLElement;
  /** Aborted as soon as another list is asked for. */
  signal: AbortSignal;
}

/** A list of products that changes in its place: its parts are replaced by those of the page of another address. */
export interface ProductList {
  readonly root: HTMLElement;
  isShown(address: string): boolean;
  /** Null where it did not come, undefined where another list was asked for meanwhile. */
  load(address: string): Promise<ListPage | null | undefined>;
  /** Shows it, unless another one was asked for meanwhile. `keepsWords`: somebody is typing in the search box. */
  show(page: ListPage, options?: { keepsWords: boolean }): void;
}

/** Undefined where the page has none. */
export function findProductList(): ProductList | undefined {
  const root = document.querySelector<HTMLElement>('[data-island="browse"]');
  if (root === null) return undefined;
  let shown = addressHere();
  let asked: AbortController | undefined;
  return {
    root,
    isShown: address => address === shown,
    async load(address) {
      asked?.abort();
      const mine = new AbortController();
      asked = mine;
      root.setAttribute('aria-busy', 'true');
      const page = await fetchList(address, mine.signal);
      if (mine.signal.aborted) return undefined;
      root.removeAttribute('aria-busy');
      return page;
    },
    show(page, options) {
      if (page.signal.aborted) return;
      shown = page.address;
      if (shown !== addressHere()) history.replaceState(null, '', shown);
      replaceParts(root, page.root);
      takeOver(page.document, options);
    },
  };
}

export function addressHere(): string {
  return location.pathname + location.search;
}

async function fetchList(address: string, signal: AbortSignal): Promise<ListPage | null> {
  const answer = await fetch(address, { signal }).catch(() => undefined);
  const html = answer?.ok ? await answer.text().catch(() => undefined) : undefined;
  if (answer === undefined || html === undefined) return null;
  const next = new DOMParser().parseFromString(html, 'text/html');
  const root = next.querySelector<HTMLElement>('[data-island="browse"]');
  const { pathname, search } = new URL(answer.url);
  return root === null ? null : { address: pathname + search, document: next, root, signal };
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

/** What stands around the list and names it: the title, the words in the box, and the other languages' addresses. */
function takeOver(next: Document, { keepsWords } = { keepsWords: false }): void {
  document.title = next.title;
  const box = document.querySelector<HTMLInputElement>('#q');
  if (box !== null && !keepsWords) box.value = next.querySelector<HTMLInputElement>('#q')?.value ?? box.value;
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.choices a[hreflang]')) {
    const same = next.querySelector<HTMLAnchorElement>(`.choices a[hreflang="${link.hreflang}"]`);
    if (same !== null) link.setAttribute('href', same.getAttribute('href')!);
  }
}
