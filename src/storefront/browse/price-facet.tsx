import { useView } from '#design/view';
import { minorDigits } from '#platform/money';
import { Facet } from './facet.tsx';
import type { FoundProducts } from './find-products.ts';
import { type ListRoot, listAddress, relOf } from './links.ts';
import { writePrice } from './price-field.ts';
import type { Selection } from './selection.ts';

/** What somebody wrote that could not be read: it stays in its field. */
export interface PriceTyped {
  min?: string;
  max?: string;
}

type Range = FoundProducts['facets']['price_ranges'][number];

/** Ranges to click, and two fields for one's own. A range ends before its `to`, a filter includes its highest price. */
export function PriceFacet(props: { base: ListRoot; selection: Selection; ranges: Range[]; typed: PriceTyped }) {
  const { base, selection, ranges, typed } = props;
  const { words, to, money, number, currency } = useView();
  const { browse } = words;
  const said = (amount: number) => money({ amount, currency });
  const label = ({ from, to: end }: Range) => {
    if (from === null) return browse.priceUnder(said(end!));
    return end === null ? browse.priceFrom(said(from)) : browse.priceBetween(said(from), said(end));
  };
  return (
    <Facet id="price" title={browse.price}>
      <ul class="facet-tree">
        {ranges.map(range => {
          const priceMax = range.to === null ? null : range.to - 1;
          const there = { ...selection, priceMin: range.from, priceMax, page: 1 };
          const isHere = selection.priceMin === range.from && selection.priceMax === priceMax;
          return (
            <li key={range.from} class={isHere ? undefined : 'facet-down'}>
              <a
                href={to(listAddress(base, isHere ? { ...there, priceMin: null, priceMax: null } : there))}
                rel={relOf(there)}
                aria-current={isHere ? 'true' : undefined}
              >
                {label(range)} <small>{number(range.count)}</small>
              </a>
            </li>
          );
        })}
      </ul>
      <div class="price-fields">
        <PriceField end="min" amount={selection.priceMin} typed={typed.min} label={browse.priceMin} />
        <PriceField end="max" amount={selection.priceMax} typed={typed.max} label={browse.priceMax} />
        <button type="submit" class="button button-secondary button-small">
          {browse.priceGo}
        </button>
      </div>
    </Facet>
  );
}

function PriceField(props: { end: 'min' | 'max'; amount: number | null; typed: string | undefined; label: string }) {
  const { end, amount, typed, label } = props;
  const { currency, number } = useView();
  const point = number(1.5).charAt(1);
  const written = amount === null ? '' : writePrice(amount, minorDigits(currency), point);
  return (
    <label>
      <small>
        {label} ({currency})
      </small>
      <input
        class="input"
        name={end}
        value={typed ?? written}
        inputMode="decimal"
        autocomplete="off"
        maxLength={40}
        aria-invalid={typed === undefined ? undefined : true}
      />
    </label>
  );
}
