/** What SECURITY.md asks of features that are not here yet. Each becomes a test with its feature. */
export interface NotApplicable {
  line: number;
  /** Only this part of the line; the rest has its tests. */
  part?: string;
  reason: string;
}

export const notApplicable: readonly NotApplicable[] = [
  { line: 1, part: 'tickets', reason: 'There are no flash sales yet, so nobody holds a ticket.' },
  { line: 10, reason: 'There are no coupons and no credit; a discount is 0 in every order.' },
  { line: 14, reason: 'There are no flash sales yet, so there are no passes.' },
  { line: 19, part: 'coupons', reason: 'There are no coupons to guess.' },
  {
    line: 28,
    part: 'redirects and rebinding',
    reason: 'The shop never requests an address that a client or a file names, which is what the test shows.',
  },
  {
    line: 32,
    part: 'tax',
    reason: 'Tax is a table in the code, not a service that could be down; an outside engine comes behind its port.',
  },
];
