import type { PaymentInput, PaymentMethod } from '#payments';
import type { Fields } from '#platform/form';

/**
 * The simulator's cards by what they do. It is the only gateway, so a shop in production has no card to type in either,
 * and pays with the one that pays.
 */
const tokens = {
  pays: 'tok_visa',
  declined: 'tok_declined',
  insufficient: 'tok_insufficient_funds',
  bank: 'tok_3ds',
  slow: 'tok_slow',
  flaky: 'tok_flaky',
  silent_paid: 'tok_timeout_charged',
  silent_unpaid: 'tok_timeout_not_charged',
  capture: 'tok_capture_fails',
} as const;

export type TestCard = keyof typeof tokens;
export const testCards = Object.keys(tokens) as TestCard[];
export const paymentMethods: PaymentMethod[] = ['card', 'wallet', 'bank_transfer'];

/** What pays, or undefined where nothing that we offer was chosen. A transfer has no card. */
export function readPayment(fields: Fields, { isProduction }: { isProduction: boolean }): PaymentInput | undefined {
  const method = paymentMethods.find(known => known === fields.method);
  const isChoice = !isProduction && method !== 'bank_transfer';
  const card = isChoice ? testCards.find(known => known === (fields.test_card ?? 'pays')) : 'pays';
  return method === undefined || card === undefined ? undefined : { method, token: tokens[card] };
}
