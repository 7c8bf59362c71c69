import type { OfferedMethod, PaymentInput, Payments } from '#payments';
import type { Fields } from '#platform/form';
import { readTestCard } from './test-cards.ts';

/** A way to pay as the page offers it. `id` is its value in the form. */
export interface Way extends OfferedMethod {
  id: string;
  /** False where another one answers and this one doesn't. */
  isOpen: boolean;
}

type ReadToken = (fields: Fields, asked: { method: Way['method']; isProduction: boolean }) => string | undefined;

/**
 * What each gateway is sent for the means of payment, from the fields that its component in `payment-fields.tsx` has. A
 * gateway without an entry has no form on these pages, and is not offered.
 */
const tokens: Record<string, ReadToken> = {
  simulator: (fields, { method, isProduction }) => readTestCard(fields, !isProduction && method !== 'bank_transfer'),
  paypal: () => 'paypal',
};

/** Best first, as the payments offer them. */
export async function readWays(payments: Pick<Payments, 'listMethods'>): Promise<Way[]> {
  const offered = (await payments.listMethods({})).filter(({ gateway }) => Object.hasOwn(tokens, gateway));
  const isAnyAvailable = offered.some(way => way.is_available);
  return offered.map(way => ({
    ...way,
    id: `${way.method}/${way.gateway}`,
    isOpen: way.is_available || !isAnyAvailable,
  }));
}

/** What pays, or undefined where nothing that we offer was chosen. A method alone is the best way of it. */
export function readPayment(
  fields: Fields,
  ways: Way[],
  { isProduction }: { isProduction: boolean },
): PaymentInput | undefined {
  const way = ways.find(({ id, method }) => fields.method === id || fields.method === method);
  if (way === undefined) return undefined;
  const { method, gateway } = way;
  const token = tokens[gateway]!(fields, { method, isProduction });
  return token === undefined ? undefined : { method, gateway, token };
}
