import type { CatalogProduct } from '#catalog';
import { pictureAddress } from '#design/picture';
import { minorDigits } from '#platform/money';

export interface StructuredInput {
  product: CatalogProduct;
  available: number;
  /** The page's whole address. */
  url: string;
  publicUrl: string;
}

/** The product as search engines read it, in the words of schema.org. */
export function productData({ product, available, url, publicUrl }: StructuredInput): object {
  const { price, brand, description, images, review_count: count } = product;
  const digits = minorDigits(price.currency);
  return {
    '@context': 'https://schema.org',
    '@type': 'Product',
    name: product.title,
    ...(description !== '' && { description }),
    ...(images.length > 0 && { image: images.map(image => absolute(publicUrl, image)) }),
    sku: product.external_id ?? product.product_id,
    ...(brand !== null && { brand: { '@type': 'Brand', name: brand } }),
    offers: {
      '@type': 'Offer',
      url,
      price: (price.amount / 10 ** digits).toFixed(digits),
      priceCurrency: price.currency,
      availability: `https://schema.org/${available > 0 ? 'InStock' : 'OutOfStock'}`,
      itemCondition: 'https://schema.org/NewCondition',
      seller: { '@type': 'Organization', name: product.seller.name },
    },
    ...(count > 0 && {
      aggregateRating: { '@type': 'AggregateRating', ratingValue: product.rating, reviewCount: count },
    }),
  };
}

/** The address of a picture for those who are not on this page. */
export function absolute(publicUrl: string, picture: string): string {
  return picture.startsWith('/') ? `${publicUrl}${picture}` : pictureAddress(picture);
}
