import { useView } from '#design/view';
import type { Money } from '#platform/money';

export interface SumsProps {
  totals: { subtotal: Money; discount: Money; shipping_cost: Money; tax: Money; total: Money };
  /** Until an address says what is taxed where. */
  isTaxKnown?: boolean;
}

/** What an order costs and of what it is made. */
export function Sums({ totals, isTaxKnown = true }: SumsProps) {
  const { words, money } = useView();
  const { things, checkout } = words;
  const { subtotal, discount, shipping_cost: shipping, tax, total } = totals;
  const shown = isTaxKnown ? total : { ...total, amount: total.amount - tax.amount };
  return (
    <dl class="sums">
      <dt>{things.subtotal}</dt>
      <dd>{money(subtotal)}</dd>
      {discount.amount > 0 && (
        <>
          <dt>{things.discount}</dt>
          <dd>−{money(discount)}</dd>
        </>
      )}
      <dt>{things.shipping}</dt>
      <dd>{shipping.amount === 0 ? things.free : money(shipping)}</dd>
      <dt>{things.tax}</dt>
      <dd>{isTaxKnown ? money(tax) : <span class="quiet">{checkout.taxLater}</span>}</dd>
      <dt class="sums-total">{isTaxKnown ? things.total : checkout.totalBeforeTax}</dt>
      <dd class="sums-total">{money(shown)}</dd>
    </dl>
  );
}
