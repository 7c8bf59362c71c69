import { to, wordsOfPage } from './words-of-page.ts';

interface Suggestion {
  text: string;
  kind: 'query' | 'product' | 'category' | 'brand';
  product_id?: string;
  path?: string[];
}

const QUIET_MS = 120;
const PRODUCTS_MAX = 4;

/** Suggests while somebody types: the combobox with a list of the ARIA Authoring Practices. */
export function suggests(): void {
  const form = document.querySelector<HTMLFormElement>('form[data-island="suggest"]');
  const input = form?.querySelector<HTMLInputElement>('input[name="q"]');
  if (!form || !input) return;
  const list = makeList(form, input);
  let fetching: AbortController | undefined;
  let asking: ReturnType<typeof setTimeout> | undefined;
  let typed = input.value;
  /** The place in the list, -1 in the field itself. */
  let at = -1;

  const options = () => [...list.querySelectorAll<HTMLAnchorElement>('[role="option"]')];

  function close(): void {
    clearTimeout(asking);
    fetching?.abort();
    list.hidden = true;
    input!.setAttribute('aria-expanded', 'false');
    choose(-1);
  }

  function choose(place: number): void {
    at = place;
    const all = options();
    for (const [index, option] of all.entries()) option.setAttribute('aria-selected', String(index === place));
    const option = all[place];
    if (option === undefined) input!.removeAttribute('aria-activedescendant');
    else input!.setAttribute('aria-activedescendant', option.id);
    option?.scrollIntoView({ block: 'nearest' });
  }

  async function ask(): Promise<void> {
    fetching?.abort();
    const mine = new AbortController();
    fetching = mine;
    const found = await fetchSuggestions(typed, mine.signal);
    if (mine.signal.aborted || document.activeElement !== input) return;
    list.replaceChildren(...found.map((suggestion, index) => makeOption(suggestion, typed, index)));
    list.hidden = found.length === 0;
    input!.setAttribute('aria-expanded', String(found.length > 0));
    choose(-1);
  }

  input.addEventListener('input', () => {
    typed = input.value;
    clearTimeout(asking);
    if (typed.trim() === '') return close();
    asking = setTimeout(() => void ask(), QUIET_MS);
  });
  input.addEventListener('keydown', event => {
    const all = options();
    if (event.isComposing) return;
    if (event.key === 'Escape' && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (list.hidden) return void (typed.trim() !== '' && ask());
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      choose(stepped(at, step, all.length));
    } else if (event.key === 'Enter' && at >= 0 && !list.hidden) {
      event.preventDefault();
      all[at]?.click();
    }
  });
  input.addEventListener('blur', close);
  // A press on the list would take the focus from the field, and with it the list, before the click.
  for (const press of ['pointerdown', 'mousedown']) list.addEventListener(press, event => event.preventDefault());
}

/** The field itself, -1, is one of the places: between the last and the first. */
function stepped(at: number, step: number, count: number): number {
  return ((at + 1 + step + count + 1) % (count + 1)) - 1;
}

function makeList(form: HTMLFormElement, input: HTMLInputElement): HTMLElement {
  const list = document.createElement('div');
  Object.assign(list, { id: 'suggestions', className: 'suggestions', hidden: true });
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', wordsOfPage().suggestions);
  form.after(list);
  const attributes = { role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false' };
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
  input.setAttribute('aria-controls', list.id);
  return list;
}

async function fetchSuggestions(q: string, signal: AbortSignal): Promise<Suggestion[]> {
  const address = `/api/suggest?${new URLSearchParams({ q: q.slice(0, 200) })}`;
  const answer = await fetch(address, { signal, headers: { accept: 'application/json' } }).catch(() => undefined);
  if (!answer?.ok) return [];
  const { suggestions } = (await answer.json().catch(() => ({ suggestions: [] }))) as { suggestions: Suggestion[] };
  let products = 0;
  return suggestions.filter(({ kind }) => kind !== 'product' || products++ < PRODUCTS_MAX);
}

/** A link out of the tab order: keys come by the field, clicks and new tabs work as everywhere. */
function makeOption(suggestion: Suggestion, typed: string, index: number): HTMLElement {
  const option = document.createElement('a');
  Object.assign(option, { id: `suggestion-${index}`, href: addressOf(suggestion), tabIndex: -1 });
  option.setAttribute('role', 'option');
  option.setAttribute('aria-selected', 'false');
  const text = document.createElement('span');
  text.append(...markTyped(suggestion.text, typed));
  option.append(text);
  const kind = wordsOfPage().suggestionKinds[suggestion.kind];
  if (kind !== '') {
    const label = document.createElement('small');
    const { path = [] } = suggestion;
    label.textContent = path.length > 1 ? path.slice(0, -1).join(' › ') : kind;
    option.append(' ', label);
  }
  return option;
}

function addressOf({ kind, text, product_id, path = [] }: Suggestion): string {
  if (kind === 'product') return to(`/p/${product_id}`);
  if (kind === 'category') return to(`/c/${path.map(encodeURIComponent).join('/')}`);
  return to(`/search?${new URLSearchParams(kind === 'brand' ? { brand: text } : { q: text })}`);
}

/** What was typed stands out from what it may become. */
function markTyped(text: string, typed: string): Node[] {
  const start = text.toLowerCase().indexOf(typed.trim().toLowerCase());
  const end = start + typed.trim().length;
  if (start < 0) return [document.createTextNode(text)];
  const mark = document.createElement('b');
  mark.textContent = text.slice(start, end);
  return [document.createTextNode(text.slice(0, start)), mark, document.createTextNode(text.slice(end))];
}
