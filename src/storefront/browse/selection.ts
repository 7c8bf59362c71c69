import { readPrice } from './price-field.ts';

/** What somebody looks for, as the address of a list of products says it. */
export interface Selection {
  q: string;
  category: string[];
  brands: string[];
  /** Minor units, inclusive. */
  priceMin: number | null;
  priceMax: number | null;
  ratingMin: number | null;
  prime: boolean;
  inStock: boolean;
  attributes: Record<string, string[]>;
  sort: Sort;
  page: number;
}

export const sorts = ['relevance', 'price_asc', 'price_desc', 'rating', 'newest'] as const;
export type Sort = (typeof sorts)[number];

/** Each parameter of an address with all its values. */
export type Params = Readonly<Record<string, readonly string[]>>;

export interface ReadSelection {
  selection: Selection;
  /** It was sent by the form, in its words, and has a shorter address of its own. */
  isFromForm: boolean;
  /** What was written as a price and can't be read. */
  unreadable: { min?: string; max?: string };
  /** The higher price came first; the two have been turned around. */
  wasTurned: boolean;
}

/** As much as search takes; what is beyond is left out, as no form of ours sends it. */
const most = { q: 500, values: 50, brand: 200, steps: 6, name: 100, attributes: 20, value: 1000 } as const;
const PRICE_MAX = 1_000_000_000_000;
const ATTRIBUTE = 'attr.';

/**
 * Reads an address without ever refusing it: people shorten, mend and share addresses by hand, so what makes no sense
 * is left out. `min` and `max` are the form's prices in major units, for browsers without JavaScript.
 */
export function readSelection(params: Params, options: { digits: number; pagesMax: number }): ReadSelection {
  const { digits, pagesMax } = options;
  const first = (name: string) => params[name]?.at(-1)?.trim() ?? '';
  const min = readEnd(params, 'min', digits);
  const max = readEnd(params, 'max', digits);
  const isTurned = min.amount !== null && max.amount !== null && min.amount > max.amount;
  const selection: Selection = {
    q: first('q').slice(0, most.q).toWellFormed(),
    category: texts(params.category, most.name).slice(0, most.steps),
    brands: texts(params.brand, most.brand),
    priceMin: isTurned ? max.amount : min.amount,
    priceMax: isTurned ? min.amount : max.amount,
    ratingMin: /^[1-5]$/.test(first('rating_min')) ? Number(first('rating_min')) : null,
    prime: first('prime') === 'true',
    inStock: first('in_stock') === 'true',
    attributes: readAttributes(params),
    sort: sorts.find(sort => sort === first('sort')) ?? 'relevance',
    page: /^\d{1,6}$/.test(first('page')) ? Math.min(Math.max(Number(first('page')), 1), pagesMax) : 1,
  };
  return {
    selection,
    isFromForm: 'min' in params || 'max' in params,
    unreadable: {
      ...(min.isUnreadable && { min: min.text }),
      ...(max.isUnreadable && { max: max.text }),
    },
    wasTurned: isTurned,
  };
}

/** One end of the range: what the form wrote counts before what the address had. */
function readEnd(params: Params, end: 'min' | 'max', digits: number) {
  const typed = params[end]?.at(-1);
  const text = (typed ?? params[`price_${end}`]?.at(-1) ?? '').slice(0, 40);
  const inMinor = /^\d{1,13}$/.test(text) && Number(text) <= PRICE_MAX ? Number(text) : undefined;
  const amount = typed === undefined ? (text === '' ? null : inMinor) : readPrice(text, digits);
  return { text, amount: amount ?? null, isUnreadable: amount === undefined };
}

function readAttributes(params: Params): Selection['attributes'] {
  const named = Object.keys(params)
    .filter(param => param.startsWith(ATTRIBUTE))
    .map(param => [param.slice(ATTRIBUTE.length), texts(params[param], most.value)] as const)
    .filter(([name, values]) => name.length >= 1 && name.length <= most.name && values.length > 0);
  return Object.fromEntries(named.slice(0, most.attributes));
}

function texts(values: readonly string[] = [], lengthMax: number): string[] {
  const whole = values.filter(value => value !== '' && value.length <= lengthMax && value.isWellFormed());
  return [...new Set(whole)].slice(0, most.values);
}

/** The parameters of a selection, in one order, without what goes without saying. A category's page names it itself. */
export function paramsOf(selection: Selection, { isInPath = false } = {}): URLSearchParams {
  const { q, category, brands, priceMin, priceMax, ratingMin, prime, inStock, attributes, sort, page } = selection;
  const params = new URLSearchParams();
  const add = (name: string, value: string | number | null, silent: string | number = '') => {
    if (value !== null && value !== silent) params.append(name, String(value));
  };
  add('q', q);
  if (!isInPath) for (const name of category) add('category', name);
  for (const brand of brands) add('brand', brand);
  add('price_min', priceMin);
  add('price_max', priceMax);
  add('rating_min', ratingMin);
  if (prime) add('prime', 'true');
  if (inStock) add('in_stock', 'true');
  for (const [name, values] of Object.entries(attributes)) for (const value of values) add(ATTRIBUTE + name, value);
  add('sort', sort, 'relevance');
  add('page', page, 1);
  return params;
}

/** The same without its filters: the words and the category. Search engines know a list by this. */
export function withoutFilters({ q, category }: Pick<Selection, 'q' | 'category'>): Selection {
  return {
    q,
    category,
    brands: [],
    priceMin: null,
    priceMax: null,
    ratingMin: null,
    prime: false,
    inStock: false,
    attributes: {},
    sort: 'relevance',
    page: 1,
  };
}

export function isFiltered(selection: Selection): boolean {
  return paramsOf({ ...selection, sort: 'relevance', page: 1 }).size > paramsOf(withoutFilters(selection)).size;
}
