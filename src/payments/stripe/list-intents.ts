import type { Listed, ListRequest, Unknown } from '../gateway.ts';
import { readIntent } from './read-intent.ts';
import type { StripeClient } from './stripe-client.ts';
import { unknownBy } from './stripe-errors.ts';

/** An intent with its charge has up to 8 kB, and an answer may have 1 MB. */
const PAGE = 50;

/** A page of what was made there in a time, newest first, less what others have made on the same account. */
export async function listIntents(
  { ask }: StripeClient,
  shopId: string,
  { from, to, after }: ListRequest,
  signal: AbortSignal,
): Promise<Listed | Unknown> {
  // Stripe tells whole seconds. Each is of the time in which it begins: of times that follow each other, one has it.
  const created = { gte: wholeSeconds(from), lt: wholeSeconds(to) };
  const wish = { created, limit: PAGE, expand: ['data.latest_charge'], ...(after && { starting_after: after }) };
  try {
    const { data, has_more } = await ask(signal, stripe => stripe.paymentIntents.list(wish));
    const payments = data.flatMap(intent => readIntent(intent, shopId) ?? []);
    return { state: 'listed', payments, next: has_more ? (data.at(-1)?.id ?? null) : null };
  } catch (error) {
    return unknownBy(error);
  }
}

function wholeSeconds(time: string): number {
  return Math.ceil(Date.parse(time) / 1000);
}
