/** Sends the file of an import with its progress shown; without a script the form sends it. */
export function uploadsImport(): void {
  const form = document.querySelector<HTMLFormElement>('[data-island="upload-import"]');
  const bar = form?.querySelector('progress');
  const said = form?.querySelector('output');
  if (!form || !bar || !said) return;
  const { sending = '', failed = '' } = form.dataset;
  form.addEventListener('submit', event => {
    const sent = new FormData(form);
    const file = sent.get('file');
    if (!(file instanceof File) || file.size === 0) return;
    event.preventDefault();
    const button = form.querySelector('button')!;
    button.disabled = true;
    bar.parentElement!.hidden = false;
    let told = -1;
    send(file, String(sent.get('format')), part => {
      bar.value = part * 100;
      // A screen reader is told every tenth and not every hundredth.
      const tenth = Math.floor(part * 10);
      if (tenth !== told) said.textContent = `${sending} ${tenth * 10} %`;
      told = tenth;
    }).then(
      id => location.assign(`${form.action}/${id}?live=1`),
      (why: string) => {
        button.disabled = false;
        bar.parentElement!.hidden = true;
        said.textContent = why === '' ? failed : `${failed} (${why})`;
      },
    );
  });
}

/** Fetch tells no progress of what is sent. */
function send(file: File, format: string, progress: (part: number) => void): Promise<string> {
  return new Promise((done, refused) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/admin/imports?format=${encodeURIComponent(format)}`);
    request.setRequestHeader('Idempotency-Key', crypto.randomUUID());
    request.responseType = 'json';
    request.upload.addEventListener('progress', ({ loaded, total }) => progress(total === 0 ? 1 : loaded / total));
    request.addEventListener('load', () => {
      const answer = request.response as { import_id?: string; title?: string } | null;
      if (request.status === 202 && answer?.import_id !== undefined) done(answer.import_id);
      else refused(answer?.title ?? '');
    });
    request.addEventListener('error', () => refused(''));
    const body = new FormData();
    body.append('file', file);
    request.send(body);
  });
}
