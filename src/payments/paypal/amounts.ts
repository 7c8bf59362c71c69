import { minorDigits } from '#platform/money';

/**
 * The currencies that PayPal takes, each with its decimals (developer.paypal.com/docs/api/reference/currency-codes):
 * "HUF, JPY and TWD do not support decimals; passing one is an error". ISO 4217 gives two to some of them.
 */
const decimals: Readonly<Record<string, number>> = {
  ...{ AUD: 2, BRL: 2, CAD: 2, CHF: 2, CNY: 2, CZK: 2, DKK: 2, EUR: 2, GBP: 2, HKD: 2, HUF: 0, ILS: 2 },
  ...{ JPY: 0, MXN: 2, MYR: 2, NOK: 2, NZD: 2, PHP: 2, PLN: 2, SEK: 2, SGD: 2, THB: 2, TWD: 0, USD: 2 },
};

export interface PaypalMoney {
  currency_code: string;
  value: string;
}

/** Our minor units as PayPal writes them; null where PayPal can't take exactly this. Digits only, no fractions of 2. */
export function toPaypalMoney(amount: number, currency: string): PaypalMoney | null {
  const places = Object.hasOwn(decimals, currency) ? decimals[currency]! : null;
  if (places === null) return null;
  const ours = minorDigits(currency);
  const digits = String(amount).padStart(ours + 1, '0');
  const whole = digits.slice(0, digits.length - ours);
  const fraction = digits.slice(digits.length - ours).padEnd(places, '0');
  if (/[^0]/.test(fraction.slice(places))) return null;
  return { currency_code: currency, value: places === 0 ? whole : `${whole}.${fraction.slice(0, places)}` };
}

/** PayPal's amount in our minor units; null for what is no amount of that currency. */
export function fromPaypalMoney({ value, currency_code }: PaypalMoney): number | null {
  const parts = /^(\d{1,13})(?:\.(\d{1,6}))?$/.exec(value);
  if (parts === null || !/^[A-Z]{3}$/.test(currency_code)) return null;
  const [, whole, fraction = ''] = parts;
  const ours = minorDigits(currency_code);
  const minor = fraction.padEnd(ours, '0');
  return /[^0]/.test(minor.slice(ours)) ? null : Number(`${whole}${minor.slice(0, ours)}`);
}
