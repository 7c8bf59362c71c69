import { newRow } from './new-row.ts';

/** Pictures are uploaded as they are chosen, each to a row of its own; without a script they come with the form. */
export function uploadsPictures(): void {
  const place = document.querySelector<HTMLElement>('[data-island="upload-pictures"]');
  const chooser = place?.querySelector<HTMLInputElement>('input[type="file"]');
  const said = place?.querySelector('output');
  if (!place || !chooser || !said) return;
  const { uploading = '', uploaded = '', failed = '' } = place.dataset;
  chooser.addEventListener('change', async () => {
    const files = [...(chooser.files ?? [])];
    // What is uploaded now must not come with the form again; what failed is to be chosen anew.
    chooser.value = '';
    said.textContent = files.length === 0 ? '' : uploading;
    const refused: string[] = [];
    for (const file of files) {
      const url = await upload(file);
      if (url === undefined) refused.push(file.name);
      else showPicture(place, url);
    }
    if (files.length > 0) said.textContent = refused.length === 0 ? uploaded : `${failed} (${refused.join(', ')})`;
  });
}

async function upload(file: File): Promise<string | undefined> {
  const headers = { 'content-type': file.type || 'image/jpeg', 'idempotency-key': crypto.randomUUID() };
  try {
    const answer = await fetch('/api/admin/pictures', { method: 'POST', headers, body: file });
    return answer.ok ? ((await answer.json()) as { url: string }).url : undefined;
  } catch {
    return undefined;
  }
}

function showPicture(place: HTMLElement, url: string): void {
  const row = newRow(place);
  const address = row.querySelector<HTMLInputElement>('input[name$="_url"]')!;
  address.value = url;
  const order = row.querySelector<HTMLInputElement>('input[name$="_order"]')!;
  order.value = /_(\d+)_/.exec(order.name)![1]!;
  const picture = new Image();
  picture.src = url;
  picture.alt = '';
  row.querySelector('.picture')?.append(picture);
  place.querySelector('ol')?.append(row);
}
