import { Icon } from '#design/icon';
import { useView, type View } from '#design/view';
import { attributeLabel, attributeValueLabel } from '../attribute-names.ts';
import { type ListRoot, listAddress, relOf } from './links.ts';
import { type Selection, withoutFilters } from './selection.ts';

interface Chip {
  label: string;
  without: Selection;
}

/** What was chosen, each to be taken away by a click. */
export function Chips({ base, selection }: { base: ListRoot; selection: Selection }) {
  const view = useView();
  const { browse } = view.words;
  const chips = chipsOf(view, selection);
  if (chips.length === 0) return null;
  return (
    <nav aria-label={browse.chosen}>
      <ul class="chips">
        {chips.map(({ label, without }) => (
          <li key={label}>
            <a
              class="chip"
              href={view.to(listAddress(base, without))}
              rel={relOf(without)}
              aria-label={browse.removeFilter(label)}
            >
              {label}
              <Icon name="cross" />
            </a>
          </li>
        ))}
        {chips.length > 1 && (
          <li>
            <a class="chip chip-clear" href={view.to(listAddress(base, withoutFilters(selection)))}>
              {browse.clearAll}
            </a>
          </li>
        )}
      </ul>
    </nav>
  );
}

/** One for each value, one for both ends of the price. */
function chipsOf(view: View, selection: Selection): Chip[] {
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
