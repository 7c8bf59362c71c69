import type { Attributes, CatalogProduct } from '../contract.ts';

const KINDS = { string: 't', number: 'n', boolean: 'b' } as const;

/** One product a line as JSON, with the names of Icecat's open catalogue; of the category it has no field. */
export function writeIcecat(product: CatalogProduct): string {
  const { model, ean, ...attributes } = product.attributes;
  return JSON.stringify({
    id: product.external_id ?? product.product_id,
    name: model,
    title: product.title,
    ean: typeof ean === 'string' ? ean.split(', ') : [],
    short_description: product.description,
    img_high: product.images[0],
    date_released: product.released_at,
    supplier: product.brand ?? '',
    price: product.price.amount,
    ...writeAttributes(attributes),
  });
}

function writeAttributes(attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      `attr_${KINDS[typeof value as keyof typeof KINDS]}_${name}`,
      value,
    ]),
  );
}
