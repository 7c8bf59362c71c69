import { Stars } from '#design/parts';
import { useView } from '#design/view';
import { attributeLabel, attributeValueLabel } from '../attribute-names.ts';
import { Facet } from './facet.tsx';
import type { FoundProducts } from './find-products.ts';
import { type ListRoot, listAddress, relOf } from './links.ts';
import { PriceFacet, type PriceTyped } from './price-facet.tsx';
import type { Selection } from './selection.ts';

export interface FacetsProps {
  base: ListRoot;
  selection: Selection;
  facets: FoundProducts['facets'];
  typed: PriceTyped;
}

/** Attributes that stand open without a click; the others wait behind their name. */
const OPEN_ATTRIBUTES = 3;

/** Everything a list can be narrowed by, the most asked for first. */
export function Facets({ base, selection, facets, typed }: FacetsProps) {
  const { words } = useView();
  const { browse } = words;
  const { attributes } = selection;
  return (
    <>
      <CategoryFacet base={base} selection={selection} categories={facets.categories} />
      <Facet id="availability" title={browse.availability}>
        <Choice name="in_stock" value="true" label={browse.inStock} isChosen={selection.inStock} />
        <Choice name="prime" value="true" label={browse.primeOnly} isChosen={selection.prime} />
      </Facet>
      <ValueFacet name="brand" title={browse.brand} values={facets.brands} chosen={selection.brands} isOpen />
      <PriceFacet base={base} selection={selection} ranges={facets.price_ranges} typed={typed} />
      <RatingFacet ratings={facets.ratings} chosen={selection.ratingMin} />
      {mostTelling(facets.attributes, attributes).map(([name, values], index) => (
        <ValueFacet
          key={name}
          name={`attr.${name}`}
          title={attributeLabel(name)}
          values={values}
          chosen={attributes[name] ?? []}
          isOpen={index < OPEN_ATTRIBUTES || attributes[name] !== undefined}
        />
      ))}
    </>
  );
}

type Attributes = FoundProducts['facets']['attributes'];
const FEW_NUMBERS = 12;

/** Search sends first what most products have. Long scales of numbers narrow badly by values, so they come last. */
function mostTelling(attributes: Attributes, chosen: Selection['attributes']): [string, ValueCount[]][] {
  const isScale = ([name, values]: [string, ValueCount[]]) =>
    chosen[name] === undefined && values.length > FEW_NUMBERS && areNumbers(values);
  return Object.entries(attributes).toSorted((a, b) => Number(isScale(a)) - Number(isScale(b)));
}

function areNumbers(values: ValueCount[]): boolean {
  return values.every(({ value }) => /^\d/.test(value));
}

/** Up the tree, where we are, and down. */
function CategoryFacet(props: Pick<FacetsProps, 'base' | 'selection'> & { categories: CategoryCount[] }) {
  const { base, selection, categories } = props;
  const { words, to, number } = useView();
  const { browse } = words;
  const { category } = selection;
  if (categories.length === 0 && category.length === 0) return null;
  const at = (path: string[]) => {
    const there = { ...selection, category: path, page: 1 };
    return { href: to(listAddress(base, there)), rel: relOf(there) };
  };
  return (
    <details class="facet" open data-facet="category">
      <summary>
        <h3>{browse.category}</h3>
      </summary>
      <ul class="facet-tree">
        {category.length > 0 && (
          <li class="facet-up">
            <a {...at([])}>{browse.allCategories}</a>
          </li>
        )}
        {category.map((name, depth) => {
          const path = category.slice(0, depth + 1);
          const isHere = depth === category.length - 1;
          return (
            <li key={path.join('/')} class={isHere ? undefined : 'facet-up'}>
              {isHere ? <strong aria-current="true">{name}</strong> : <a {...at(path)}>{name}</a>}
            </li>
          );
        })}
        {categories.map(({ value, path, count }) => (
          <li key={value} class="facet-down">
            <a {...at(path)}>
              {value} <small>{number(count)}</small>
            </a>
          </li>
        ))}
      </ul>
    </details>
  );
}

type CategoryCount = FoundProducts['facets']['categories'][number];
type ValueCount = { value: string; count: number };

/** So many of a facet are seen at once, and so many at all: who knows a rarer value types it into the search. */
const VALUES_SEEN = 7;
const VALUES_MAX = 30;

/** The chosen ones first, then the most frequent; the rest behind a fold. */
function ValueFacet(props: { name: string; title: string; values: ValueCount[]; chosen: string[]; isOpen: boolean }) {
  const { name, title, values, chosen, isOpen } = props;
  const { words, number } = useView();
  if (values.length === 0) return null;
  const isChosen = ({ value }: ValueCount) => chosen.includes(value);
  const others = values.filter(one => !isChosen(one)).slice(0, VALUES_MAX);
  const shown = [...values.filter(isChosen), ...others];
  const seen = inOrder(shown.slice(0, Math.max(VALUES_SEEN, chosen.length)));
  const folded = inOrder(shown.slice(seen.length));
  const choice = (one: ValueCount) => (
    <Choice
      key={one.value}
      name={name}
      value={one.value}
      label={attributeValueLabel(one.value, words)}
      count={one.count}
      isChosen={isChosen(one)}
    />
  );
  return (
    <Facet id={name} title={title} isOpen={isOpen}>
      {seen.map(choice)}
      {folded.length > 0 && (
        <details class="facet-rest" data-facet={`${name} rest`}>
          <summary>{words.browse.showMore(number(folded.length))}</summary>
          {folded.map(choice)}
        </details>
      )}
    </Facet>
  );
}

const byNumber = new Intl.Collator('en', { numeric: true });

/** Sizes and counts are looked for by size, words by how many have them. */
function inOrder(values: ValueCount[]): ValueCount[] {
  return areNumbers(values) ? values.toSorted((a, b) => byNumber.compare(a.value, b.value)) : values;
}

function Choice(props: { name: string; value: string; label: string; count?: number; isChosen: boolean }) {
  const { name, value, label, count, isChosen } = props;
  const { number } = useView();
  return (
    <label class="facet-value">
      <input type="checkbox" name={name} value={value} checked={isChosen} />
      <span>{label}</span>
      {count !== undefined && <small>{number(count)}</small>}
    </label>
  );
}

function RatingFacet(props: { ratings: { from: number; count: number }[]; chosen: number | null }) {
  const { ratings, chosen } = props;
  const { words, number } = useView();
  const { browse } = words;
  if (chosen === null && ratings.every(({ count }) => count === 0)) return null;
  return (
    <Facet id="rating" title={browse.rating}>
      {ratings.map(({ from, count }) => (
        <label key={from} class="facet-value">
          <input type="radio" name="rating_min" value={from} checked={chosen === from} />
          <span class="facet-stars">
            <Stars rating={from} /> {browse.andMore}
          </span>
          <small>{number(count)}</small>
        </label>
      ))}
      <label class="facet-value">
        <input type="radio" name="rating_min" value="" checked={chosen === null} />
        <span>{browse.anyRating}</span>
      </label>
    </Facet>
  );
}
