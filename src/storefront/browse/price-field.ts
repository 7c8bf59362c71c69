const AMOUNT_MAX = 1_000_000_000_000;

/**
 * What people write as a price, in minor units: `12`, `12.5`, `12,50`, `1.234,50 €`. Null where nothing is written,
 * undefined where it can't be read. A separator before three digits parts thousands, unless the currency has three.
 */
export function readPrice(text: string, digits: number): number | null | undefined {
  const plain = text.replaceAll(/[\s'’\u00a0\u202f]|\p{Sc}|[A-Za-z]{3}$|^[A-Za-z]{3}/gu, '');
  if (plain === '') return text.trim() === '' ? null : undefined;
  const part = digits === 0 ? '' : `(?:(?!\\k<comma>)[.,](?<part>\\d{1,${digits}}))?`;
  const simple = new RegExp(`^(?<whole>\\d*)${part.replace('(?!\\k<comma>)', '')}$`);
  const grouped = new RegExp(`^(?<whole>\\d{1,3}(?<comma>[.,])\\d{3}(\\k<comma>\\d{3})*)${part}$`);
  const found = simple.exec(plain) ?? grouped.exec(plain);
  if (found === null) return undefined;
  const amount = Number(found.groups!.whole!.replaceAll(/[.,]/g, '') + (found.groups!.part ?? '').padEnd(digits, '0'));
  return amount <= AMOUNT_MAX ? amount : undefined;
}

/** As it stands in the field: `12` or `12.50`, with the decimal point of the language. */
export function writePrice(amount: number, digits: number, point: string): string {
  const text = String(amount).padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  const part = digits === 0 ? '' : text.slice(-digits);
  return /^0*$/.test(part) ? whole : `${whole}${point}${part}`;
}
