/** A picture that can't be loaded gives way to the placeholder that it stands on. */
export function hidesMissingPictures(): void {
  const hide = (image: HTMLImageElement) => {
    image.dataset.missing = '';
  };
  // Errors of pictures do not bubble, so they are caught on their way down.
  document.addEventListener('error', event => event.target instanceof HTMLImageElement && hide(event.target), true);
  for (const image of document.querySelectorAll<HTMLImageElement>('.picture img')) {
    if (image.complete && image.naturalWidth === 0 && image.currentSrc !== '') hide(image);
  }
}
