/** A payment takes seconds: the button says that it has begun, and takes no second click. */
export function tellsPaying(): void {
  const button = document.querySelector<HTMLButtonElement>('[data-island="paying"]');
  const text = button?.querySelector('span');
  if (!button || !text) return;
  const words = text.textContent;
  button.form?.addEventListener('submit', () => {
    button.disabled = true;
    text.textContent = button.dataset.busy!;
  });
  // Back again by the browser's own memory of the page.
  addEventListener('pageshow', () => {
    button.disabled = false;
    text.textContent = words;
  });
}
