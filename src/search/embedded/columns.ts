import type { SearchDocument } from '../engine.ts';
import { AttributeColumn, extended } from './attribute-column.ts';
import { CategoryTree, NO_CATEGORY } from './category-tree.ts';
import { Dictionary } from './dictionary.ts';

const NO_BRAND = -1;

/** What filters, facets and sorts need of a product; kept in the index's file as JSON and in memory as columns. */
export type ProductFacts = Pick<
  SearchDocument,
  'brand' | 'category_path' | 'attributes' | 'price' | 'rating' | 'review_count' | 'prime' | 'created_ms'
>;

/**
 * One typed array a field, by row: a filter or a facet over 100,000 hits reads some arrays and no objects. A row is a
 * product's place in the index; rows of removed products are used again.
 */
export class Columns {
  readonly brands = new Dictionary();
  readonly categories = new CategoryTree();
  readonly attributes = new AttributeColumn();
  /** By row; '' in a free one. */
  readonly productIds: string[] = [];
  readonly #rows = new Map<string, number>();
  readonly #free: number[] = [];
  #capacity = 0;
  alive = new Uint8Array(0);
  prime = new Uint8Array(0);
  inStock = new Uint8Array(0);
  brand = new Int32Array(0);
  category = new Int32Array(0);
  reviewCount = new Int32Array(0);
  price = new Float64Array(0);
  rating = new Float64Array(0);
  createdMs = new Float64Array(0);
  views = new Float32Array(0);
  orders = new Float32Array(0);

  constructor() {
    this.#grow(1024);
  }

  /** Rows from 0 to it, free ones included. */
  get rowsEnd(): number {
    return this.productIds.length;
  }

  get products(): number {
    return this.#rows.size;
  }

  rowOf(productId: string): number | undefined {
    return this.#rows.get(productId);
  }

  /** The rows that as many new products will get, in order, without taking them. */
  nextRows(count: number): number[] {
    const reused = this.#free.slice(Math.max(0, this.#free.length - count)).reverse();
    const fresh = Array.from({ length: count - reused.length }, (_, index) => this.rowsEnd + index);
    return [...reused, ...fresh];
  }

  put(row: number, productId: string, facts: ProductFacts): void {
    while (row >= this.#capacity) this.#grow(this.#capacity * 2);
    if (this.#rows.get(productId) !== row) this.#take(row, productId);
    this.brand[row] = facts.brand === null ? NO_BRAND : this.brands.intern(facts.brand);
    this.category[row] = this.categories.intern(facts.category_path);
    this.price[row] = facts.price;
    this.rating[row] = facts.rating;
    this.reviewCount[row] = facts.review_count;
    this.prime[row] = facts.prime ? 1 : 0;
    this.createdMs[row] = facts.created_ms;
    this.attributes.set(row, facts.attributes);
  }

  putPopularity(row: number, { views, orders }: { views: number; orders: number }): void {
    this.views[row] = views;
    this.orders[row] = orders;
  }

  remove(row: number): void {
    this.#rows.delete(this.productIds[row]!);
    this.productIds[row] = '';
    this.alive[row] = 0;
    this.inStock[row] = 0;
    this.category[row] = NO_CATEGORY;
    this.attributes.set(row, []);
    this.#free.push(row);
  }

  #take(row: number, productId: string): void {
    if (row < this.rowsEnd) {
      const place = this.#free.lastIndexOf(row);
      if (place >= 0) this.#free.splice(place, 1);
    }
    // A file that is opened again may leave gaps where products were removed.
    while (this.rowsEnd < row) this.#free.push(this.productIds.push('') - 1);
    this.productIds[row] = productId;
    this.#rows.set(productId, row);
    this.alive[row] = 1;
  }

  #grow(rows: number): void {
    this.alive = extended(this.alive, new Uint8Array(rows));
    this.prime = extended(this.prime, new Uint8Array(rows));
    this.inStock = extended(this.inStock, new Uint8Array(rows));
    this.brand = extended(this.brand, new Int32Array(rows));
    this.category = extended(this.category, new Int32Array(rows));
    this.reviewCount = extended(this.reviewCount, new Int32Array(rows));
    this.price = extended(this.price, new Float64Array(rows));
    this.rating = extended(this.rating, new Float64Array(rows));
    this.createdMs = extended(this.createdMs, new Float64Array(rows));
    this.views = extended(this.views, new Float32Array(rows));
    this.orders = extended(this.orders, new Float32Array(rows));
    this.attributes.grow(rows);
    this.#capacity = rows;
  }
}
