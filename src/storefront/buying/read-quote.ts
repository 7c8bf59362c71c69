import type { CheckoutQuote } from '#orders';
import type { Fields } from '#platform/form';
import type { StorefrontDeps } from '../deps.ts';
import { destinationOf, methodOf } from './read-delivery.ts';
import type { Buyer } from './read-shopper.ts';
import { type Told, tellRefusal } from './refusal-notice.tsx';

export interface Quoted {
  /** Undefined where there is nothing to price. */
  quote: CheckoutQuote | undefined;
  /** The sums by the chosen method. */
  totals: CheckoutQuote['methods'][number] | undefined;
  isTaxKnown: boolean;
  told: Told | undefined;
}

interface Wanted {
  buyer: Buyer;
  fields: Fields;
  /** What buy-now would buy; otherwise the cart. */
  product?: { product_id: string; quantity: number };
}

/** What it would cost now. Told of a changed price, the next look has the new one. */
export async function readQuote(
  { orders, catalog }: Pick<StorefrontDeps, 'orders' | 'catalog'>,
  { buyer, fields, product }: Wanted,
): Promise<Quoted> {
  const to = destinationOf(fields, buyer.saved);
  const ship_to = to && { country: to.country, region: to.region };
  const ask = () =>
    orders.quoteCheckout({ shopper: buyer.shopper, ...(ship_to && { ship_to }), ...(product && { product }) });
  const first = await ask();
  const told = first.ok ? undefined : await tellRefusal(catalog, first);
  const asked = !first.ok && first.code === 'PRICE_CHANGED' ? await ask() : first;
  const quote = asked.ok ? asked.value : undefined;
  const method = methodOf(fields);
  const totals = quote?.methods.find(offer => offer.method === method);
  return { quote, totals, isTaxKnown: to?.isWhole ?? false, told };
}
