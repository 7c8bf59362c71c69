const AMOUNT_MAX = 1_000_000_000_000;

/**
 * A price as people write it, in minor units: `12`, `12.5`, `12,50`, `1,299.00`. Undefined where it can't be read, or
 * could mean two things: `1.299` is a thousand to some and a mistyped `1.29` to others.
 */
export function readPrice(text: string, digits: number): number | undefined {
  const plain = text.replaceAll(/[\s'’\u00a0\u202f]|\p{Sc}/gu, '');
  const part = `[.,](\\d{1,${digits}})`;
  const simple = new RegExp(digits === 0 ? '^(\\d{1,13})()$' : `^(\\d{1,13})(?:${part})?$`);
  const grouped = new RegExp(`^(\\d{1,3}([.,])\\d{3}(?:\\2\\d{3})*)${digits === 0 ? '()' : `(?!\\2)${part}`}$`);
  const found = simple.exec(plain) ?? grouped.exec(plain);
  if (found === null) return undefined;
  const amount = Number(found[1]!.replaceAll(/[.,]/g, '') + (found.at(-1) ?? '').padEnd(digits, '0'));
  return amount <= AMOUNT_MAX ? amount : undefined;
}

/** As it stands in a field: `12.50`, with the decimal sign of the language. */
export function writePrice(amount: number, digits: number, language: string): string {
  const text = String(amount).padStart(digits + 1, '0');
  if (digits === 0) return text;
  const sign = new Intl.NumberFormat(language).format(0.5).charAt(1);
  return `${text.slice(0, -digits)}${sign}${text.slice(-digits)}`;
}
