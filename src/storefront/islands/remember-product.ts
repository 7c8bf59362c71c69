import { to } from './words-of-page.ts';

interface Remembered {
  id: string;
  title: string;
  path: string;
  picture: string | null;
}

const KEY = 'recently-viewed';
const KEPT = 9;
const SHOWN = 6;

/** Remembers the product of this page in this browser alone, and shows those from before. */
export function remembersProduct(): void {
  const section = sectionOfPage();
  const list = section?.querySelector('ul');
  const current = productOfPage();
  if (!section || !list || current === undefined) return;
  const others = readRemembered().filter(({ id }) => id !== current.id);
  try {
    localStorage.setItem(KEY, JSON.stringify([current, ...others].slice(0, KEPT)));
  } catch {
    // Storage may be forbidden or full: nothing is remembered then.
  }
  list.append(...others.slice(0, SHOWN).map(itemOf));
  section.hidden = others.length === 0;
}

/** Whose page this is; undefined on every other page. */
export function productOfPage(): Remembered | undefined {
  const told = sectionOfPage()?.dataset.product;
  return told === undefined ? undefined : (JSON.parse(told) as Remembered);
}

function sectionOfPage(): HTMLElement | null {
  return document.querySelector('[data-island="recently-viewed"]');
}

function readRemembered(): Remembered[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isRemembered) : [];
  } catch {
    return [];
  }
}

function isRemembered(kept: Partial<Remembered> | null): kept is Remembered {
  return typeof kept?.title === 'string' && kept.path?.startsWith('/p/') === true;
}

function itemOf({ title, path, picture }: Remembered): HTMLLIElement {
  const item = document.createElement('li');
  const link = document.createElement('a');
  link.href = to(path);
  const frame = document.createElement('div');
  frame.className = 'picture';
  if (picture !== null) {
    const image = new Image(320, 320);
    image.alt = '';
    image.loading = 'lazy';
    image.referrerPolicy = 'no-referrer';
    image.src = picture;
    frame.append(image);
  }
  const name = document.createElement('span');
  name.textContent = title;
  link.append(frame, name);
  item.append(link);
  return item;
}
