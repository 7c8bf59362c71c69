import { partOf, swapPart } from './swap-part.ts';

const PAUSE_MS = 250;
const parts = ['methods', 'totals'];

/** Tax, shipping and total follow what is typed and chosen; nothing is held by looking. */
export function quotesTotals(): void {
  const form = document.querySelector<HTMLFormElement>('form[data-island="quote"]');
  if (form === null) return;
  form.dataset.live = '';
  let asked: AbortController | undefined;
  let pause: ReturnType<typeof setTimeout> | undefined;

  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    const body = new URLSearchParams(new FormData(form) as never);
    body.delete('_key');
    const { signal } = asked;
    const answer = await fetch(form.dataset.quote!, { method: 'POST', body, signal }).catch(() => undefined);
    if (answer?.ok !== true) return;
    const html = await answer.text().catch(() => '');
    if (signal.aborted) return;
    for (const id of parts) {
      const part = document.getElementById(id);
      const next = partOf(html, id);
      if (part !== null && next !== null) swapPart(part, next);
    }
  };
  form.addEventListener('change', event => {
    const { name } = event.target as HTMLInputElement;
    if (!/^(address|country|region|quantity|shipping_method)$/.test(name)) return;
    clearTimeout(pause);
    pause = setTimeout(ask, PAUSE_MS);
  });
}
