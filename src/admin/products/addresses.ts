/** `path` with what of `query` is set, in its order: the same list has the same address. */
export function withQuery(path: string, query: Record<string, string | number | undefined>): string {
  const set = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(set.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? path : `${path}?${text}`;
}

/** What a field of a filter says; a form sends the empty ones too. */
export function filled(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === '' ? undefined : trimmed;
}

/** How many pages a list has. Lists end at row 10,000. */
export function pagesOf({ total, page_size }: { total: number; page_size: number }): number {
  return Math.ceil(total / page_size);
}
