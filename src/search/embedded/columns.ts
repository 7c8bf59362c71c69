import { CategoryTree, NO_CATEGORY } from '../category-tree.ts';
import { Dictionary } from '../dictionary.ts';
import type { SearchDocument } from '../engine.ts';
import { type QualityFacts, qualityOf } from '../ranking.ts';
import { partOf, type Saved, wider, withPrefix } from './arrays.ts';
import { AttributeColumn } from './attribute-column.ts';

const NO_BRAND = -1;

/** What filters, facets and sorts need of a product. */
export type ProductFacts = Pick<
  SearchDocument,
  'brand' | 'category_path' | 'attributes' | 'price' | 'rating' | 'review_count' | 'prime' | 'created_ms'
>;

/** One typed array a field, by row: a filter or a facet over 100,000 hits reads some arrays and no objects. */
export class Columns {
  readonly brands = new Dictionary();
  readonly categories = new CategoryTree();
  readonly attributes = new AttributeColumn();
  #capacity = 0;
  #rows = 0;
  alive = new Uint8Array(0);
  prime = new Uint8Array(0);
  inStock = new Uint8Array(0);
  brand = new Int32Array(0);
  category = new Int32Array(0);
  reviewCount = new Int32Array(0);
  price = new Float64Array(0);
  rating = new Float64Array(0);
  createdMs = new Float64Array(0);
  /** See `conversionFactor`. */
  conversion = new Float32Array(0);
  /** What multiplies the relevance of a row's text. */
  quality = new Float32Array(0);
  /** Living rows by brand and by category, those below not included. */
  readonly brandSizes: number[] = [];
  readonly categorySizes: number[] = [];

  constructor() {
    this.#grow(1024);
  }

  /** Rows from 0 to it, those that are gone included. */
  get rowsEnd(): number {
    return this.#rows;
  }

  /** The row of a product whose words are new. */
  addRow(): number {
    if (this.#rows === this.#capacity) this.#grow(2 * this.#capacity);
    const row = this.#rows++;
    this.brand[row] = NO_BRAND;
    this.category[row] = NO_CATEGORY;
    this.conversion[row] = 1;
    return row;
  }

  put(row: number, facts: ProductFacts): void {
    this.#count(row, -1);
    this.alive[row] = 1;
    this.brand[row] = facts.brand === null ? NO_BRAND : this.brands.intern(facts.brand);
    this.category[row] = this.categories.intern(facts.category_path);
    this.attributes.set(row, facts.attributes);
    this.#count(row, 1);
    this.putFigures(row, facts);
  }

  putFigures(row: number, facts: Omit<ProductFacts, 'brand' | 'category_path' | 'attributes'>): void {
    this.price[row] = facts.price;
    this.rating[row] = facts.rating;
    this.reviewCount[row] = facts.review_count;
    this.prime[row] = facts.prime ? 1 : 0;
    this.createdMs[row] = facts.created_ms;
    this.#weigh(row);
  }

  setStock(row: number, isInStock: boolean): void {
    this.inStock[row] = isInStock ? 1 : 0;
    this.#weigh(row);
  }

  setConversion(row: number, factor: number): void {
    this.conversion[row] = factor;
    this.#weigh(row);
  }

  remove(row: number): void {
    this.#count(row, -1);
    this.alive[row] = 0;
    this.attributes.set(row, []);
  }

  save(): { arrays: Saved; dictionaries: SavedDictionaries } {
    const { alive, prime, inStock, brand, category, reviewCount, price, rating, createdMs, conversion } = this;
    const whole = { alive, prime, inStock, brand, category, reviewCount, price, rating, createdMs, conversion };
    const arrays = Object.entries(whole).map(([name, array]) => [name, array.subarray(0, this.#rows)]);
    const { names, parents } = this.categories;
    return {
      arrays: { ...Object.fromEntries(arrays), ...withPrefix('attributes', this.attributes.save(this.#rows)) },
      dictionaries: { brands: this.brands.texts, attributes: this.attributes.names.texts, names, parents },
    };
  }

  load(arrays: Saved, { brands, attributes, names, parents }: SavedDictionaries): void {
    this.brands.load(brands);
    this.categories.load({ names, parents });
    this.attributes.names.load(attributes);
    const { alive, prime, inStock, brand, category, reviewCount, price, rating, createdMs, conversion } = arrays;
    Object.assign(this, { alive, prime, inStock, brand, category, reviewCount, price, rating, createdMs, conversion });
    this.attributes.load(partOf('attributes', arrays));
    this.#rows = alive!.length;
    this.#capacity = this.#rows;
    this.quality = new Float32Array(this.#rows);
    for (let row = 0; row < this.#rows; row++) {
      this.#count(row, 1);
      this.#weigh(row);
    }
    if (this.#capacity === 0) this.#grow(1024);
  }

  #weigh(row: number): void {
    const { availability, reviews, prime, conversion } = qualityOf(this.factsOf(row));
    this.quality[row] = availability * reviews * prime * conversion;
  }

  factsOf(row: number): QualityFacts {
    return {
      in_stock: this.inStock[row] === 1,
      conversion: this.conversion[row]!,
      rating: this.rating[row]!,
      review_count: this.reviewCount[row]!,
      prime: this.prime[row] === 1,
    };
  }

  #count(row: number, by: 1 | -1): void {
    if (this.alive[row] !== 1) return;
    const [brand, category] = [this.brand[row]!, this.category[row]!];
    if (brand !== NO_BRAND) this.brandSizes[brand] = (this.brandSizes[brand] ?? 0) + by;
    if (category !== NO_CATEGORY) this.categorySizes[category] = (this.categorySizes[category] ?? 0) + by;
  }

  #grow(rows: number): void {
    this.alive = wider(this.alive, new Uint8Array(rows));
    this.prime = wider(this.prime, new Uint8Array(rows));
    this.inStock = wider(this.inStock, new Uint8Array(rows));
    this.brand = wider(this.brand, new Int32Array(rows));
    this.category = wider(this.category, new Int32Array(rows));
    this.reviewCount = wider(this.reviewCount, new Int32Array(rows));
    this.price = wider(this.price, new Float64Array(rows));
    this.rating = wider(this.rating, new Float64Array(rows));
    this.createdMs = wider(this.createdMs, new Float64Array(rows));
    this.conversion = wider(this.conversion, new Float32Array(rows));
    this.quality = wider(this.quality, new Float32Array(rows));
    this.attributes.grow(rows);
    this.#capacity = rows;
  }
}

export interface SavedDictionaries {
  brands: string[];
  attributes: string[];
  names: string[];
  parents: number[];
}
