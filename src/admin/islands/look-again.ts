const EVERY_MS = 2_000;

/**
 * What takes longer than a request is looked at again until it is done: only the waiting part of the page is put in
 * anew, and nothing else moves. Without JavaScript a link does it.
 */
export function looksAgain(): void {
  const place = document.querySelector<HTMLElement>('[data-island="look-again"][data-waits]');
  if (place === null) return;
  place.setAttribute('aria-live', 'polite');
  setTimeout(() => void look(place), EVERY_MS);
}

async function look(place: HTMLElement): Promise<void> {
  const fresh = document.hidden ? null : await read();
  if (fresh !== null) {
    const { waits } = fresh.dataset;
    const isDone = waits === undefined;
    // The seconds that pass are not said aloud: the news is that it has ended.
    place.setAttribute('aria-live', isDone ? 'polite' : 'off');
    place.replaceChildren(...fresh.childNodes);
    if (isDone) return;
  }
  setTimeout(() => void look(place), EVERY_MS);
}

async function read(): Promise<HTMLElement | null> {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } }).catch(() => undefined);
  if (answer?.ok !== true) return null;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  return page.querySelector<HTMLElement>('[data-island="look-again"]');
}
