import { minorDigits } from '#platform/money';

/**
 * Stripe's digits after the point, where they are not two. Its own list (docs.stripe.com/currencies), which is neither
 * that of ISO 4217 nor Intl's, by which we count: a króna is 100 there and 1 here.
 */
const ZERO_DIGITS = 'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' ');
const THREE_DIGITS = 'BHD JOD KWD OMR TND'.split(' ');
/** Written with two digits there for compatibility, of which both must be 0. */
const WHOLE_ONLY = ['ISK', 'UGX'];

/** In Stripe's smallest unit; null where Stripe has no such amount. */
export function toStripeAmount(amount: number, currency: string): number | null {
  const theirs = scaled(amount, stripeDigits(currency) - minorDigits(currency));
  // Card networks know no more than two digits, so that the third must be 0.
  const step = WHOLE_ONLY.includes(currency) ? 100 : THREE_DIGITS.includes(currency) ? 10 : 1;
  return Number.isSafeInteger(theirs) && theirs % step === 0 ? theirs : null;
}

/** In our minor units. What we have not asked for may be no integer here, and equals no amount of ours. */
export function fromStripeAmount(amount: number, currency: string): number {
  return scaled(amount, minorDigits(currency) - stripeDigits(currency));
}

function stripeDigits(currency: string): number {
  if (ZERO_DIGITS.includes(currency)) return 0;
  return THREE_DIGITS.includes(currency) ? 3 : 2;
}

/** By division where it becomes less: a power below one is not exact. */
function scaled(amount: number, digits: number): number {
  return digits >= 0 ? amount * 10 ** digits : amount / 10 ** -digits;
}
