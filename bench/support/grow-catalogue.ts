import { createIds } from '#platform/ids';
import { seededRandom } from '#platform/seeded-random';
import { demoProducts } from '../../src/demo/generate-catalog.ts';
import { documentOf, type SearchDocument } from '../../src/search/engine.ts';
import { icecatDocuments } from './icecat-documents.ts';

/** Heaps' law: so many words does a catalogue of N products know, about. */
const HEAPS_EXPONENT = 0.62;
/** Of ten products how many say a word that is not in the products that they are made from. */
const COINED_SHARE = 0.4;
const SYLLABLES = 'ba co da fi go ka li mo na po ra si to vu xe zo tri plan ser vex lum quo'.split(' ');
const CODE = /\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z0-9][\w-]{3,}\b/g;
const DAY_MS = 86_400_000;

/**
 * N products with the distributions of the Icecat file, or of the demo catalogue without it: each is one of theirs with
 * model numbers, a price and figures of its own, and now and then a word of its own, so that the vocabulary grows as
 * in a real catalogue.
 */
export function* growCatalogue(products: number, seed: string): Iterable<SearchDocument> {
  const models = icecatDocuments() ?? demoDocuments();
  const draw = seededRandom(seed);
  const ids = createIds();
  for (let number = 0; number < products; number++) {
    const model = models[Math.floor(draw() * models.length)]!;
    const title = model.title.replace(CODE, () => newCode(draw));
    yield {
      ...model,
      product_id: ids.next(),
      title: draw() < COINED_SHARE ? `${title} ${coinedWord(number, draw)}` : title,
      attributes: model.attributes.map(([name, value]): [string, string] =>
        name === 'ean' || name === 'model' ? [name, newCode(draw)] : [name, value],
      ),
      price: Math.round(500 * 400 ** draw()),
      rating: Math.round(20 + 30 * draw()) / 10,
      review_count: Math.floor(200 * draw() ** 4),
      prime: draw() < 0.3,
      created_ms: Date.UTC(2020) + Math.floor(draw() * 2_000) * DAY_MS,
    };
  }
}

function demoDocuments(): SearchDocument[] {
  return Array.from(demoProducts({ currency: 'USD' }), ({ external_id, title, category_path, brand, price, ...row }) =>
    documentOf({
      product_id: external_id,
      version: 1,
      title,
      description: row.description ?? '',
      brand: brand ?? null,
      category_path,
      attributes: row.attributes,
      price,
      rating: 0,
      review_count: 0,
      prime: row.prime ?? false,
      created_at: '2020-01-01T00:00:00.000Z',
    } as Parameters<typeof documentOf>[0]),
  );
}

function newCode(draw: () => number): string {
  const letter = () => String.fromCharCode(65 + Math.floor(draw() * 26));
  return `${letter()}${letter()}-${1_000 + Math.floor(draw() * 900_000)}`;
}

/** Of the words that a catalogue of this size knows, the first ones the most often. */
function coinedWord(number: number, draw: () => number): string {
  let word = Math.floor(20 * (number + 1) ** HEAPS_EXPONENT * draw() ** 3);
  let text = '';
  do {
    text += SYLLABLES[word % SYLLABLES.length];
    word = Math.floor(word / SYLLABLES.length);
  } while (word > 0 || text.length < 5);
  return text;
}
