import { markWords } from '../mark-words.ts';
import { to, wordsOfPage } from './words-of-page.ts';

interface Suggestion {
  text: string;
  kind: 'query' | 'product' | 'category' | 'brand';
  product_id?: string;
  path?: string[];
}

/** What the words in the search box may become, in a list below it. */
export interface Suggestions {
  ask(): Promise<void>;
  close(): void;
}

const PRODUCTS_MAX = 4;

/** The combobox with a list of the ARIA Authoring Practices: the focus stays in the field, keys walk the list. */
export function makeSuggestions(form: HTMLFormElement, input: HTMLInputElement): Suggestions {
  const { list, count } = makeList(form, input);
  let fetching: AbortController | undefined;
  /** The place in the list, -1 in the field itself. */
  let at = -1;

  const options = () => [...list.querySelectorAll<HTMLAnchorElement>('[role="option"]')];

  function show(found: readonly HTMLElement[]): void {
    list.replaceChildren(...found);
    list.hidden = found.length === 0;
    input.setAttribute('aria-expanded', String(found.length > 0));
    count.textContent = found.length === 0 ? '' : wordsOfPage().suggestionCount(found.length);
    choose(-1);
  }

  function choose(place: number): void {
    at = place;
    showChosen(input, options(), place);
  }

  async function ask(): Promise<void> {
    if (at >= 0) return;
    fetching?.abort();
    const typed = input.value;
    if (typed.trim() === '') return show([]);
    const mine = new AbortController();
    fetching = mine;
    const found = await fetchSuggestions(typed, mine.signal);
    if (mine.signal.aborted || document.activeElement !== input) return;
    show(found.map((suggestion, index) => makeOption(suggestion, typed, index)));
  }

  function close(): void {
    fetching?.abort();
    if (!list.hidden) show([]);
  }

  function walk(event: KeyboardEvent, step: 1 | -1): void {
    event.preventDefault();
    if (list.hidden) void ask();
    else if (event.altKey && step === -1) close();
    else {
      // Who walks the list keeps the list that they see: a later answer would take the place from under them.
      fetching?.abort();
      choose(stepped(at, step, options().length));
    }
  }

  input.addEventListener('keydown', event => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown') walk(event, 1);
    else if (event.key === 'ArrowUp') walk(event, -1);
    else if (list.hidden) return;
    else if (event.key === 'Escape') {
      event.preventDefault();
      close();
    } else if (event.key === 'Enter' && at >= 0) {
      event.preventDefault();
      options()[at]?.click();
    } else if (MOVES_CARET.has(event.key)) choose(-1);
  });
  // What was chosen may be gone in a moment: who types on is in the field.
  input.addEventListener('input', () => at >= 0 && choose(-1));
  input.addEventListener('blur', close);
  // A press on the list would take the focus from the field, and with it the list, before the click.
  for (const press of ['pointerdown', 'mousedown']) list.addEventListener(press, event => event.preventDefault());
  return { ask, close };
}

function showChosen(input: HTMLInputElement, options: readonly HTMLAnchorElement[], place: number): void {
  for (const [index, option] of options.entries()) option.setAttribute('aria-selected', String(index === place));
  const option = options[place];
  if (option === undefined) input.removeAttribute('aria-activedescendant');
  else input.setAttribute('aria-activedescendant', option.id);
  option?.scrollIntoView({ block: 'nearest' });
}

const MOVES_CARET: ReadonlySet<string> = new Set(['ArrowLeft', 'ArrowRight', 'Home', 'End']);

/** The field itself, -1, is one of the places: between the last and the first. */
function stepped(at: number, step: number, count: number): number {
  return ((at + 1 + step + count + 1) % (count + 1)) - 1;
}

function makeList(form: HTMLFormElement, input: HTMLInputElement): { list: HTMLElement; count: HTMLElement } {
  const list = document.createElement('div');
  Object.assign(list, { id: 'suggestions', className: 'suggestions', hidden: true });
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', wordsOfPage().suggestions);
  const count = document.createElement('div');
  count.className = 'hidden';
  count.setAttribute('role', 'status');
  form.after(list, count);
  const attributes = { role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false' };
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
  input.setAttribute('aria-controls', list.id);
  return { list, count };
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

/** What was typed is marked as in the titles that are found. */
function markTyped(text: string, typed: string): Node[] {
  return markWords(text, typed, { isTyping: true }).map(piece => {
    if (!piece.isMatch) return document.createTextNode(piece.text);
    const mark = document.createElement('mark');
    mark.textContent = piece.text;
    return mark;
  });
}
