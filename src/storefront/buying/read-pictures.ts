import type { Catalog } from '#catalog';
import { limits } from '#limits';
import type { Pictures } from './item-list.tsx';

export async function readPictures(catalog: Catalog, productIds: string[]): Promise<Pictures> {
  const product_ids = [...new Set(productIds)].slice(0, limits.idsPerReadMax);
  if (product_ids.length === 0) return new Map();
  const products = await catalog.getProducts({ product_ids });
  return new Map(products.map(({ product_id, images }) => [product_id, images[0]]));
}
