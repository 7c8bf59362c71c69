/**
 * A row like the pattern of `place`, numbered after its last one: `attribute_0_name` becomes `attribute_7_name`, in ids
 * and in what is said aloud too.
 */
export function newRow(place: Element): HTMLElement {
  const pattern = place.querySelector<HTMLTemplateElement>('template')!;
  const names = [...place.querySelectorAll<HTMLInputElement>('[name]')].map(({ name }) => name);
  const row = Math.max(0, ...names.map(name => Number(/_(\d+)_/.exec(name)?.[1] ?? 0))) + 1;
  const made = pattern.content.firstElementChild!.cloneNode(true) as HTMLElement;
  for (const element of [made, ...made.querySelectorAll<HTMLElement>('*')]) {
    for (const attribute of ['name', 'id', 'for', 'aria-describedby']) {
      const value = element.getAttribute(attribute);
      if (value !== null) element.setAttribute(attribute, value.replaceAll('_0_', `_${row}_`));
    }
    const label = element.getAttribute('aria-label');
    if (label !== null) element.setAttribute('aria-label', label.replace(/0$/, String(row)));
    const words = element.firstChild;
    if (words instanceof Text) words.data = words.data.replace(/\b0\b/, String(row));
  }
  return made;
}
