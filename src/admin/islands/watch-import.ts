const EVERY_MS = 1_000;

interface Report {
  state: 'running' | 'done' | 'failed';
  [count: string]: unknown;
}

/** Asks each second how an import goes, and loads the page when it is over: that one has the report. */
export function watchesImport(): void {
  const place = document.querySelector<HTMLElement>('[data-island="watch-import"]');
  if (place === null) return;
  const address = new URL(location.href);
  if (!address.searchParams.has('live')) {
    // The page as it came loads itself anew every few seconds, which is for browsers without scripts.
    address.searchParams.set('live', '1');
    location.replace(address);
  } else setTimeout(() => void look(place, address), EVERY_MS);
}

async function look(place: HTMLElement, address: URL): Promise<void> {
  const report = await ask(place.dataset.import!);
  if (report !== undefined && report.state !== 'running') {
    address.searchParams.delete('live');
    location.replace(address);
    return;
  }
  if (report !== undefined) show(place, report);
  setTimeout(() => void look(place, address), EVERY_MS);
}

async function ask(id: string): Promise<Report | undefined> {
  try {
    const answer = await fetch(`/api/admin/imports/${id}`);
    return answer.ok ? ((await answer.json()) as Report) : undefined;
  } catch {
    // The network comes back; the next second asks again.
    return undefined;
  }
}

function show(place: HTMLElement, report: Report): void {
  const format = new Intl.NumberFormat(document.documentElement.lang);
  for (const element of place.querySelectorAll<HTMLElement>('[data-count]')) {
    element.textContent = format.format(Number(report[element.dataset.count!] ?? 0));
  }
  const said = place.querySelector('output');
  if (said !== null)
    said.textContent = (place.dataset.rows ?? '').replace('{rows}', format.format(Number(report.read)));
}
