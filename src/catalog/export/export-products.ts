import type { Catalog, CatalogProduct, ImportFormat } from '../contract.ts';
import type { CatalogParts } from '../deps.ts';
import { allOf, FIRST_ID, livingProduct, ofSeller, scanProductsAfter } from '../store.ts';
import { writeDoorbuster } from './write-doorbuster.ts';
import { googleHeader, writeGoogle } from './write-google.ts';
import { writeIcecat } from './write-icecat.ts';

const formats: Record<ImportFormat, { header: string; write: (product: CatalogProduct) => string }> = {
  doorbuster: { header: '', write: writeDoorbuster },
  'google-merchant': { header: googleHeader, write: writeGoogle },
  icecat: { header: '', write: writeIcecat },
};

/** Pages by id, each a whole number of lines; the first one begins with the format's header line, if it has one. */
export async function exportProducts(
  { db }: CatalogParts,
  { format, seller_id, after, limit }: Parameters<Catalog['exportProducts']>[0],
): ReturnType<Catalog['exportProducts']> {
  const { header, write } = formats[format];
  const scope = allOf(seller_id === undefined ? [livingProduct] : [livingProduct, ofSeller(seller_id)]);
  const products = await scanProductsAfter(db, after ?? FIRST_ID, limit, scope);
  const lines = products.map(product => `${write(product)}\n`).join('');
  const isLast = products.length < limit;
  return { text: after === null ? header + lines : lines, after: isLast ? null : products.at(-1)!.product_id };
}
