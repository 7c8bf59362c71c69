import { type CategoryTree, NO_CATEGORY } from './category-tree.ts';
import type { Dictionary } from './dictionary.ts';
import { termsOf } from './language/terms.ts';
import type { Clause } from './language/understand.ts';
import { categoryFactor, coverOf, NAMED_CATEGORY_FACTOR } from './ranking.ts';

/** The categories and brands of a catalogue. */
export interface Names {
  readonly categories: CategoryTree;
  readonly brands: Dictionary;
  /** Products by category, those below not included, and by brand. */
  readonly categorySizes: readonly number[];
  readonly brandSizes: readonly number[];
}

/** What a query's own words say of categories and brands, by their numbers. */
export interface NamedFactors {
  accessory: Float32Array;
  category: Float32Array;
  brands: Set<number>;
}

/** `found`: by category, the products that have all that is asked for in their titles. */
export function namedFactors(names: Names, clauses: readonly Clause[], found: Int32Array): NamedFactors {
  const forms = clauses.map(({ ways }) => new Set(ways.flatMap(({ terms }) => (terms.length === 1 ? terms : []))));
  return {
    accessory: accessoryFactors(names, found),
    category: namedCategories(names, clauses, forms),
    brands: namedBrands(names, forms),
  };
}

function accessoryFactors({ categorySizes }: Names, found: Int32Array): Float32Array {
  const cover = Float32Array.from(found, (count, id) => coverOf(count, categorySizes[id] ?? 0));
  const best = cover.reduce((most, each) => Math.max(most, each), 0);
  return cover.map(each => categoryFactor(each, best));
}

/** Brands of which all words stand in the query. */
function namedBrands({ brands }: Names, forms: Set<string>[]): Set<number> {
  const asked = new Set(forms.flatMap(terms => [...terms]));
  const candidates = [...asked].flatMap(term => brands.withTerm(term));
  return new Set(candidates.filter(id => termsOf(brands.texts[id]!).every(term => asked.has(term))));
}

/** Categories whose name the query's last word ends, with what lies below them. */
function namedCategories(
  { categories, brands }: Names,
  clauses: readonly Clause[],
  forms: Set<string>[],
): Float32Array {
  const factors = new Float32Array(categories.size).fill(1);
  const isBrand = (terms: Set<string>) => [...terms].some(term => brands.withTerm(term).length > 0);
  const said = forms.filter((terms, at) => !clauses[at]!.isPrecise && !isBrand(terms));
  const head = said.at(-1);
  if (head === undefined) return factors;
  for (let id = 0; id < categories.size; id++) {
    const parent = categories.parents[id]!;
    if (parent !== NO_CATEGORY) factors[id] = factors[parent]!;
    for (const thing of categories.things[id]!) {
      const isNamed = head.has(thing.at(-1)!) && thing.every(word => said.some(terms => terms.has(word)));
      if (!isNamed) continue;
      const { alone, among } = NAMED_CATEGORY_FACTOR;
      factors[id] = Math.max(factors[id]!, thing.length === said.length ? alone : among);
    }
  }
  return factors;
}
