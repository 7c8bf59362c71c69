import type { Fields } from '#platform/form';

/** The simulator's cards by what they do. */
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

/** A transfer has no card; in production there is none to choose, and the one that pays is taken. */
export function readTestCard(fields: Fields, isChosen: boolean): string | undefined {
  const card = isChosen ? testCards.find(known => known === (fields.test_card ?? 'pays')) : 'pays';
  return card === undefined ? undefined : tokens[card];
}
