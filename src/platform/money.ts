import assert from 'node:assert/strict';
import { Type } from 'typebox';

/** Integer minor units (cents for USD) and an ISO 4217 currency. */
export const Money = Type.Object(
  {
    amount: Type.Integer({ minimum: 0, maximum: 1_000_000_000_000 }),
    currency: Type.String({ pattern: '^[A-Z]{3}$' }),
  },
  { additionalProperties: false },
);
export type Money = { amount: number; currency: string };

export function money(amount: number, currency: string): Money {
  assert(Number.isSafeInteger(amount), 'money is an integer of minor units');
  return { amount, currency };
}

/** Making one costs more than a hundred uses of it. Currencies and languages are few, so the map stays small. */
const formats = new Map<string, Intl.NumberFormat>();

function formatOf(currency: string, locale: string): Intl.NumberFormat {
  const key = `${locale} ${currency}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(locale, { style: 'currency', currency });
    formats.set(key, format);
  }
  return format;
}

/** Asking a format takes 7 µs, and the shipping of every order asks. */
const digits = new Map<string, number>();

/** Minor digits of a currency by ISO 4217 (2 for USD, 0 for JPY), as Intl knows them. */
export function minorDigits(currency: string): number {
  let known = digits.get(currency);
  if (known === undefined) {
    known = formatOf(currency, 'en').resolvedOptions().maximumFractionDigits ?? 2;
    digits.set(currency, known);
  }
  return known;
}

export function formatMoney(value: Money, locale = 'en'): string {
  return formatOf(value.currency, locale).format(value.amount / 10 ** minorDigits(value.currency));
}

/** `amount × numerator / denominator`, rounded half up. Exact below 2^53 by BigInt. */
export function shareOf(amount: number, numerator: number, denominator: number): number {
  assert(amount >= 0 && numerator >= 0 && denominator > 0, 'shares are of non-negative amounts');
  return Number((BigInt(amount) * BigInt(numerator) * 2n + BigInt(denominator)) / (BigInt(denominator) * 2n));
}

/**
 * Splits `total` over `weights` in integers that sum to it exactly, by largest remainder (Hamilton's method); equal
 * remainders go to the earlier line. All-zero weights split evenly from the front.
 */
export function spread(total: number, weights: number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  if (weights.length === 0) return [];
  if (sum === 0)
    return spread(
      total,
      weights.map(() => 1),
    );
  const shares = weights.map(weight => Number((BigInt(total) * BigInt(weight)) / BigInt(sum)));
  const remainders = weights.map((weight, index) => ({ index, rest: (BigInt(total) * BigInt(weight)) % BigInt(sum) }));
  remainders.sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1));
  let left = total - shares.reduce((a, b) => a + b, 0);
  for (const { index } of remainders) {
    if (left === 0) break;
    shares[index]! += 1;
    left -= 1;
  }
  return shares;
}
