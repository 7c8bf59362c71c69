import type { Outside } from '#platform/security-headers';

/**
 * As Stripe's security guide asks for its Elements: the script and its frames, which also come from hosts of their own
 * below that name; what they ask; and the frame in which a bank may be asked.
 */
const STRIPE: Outside = {
  scripts: ['https://js.stripe.com', 'https://*.js.stripe.com'],
  frames: ['https://js.stripe.com', 'https://*.js.stripe.com', 'https://hooks.stripe.com'],
  calls: ['https://api.stripe.com'],
};

/** What a page with the form of cards takes from elsewhere; undefined where no card is typed here. */
export function outsideOfCards({ stripeKey }: { stripeKey: string | undefined }): Outside | undefined {
  return stripeKey === undefined ? undefined : STRIPE;
}
