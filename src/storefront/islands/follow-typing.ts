import { addressHere, type ListPage, type ProductList } from './product-list.ts';
import { makeSuggestions, type Suggestions } from './suggest.ts';
import { whenTyped } from './when-typed.ts';

const SUGGESTS_AFTER_MS = 120;
const SHOWS_AFTER_MS = 150;
/** Words that are not found as they stand may not be typed to their end yet: the list waits this much longer. */
const RESTS_MS = 700;

interface SearchBox {
  form: HTMLFormElement;
  input: HTMLInputElement;
}

/** The search box of every page: it suggests, and on a page of search the list itself follows what is typed. */
export function followsTyping(list: ProductList | undefined): void {
  const form = document.querySelector<HTMLFormElement>('form[data-island="search"]');
  const input = form?.querySelector<HTMLInputElement>('input[name="q"]');
  if (!form || !input) return;
  const suggestions = makeSuggestions(form, input);
  const isSearchPage = new URL(form.action).pathname === location.pathname;
  if (list !== undefined && isSearchPage) showWhatIsTyped({ form, input }, list, suggestions);
  else whenTyped(input, SUGGESTS_AFTER_MS, () => void suggestions.ask());
}

/**
 * The list is replaced while somebody types, and the suggestions stay away. Only where the words are not found as they
 * stand, as is the way of half a word, the suggestions say what they may become, and the list waits for a rest.
 */
function showWhatIsTyped({ form, input }: SearchBox, list: ProductList, suggestions: Suggestions): void {
  /** What is typed in one go is one step of the history: each list takes the place of the one before. */
  let isFurther = false;
  let resting: ReturnType<typeof setTimeout> | undefined;

  function show(page: ListPage): void {
    if (page.signal.aborted) return;
    if (!isFurther && page.address !== addressHere()) history.pushState(null, '', page.address);
    isFurther = true;
    list.show(page, { keepsWords: true });
  }

  async function answer(): Promise<void> {
    // An empty box is about to be filled: all products of the shop would only flash up.
    if (input.value.trim() === '') return suggestions.close();
    const page = await list.load(addressOf(form));
    if (page === undefined) return;
    if (page?.root.dataset.found === 'as-written') {
      suggestions.close();
      show(page);
    } else {
      void suggestions.ask();
      if (page !== null) resting = setTimeout(() => show(page), RESTS_MS);
    }
  }

  async function send(): Promise<void> {
    const address = addressOf(form);
    // On a phone the keyboard would cover what was found.
    if (matchMedia('(pointer: coarse)').matches) input.blur();
    const page = list.isShown(address) ? undefined : await list.load(address);
    if (page === null) return location.assign(address);
    if (page !== undefined) show(page);
    isFurther = false;
  }

  const typing = whenTyped(input, SHOWS_AFTER_MS, () => void answer());
  const stop = () => {
    typing.cancel();
    clearTimeout(resting);
  };
  input.addEventListener('input', () => clearTimeout(resting));
  input.addEventListener('blur', () => {
    isFurther = false;
  });
  form.addEventListener('submit', event => {
    event.preventDefault();
    stop();
    suggestions.close();
    void send();
  });
  addEventListener('popstate', () => {
    stop();
    isFurther = false;
  });
}

/** Where the form leads. Blanks around the words make no other search of them. */
function addressOf(form: HTMLFormElement): string {
  const q = String(new FormData(form).get('q') ?? '').trim();
  const { pathname } = new URL(form.action);
  return q === '' ? pathname : `${pathname}?${new URLSearchParams({ q })}`;
}
