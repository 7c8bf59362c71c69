import type { Static } from 'typebox';
import type { Orders, QuoteCheckout } from '#orders';
import { accept } from '#platform/outcome';
import type { Deps } from './deps.ts';
import { presentLine, presentTotals } from './present.ts';
import { quoteShipping } from './quote-shipping.ts';
import { readCartGoods, readProductGoods } from './read-goods.ts';
import { quote, sum } from './rules.ts';

/** The same reading and the same sums as of a checkout, so that what is shown before is what is asked for then. */
export async function quoteCheckout(
  deps: Deps,
  { shopper, ship_to, product }: Static<typeof QuoteCheckout>,
): ReturnType<Orders['quoteCheckout']> {
  const read = await (product === undefined ? readCartGoods(deps, shopper) : readProductGoods(deps, product));
  if (!read.ok) return read;
  const { currency } = deps;
  const { country, region } = ship_to ?? { country: deps.shipping.home, region: '' };
  const { prime } = shopper;
  const goods = sum(read.value.map(({ product: { price }, quantity }) => price.amount * quantity));
  const quotes = quoteShipping(deps, { goods, country, prime }).map(offer => ({
    offer,
    quoted: quote(read.value, { country, region, method: offer.method, prime, currency, discount: 0 }, deps),
  }));
  return accept({
    items: quotes[0]!.quoted.lines.map(line => presentLine(line, currency)),
    methods: quotes.map(({ offer, quoted }) => ({ ...offer, ...presentTotals(quoted, currency) })),
  });
}
