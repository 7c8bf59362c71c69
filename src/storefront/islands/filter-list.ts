import { readPrice } from '../browse/price-field.ts';
import { addressHere, type ProductList } from './product-list.ts';

/**
 * A list that changes in its place when a filter does. Whatever goes wrong, the browser goes to the new address itself.
 */
export function filtersList(list: ProductList | undefined): void {
  const form = list?.root.querySelector<HTMLFormElement>('#filter-form');
  if (list === undefined || !form) return;
  const { root } = list;

  async function show(address: string): Promise<void> {
    const page = await list!.load(address);
    if (page === null) return location.assign(address);
    if (page !== undefined) list!.show(page);
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
    const link = (event.target as Element).closest<HTMLAnchorElement>('#filters a, .chips a, .browse-note a');
    if (link === null || !isPlain(event) || link.pathname !== location.pathname) return;
    event.preventDefault();
    goTo(link.pathname + link.search);
  });
  // Back and forward; a jump within the page changes no address of ours.
  addEventListener('popstate', () => !list.isShown(addressHere()) && void show(addressHere()));
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
