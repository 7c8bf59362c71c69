/** Buttons and arrow keys for the row of pictures, and the mark on the small one of that which is seen. */
export function turnsGallery(): void {
  const gallery = document.querySelector<HTMLElement>('[data-island="gallery"]');
  const stage = gallery?.querySelector<HTMLElement>('.gallery-stage');
  const back = gallery?.querySelector<HTMLButtonElement>('.gallery-back');
  const on = gallery?.querySelector<HTMLButtonElement>('.gallery-on');
  if (!gallery || !stage || !back || !on) return;
  const places = [...stage.children] as HTMLElement[];
  const thumbs = [...gallery.querySelectorAll<HTMLAnchorElement>('.gallery-thumbs a')];
  let shown = 0;

  const mark = (index: number) => {
    shown = index;
    for (const [place, thumb] of thumbs.entries()) {
      if (place === index) thumb.setAttribute('aria-current', 'true');
      else thumb.removeAttribute('aria-current');
    }
  };
  // After the last comes the first: a button that has no more to do would lose the focus.
  const turnTo = (index: number) => {
    const place = places.at(index % places.length);
    if (place !== undefined) stage.scrollTo({ left: place.offsetLeft - places[0]!.offsetLeft });
  };

  for (const [index, thumb] of thumbs.entries()) {
    thumb.addEventListener('click', event => {
      // The link itself would also scroll the page.
      event.preventDefault();
      turnTo(index);
    });
  }
  back.addEventListener('click', () => turnTo(shown - 1));
  on.addEventListener('click', () => turnTo(shown + 1));
  gallery.addEventListener('keydown', ({ key }) => {
    const step = getComputedStyle(gallery).direction === 'rtl' ? -1 : 1;
    if (key === 'ArrowRight') turnTo(shown + step);
    if (key === 'ArrowLeft') turnTo(shown - step);
  });
  const watch = new IntersectionObserver(
    seen => {
      const last = seen.filter(({ isIntersecting }) => isIntersecting).at(-1);
      if (last !== undefined) mark(places.indexOf(last.target as HTMLElement));
    },
    { root: stage, threshold: 0.6 },
  );
  for (const place of places) watch.observe(place);
  mark(0);
  back.hidden = false;
  on.hidden = false;
}
