/** A payment takes seconds: the button says that it has begun, and takes no second click. */
export function tellsPaying(): void {
  const button = document.querySelector<HTMLButtonElement>('[data-island="paying"]');
  const text = button?.querySelector('span');
  if (!button || !text) return;
  const words = text.textContent;
  const rest = () => {
    button.disabled = false;
    text.textContent = words;
  };
  button.form?.addEventListener('submit', ({ submitter }) => {
    // A look at the sums is sent by another button of the form.
    if (submitter !== null && submitter !== button) return;
    button.disabled = true;
    text.textContent = button.dataset.busy!;
  });
  // A card that could not be read has been sent nowhere.
  button.form?.addEventListener('unpaid', rest);
  // Back again by the browser's own memory of the page.
  addEventListener('pageshow', rest);
}
