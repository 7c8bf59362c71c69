import { shareOf, spread } from '#platform/money';
import { type Line, type RefundRecord, sum } from './rules.ts';

/** What of an order is one seller's. The three lists say the same by product, in the order of the lines. */
export interface SellerShare {
  seller_id: string;
  units: number;
  /** Less discounts, before shipping and tax. */
  amount: number;
  /** Of what was given back, with its tax and shipping. */
  refunded: number;
  product_ids: string[];
  product_units: number[];
  product_amounts: number[];
}

/**
 * An order's sellers in the order of its lines. A refund of items is borne by the sellers of these items, by their
 * worth; one of an amount alone by all, by what they sold. The parts sum to what was given back, to the cent.
 */
export function sellerShares({ lines, refunds }: { lines: Line[]; refunds: RefundRecord[] }): SellerShare[] {
  const sellerIds = [...new Set(lines.map(line => line.seller_id))];
  const shares = sellerIds.map((seller_id): SellerShare => {
    const own = lines.filter(line => line.seller_id === seller_id);
    return {
      seller_id,
      units: sum(own.map(line => line.quantity)),
      amount: sum(own.map(amountOf)),
      refunded: 0,
      product_ids: own.map(line => line.product_id),
      product_units: own.map(line => line.quantity),
      product_amounts: own.map(amountOf),
    };
  });
  for (const refund of refunds) {
    if (refund.state !== 'done') continue;
    const weights =
      refund.items.length > 0
        ? sellerIds.map(seller_id => worthOf(lines, seller_id, refund.items))
        : shares.map(share => share.amount);
    spread(refund.amount, weights).forEach((part, index) => {
      shares[index]!.refunded += part;
    });
  }
  return shares;
}

function amountOf(line: Line): number {
  return line.unit_price * line.quantity - line.discount;
}

function worthOf(lines: Line[], sellerId: string, items: { product_id: string; quantity: number }[]): number {
  const worths = items.map(({ product_id, quantity }) => {
    const line = lines.find(each => each.product_id === product_id && each.seller_id === sellerId);
    return line === undefined ? 0 : shareOf(amountOf(line) + line.tax, quantity, line.quantity);
  });
  return sum(worths);
}
