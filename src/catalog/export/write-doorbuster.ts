import type { CatalogProduct } from '../contract.ts';

/** One product a line as JSON, in the shape that an import of the format `doorbuster` takes. */
export function writeDoorbuster(product: CatalogProduct): string {
  const { deleted: _deleted, version: _version, rating, review_count, created_at, updated_at, ...content } = product;
  return JSON.stringify({ ...content, rating, review_count, created_at, updated_at });
}
