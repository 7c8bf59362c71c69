/** What ranks the products of a query: the same for all engines. Words come first, all else works within bounds. */

/**
 * How much a word tells in a field, and how long a field usually is: a product says more that has fewer other words.
 * BM25F (Robertson, Zaragoza 2009) with the lengths of a large catalogue held fixed, so that a weight never changes
 * once it is written.
 */
export const FIELDS = {
  title: { weight: 3, length: 14, byLength: 0.5 },
  brand: { weight: 1, length: 1, byLength: 0 },
  category: { weight: 0.5, length: 4, byLength: 0 },
  attributes: { weight: 0.1, length: 40, byLength: 0.75 },
  description: { weight: 1.5, length: 30, byLength: 0.75 },
};
export const SATURATION = 1;

export type Field = (typeof FIELDS)[keyof typeof FIELDS];

/** What a term counts each time that it stands in a field of so many terms. */
export function weightIn(field: Field, length: number): number {
  return field.weight / (1 - field.byLength + (field.byLength * length) / field.length);
}

/** What can't be bought now steps back. */
const OUT_OF_STOCK_FACTOR = 0.85;
/** A Bayesian average: so many reviews of the usual rating are added, since three fives say less than three hundred. */
const REVIEWS_PRIOR = 5;
const RATING_USUAL = 3.5;
const RATING_STEP = 0.05;
const PRIME_FACTOR = 1.02;

export interface QualityFacts {
  in_stock: boolean;
  /** See `conversionFactor`. */
  conversion: number;
  rating: number;
  review_count: number;
  prime: boolean;
}

export interface Quality {
  availability: number;
  reviews: number;
  prime: number;
  conversion: number;
}

export function qualityOf({ in_stock, conversion, rating, review_count, prime }: QualityFacts): Quality {
  const average = (RATING_USUAL * REVIEWS_PRIOR + rating * review_count) / (REVIEWS_PRIOR + review_count);
  return {
    availability: in_stock ? 1 : OUT_OF_STOCK_FACTOR,
    reviews: 1 + RATING_STEP * (average - RATING_USUAL),
    prime: prime ? PRIME_FACTOR : 1,
    conversion,
  };
}

/** Products of a category whose name stands in the query, among other words or alone: laptops before their bags. */
export const NAMED_CATEGORY_FACTOR = { among: 1.12, alone: 1.2 };
/** Products of a brand that the query names: HP's own toner before toner for HP. */
export const NAMED_BRAND_FACTOR = 1.15;

/**
 * Of a category that is about what was asked for, most products say so in their titles; of one with accessories for it
 * only some. `cover`: the part of a category's products that do. From 0.8 to 1.
 */
export function categoryFactor(cover: number, best: number): number {
  if (best < COVER_MIN) return 1;
  return 1 - ACCESSORY_DAMPING * (1 - Math.min(1, cover / (COVER_FULL * best)));
}

const COVER_MIN = 0.6;
const COVER_FULL = 0.25;
const ACCESSORY_DAMPING = 0.2;

/** Small categories are all about many things by chance. */
export function coverOf(found: number, products: number): number {
  return found / (products + COVER_PRIOR);
}

const COVER_PRIOR = 10;
