import type { View } from '#design/view';
import { attributeLabel, attributeValueLabel } from '../attribute-names.ts';
import type { Selection } from './selection.ts';

export interface ChosenFilter {
  label: string;
  /** What is looked for when this one is taken away. */
  without: Selection;
}

/** One for each value, one for both ends of the price. */
export function chosenFilters(view: View, selection: Selection): ChosenFilter[] {
  const { browse } = view.words;
  const { brands, priceMin, priceMax, ratingMin, prime, inStock, attributes } = selection;
  const first = { ...selection, page: 1 };
  const without = (values: string[], value: string) => values.filter(other => other !== value);
  return [
    ...brands.map(brand => ({ label: brand, without: { ...first, brands: without(brands, brand) } })),
    ...(priceMin === null && priceMax === null
      ? []
      : [{ label: priceLabel(view, priceMin, priceMax), without: { ...first, priceMin: null, priceMax: null } }]),
    ...(ratingMin === null
      ? []
      : [{ label: browse.ratingFrom(view.number(ratingMin)), without: { ...first, ratingMin: null } }]),
    ...(prime ? [{ label: browse.primeOnly, without: { ...first, prime: false } }] : []),
    ...(inStock ? [{ label: browse.inStock, without: { ...first, inStock: false } }] : []),
    ...Object.entries(attributes).flatMap(([name, values]) =>
      values.map(value => ({
        label: `${attributeLabel(name)}: ${attributeValueLabel(value, view.words)}`,
        without: { ...first, attributes: { ...attributes, [name]: without(values, value) } },
      })),
    ),
  ];
}

function priceLabel(view: View, min: number | null, max: number | null): string {
  const { browse } = view.words;
  const said = (amount: number) => view.money({ amount, currency: view.currency });
  if (min === null) return browse.priceUpTo(said(max!));
  return max === null ? browse.priceFrom(said(min)) : browse.priceBetween(said(min), said(max));
}
