/** Forms without a key: the second click of a double click sends nothing. */
export function sendsOnce(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-island="send-once"]')) {
    let isSent = false;
    form.addEventListener('submit', event => {
      if (isSent) event.preventDefault();
      isSent = true;
    });
    // Back again by the browser's own memory of the page.
    addEventListener('pageshow', () => {
      isSent = false;
    });
  }
}
