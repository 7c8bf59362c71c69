import type { Color } from './colors.ts';
import type { Shape } from './pictures/shapes.ts';

export type Fact = string | number | boolean;

/**
 * One kind of product, from which the generator makes models, and of each model its colors and sizes. Texts hold
 * places: `{capacity_ml}` is a fact, `{material}`, `{color}`, `{size}`, `{brand}` and `{line}` speak for themselves,
 * `{Material}` has capitals. "A" becomes "An" where it must.
 */
export interface ProductType {
  /** The categories below the department's. */
  path: readonly [string, ...string[]];
  /** How a review calls it. */
  noun: string;
  shape: Shape;
  /** From the cheapest to the dearest, in whole dollars. */
  usd: readonly [number, number];
  weight_g: readonly [number, number];
  /** The attribute `color`, one variant each; see `hasColor`. */
  colors: readonly Color[];
  /** False: the colors only paint the picture, as with a book's cover. */
  hasColor?: false;
  sizes?: readonly string[];
  materials?: readonly string[];
  /** Attributes: each model has one value of each. Numbers from small to large, since the larger costs more. */
  facts?: Readonly<Record<string, readonly Fact[]>>;
  /** Facts that belong together, from small to large: a model has one row. */
  kinds?: readonly Readonly<Record<string, Fact>>[];
  /** Further words for the title and the texts that are no attributes. */
  words?: Readonly<Record<string, readonly string[]>>;
  title: string;
  /** First sentences. */
  says: readonly string[];
  /** Sentences that follow. */
  tells: readonly string[];
}

export interface Department {
  name: string;
  brands: readonly string[];
  /** Names of series: with the brand they make a model. */
  lines: readonly string[];
  /** Last sentences. */
  closes: readonly string[];
  /** What reviews like, and what they don't. `{noun}` is the type's. */
  praise: readonly string[];
  gripes: readonly string[];
  types: readonly ProductType[];
}
