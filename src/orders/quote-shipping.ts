import type { Static } from 'typebox';
import type { QuoteShipping, ShippingMethod, ShippingOffer } from '#orders';
import { money } from '#platform/money';
import type { Deps } from './deps.ts';

const methods: ShippingMethod[] = ['standard', 'express'];

export function quoteShipping(
  { shipping, currency }: Pick<Deps, 'shipping' | 'currency'>,
  { goods, country = shipping.home, prime = false }: Static<typeof QuoteShipping>,
): ShippingOffer[] {
  return methods.map(method => {
    const freeFrom = shipping.freeFrom({ method, country, currency });
    const { min, max } = shipping.days({ method, country });
    return {
      method,
      cost: money(shipping.cost({ method, country, goods, currency, prime }), currency),
      free_from: freeFrom === null ? null : money(freeFrom, currency),
      days_min: min,
      days_max: max,
    };
  });
}
