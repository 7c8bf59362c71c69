import { newRow } from './new-row.ts';

/** More rows than the page came with, where a list has a button for it. */
export function addsRows(): void {
  for (const place of document.querySelectorAll<HTMLElement>('[data-island="add-rows"]')) {
    const button = place.querySelector<HTMLButtonElement>('button[type="button"]');
    if (button === null) continue;
    button.hidden = false;
    button.addEventListener('click', () => {
      const row = newRow(place);
      place.insertBefore(row, button);
      row.querySelector('input')?.focus();
    });
  }
}
