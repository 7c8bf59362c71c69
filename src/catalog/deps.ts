import type { ModuleDeps } from '#platform/module';
import type { Outbox } from '#platform/outbox';
import type { CategoryTree } from './category-tree.ts';
import type { ProductCache } from './product-cache.ts';

/** What the operations of this module work with. */
export interface CatalogParts extends Pick<ModuleDeps, 'db' | 'clock' | 'ids' | 'log'> {
  /** ISO 4217: the one currency of the shop. */
  currency: string;
  outbox: Outbox;
  cache: ProductCache;
  categories: CategoryTree;
}
