import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { readIcecat } from '../../src/catalog/import/read-icecat.ts';
import { documentOf, type SearchDocument } from '../../src/search/engine.ts';
import { PARTS } from '../../test/support/parts.ts';

/** The Icecat products as an import would bring them to the index, under their external ids; null without the file. */
export function icecatDocuments(): SearchDocument[] | null {
  const path = PARTS.icecat.find();
  if (path === null) return null;
  const lines = gunzipSync(readFileSync(path)).toString('utf8').split('\n');
  return lines.filter(line => line !== '').map(line => documentFrom(JSON.parse(line)));
}

type Product = Parameters<typeof documentOf>[0];

function documentFrom(record: Record<string, unknown>): SearchDocument {
  const { external_id, title, description, brand, category_path, attributes, price, released_at } = readIcecat(record);
  return documentOf({
    product_id: external_id,
    version: 1,
    title,
    description,
    brand,
    category_path,
    attributes: attributes as Product['attributes'],
    price,
    rating: 0,
    review_count: 0,
    prime: false,
    created_at: released_at ?? '2000-01-01T00:00:00.000Z',
  } as Product);
}
