const SHOWN_MS = 4_000;
let hiding: ReturnType<typeof setTimeout> | undefined;

/** A short word at the foot of the page, said aloud by screen readers. */
export function toast(text: string, { stays = false } = {}): void {
  const place = document.getElementById('toast');
  if (place === null) return;
  clearTimeout(hiding);
  place.textContent = text;
  if (!stays) {
    hiding = setTimeout(() => {
      place.textContent = '';
    }, SHOWN_MS);
  }
}
