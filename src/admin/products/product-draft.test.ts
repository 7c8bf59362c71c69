// Goal: what stands in the editor's form becomes the product that was meant, or says at which field it can't. Method:
// pure functions, exact values.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CatalogProduct } from '#catalog';
import { readPrice, writePrice } from './price-text.ts';
import { draftOf, draftOfFields, emptyDraft, readDraft } from './product-draft.ts';

const product: CatalogProduct = {
  product_id: '00000000-0000-7000-8000-000000000001',
  external_id: 'L-1',
  seller: { seller_id: '00000000-0000-7000-8000-000000000002', name: 'Lumen' },
  title: 'Desk lamp',
  description: 'It\nlights.',
  category_path: ['Home', 'Lamps > small'],
  brand: null,
  price: { amount: 123_450, currency: 'USD' },
  images: ['/images/demo/a.svg', 'https://example.com/b.jpg'],
  attributes: { color: 'brass', watts: 7.5, dimmable: true },
  rating: 0,
  review_count: 0,
  prime: true,
  max_per_person: 3,
  created_at: '2026-11-27T10:00:00Z',
  updated_at: '2026-11-27T10:00:00Z',
  released_at: null,
  deleted: false,
  version: 1,
};

const filled = { ...emptyDraft, title: 'Lamp', category: 'Home > Lamps', price: '19.99' };

function errorsOf(changes: Partial<typeof filled>) {
  const read = readDraft({ ...filled, ...changes }, 'USD');
  return read.ok ? {} : read.errors;
}

test('a product that is opened and saved stays as it was, in every language', () => {
  for (const [language, yes, no] of [
    ['en', 'Yes', 'No'],
    ['de', 'Ja', 'Nein'],
  ] as const) {
    const read = readDraft(draftOf(product, language, { yes, no }), 'USD', product);
    assert.ok(read.ok, language);
    const { title, description, category_path, brand, price, images, attributes, prime, max_per_person } = product;
    const { external_id, seller } = product;
    const content = { title, description, category_path, brand, price, images, attributes, prime, max_per_person };
    assert.deepEqual(read.value, { ...content, external_id, seller_id: seller.seller_id }, language);
  }
});

describe('prices', () => {
  test('are read as people write them, and not where they could mean two things', () => {
    const cases: [string, number, number | undefined][] = [
      ['19.99', 2, 1999],
      ['19,9', 2, 1990],
      ['$ 1,299.00', 2, 129_900],
      ['1.299,00 €', 2, 129_900],
      ['1,299', 2, undefined],
      ['1,299', 0, 1299],
      ['1299', 0, 1299],
      ['12.5', 0, undefined],
      ['1.250', 3, 1250],
      ['1.2.3', 2, undefined],
      ['19.999', 2, undefined],
      ['-5', 2, undefined],
      ['free', 2, undefined],
      ['99999999999999', 2, undefined],
    ];
    for (const [text, digits, amount] of cases) assert.equal(readPrice(text, digits), amount, `${text} / ${digits}`);
  });

  test('stand in the form with the sign of the language', () => {
    assert.equal(writePrice(1999, 2, 'en'), '19.99');
    assert.equal(writePrice(5, 2, 'de'), '0,05');
    assert.equal(writePrice(1200, 0, 'en'), '1200');
  });
});

describe('pictures', () => {
  test('come in the order of their numbers, without those that are to go', () => {
    const draft = draftOfFields({
      image_1_url: 'https://a.example/1.jpg',
      image_1_order: '3',
      image_2_url: 'https://a.example/2.jpg',
      image_2_order: '2',
      image_3_url: 'https://a.example/3.jpg',
      image_3_remove: 'on',
      image_4_url: ' https://a.example/4.jpg ',
    });
    assert.deepEqual(draft.images, ['https://a.example/2.jpg', 'https://a.example/1.jpg', 'https://a.example/4.jpg']);
  });

  test('have addresses of the web or of this shop, and are at most thirty', () => {
    assert.deepEqual(errorsOf({ images: ['/images/demo/a.svg', 'javascript:alert(1)'] as never }), {
      image_2_url: 'pictureAddress',
    });
    const many = Array.from({ length: 31 }, (_, index) => `https://a.example/${index}.jpg`);
    assert.deepEqual(errorsOf({ images: many as never }), { pictures: 'tooManyPictures' });
  });
});

describe('details', () => {
  const rows = (...attributes: (typeof emptyDraft)['attributes']) => errorsOf({ attributes: attributes as never });

  test('are texts, numbers, and yes or no', () => {
    const draft = draftOfFields({
      attribute_1_name: 'color',
      attribute_1_value: 'red',
      attribute_2_name: 'weight',
      attribute_2_value: '1,5',
      attribute_2_type: 'number',
      attribute_3_name: 'washable',
      attribute_3_value: 'nein',
      attribute_3_type: 'boolean',
      attribute_4_name: 'emptied',
      attribute_4_value: '',
      attribute_9_name: '',
      attribute_9_value: '',
    });
    const read = readDraft({ ...filled, attributes: draft.attributes }, 'USD');
    assert.ok(read.ok);
    assert.deepEqual(read.value.attributes, { color: 'red', weight: 1.5, washable: false });
  });

  test('say which row is wrong', () => {
    assert.deepEqual(rows({ name: '', value: 'red', type: 'text' }), { attribute_1_name: 'attributeName' });
    assert.deepEqual(rows({ name: 'a', value: 'x', type: 'text' }, { name: 'a', value: 'y', type: 'text' }), {
      attribute_2_name: 'attributeTwice',
    });
    assert.deepEqual(rows({ name: 'a', value: 'heavy', type: 'number' }), { attribute_1_value: 'attributeNumber' });
    assert.deepEqual(rows({ name: 'a', value: 'maybe', type: 'boolean' }), { attribute_1_value: 'attributeBoolean' });
    assert.deepEqual(rows({ name: 'x'.repeat(101), value: '1', type: 'text' }), { attribute_1_name: 'invalid' });
  });
});

test('what is missing or too much is told at its field', () => {
  const empty = readDraft(emptyDraft, 'USD');
  assert.deepEqual(empty.ok ? {} : empty.errors, { title: 'required', category: 'required', price: 'required' });
  assert.deepEqual(errorsOf({ price: 'a lot' }), { price: 'price' });
  assert.deepEqual(errorsOf({ category: 'a > b > c > d > e > f > g' }), { category: 'category' });
  assert.deepEqual(errorsOf({ title: 'x'.repeat(501) }), { title: 'invalid' });
  assert.deepEqual(errorsOf({ max_per_person: '1000' as never }), { max_per_person: 'maxPerPerson' });
  assert.deepEqual(errorsOf({ max_per_person: 'two' as never }), { max_per_person: 'maxPerPerson' });
  assert.deepEqual(errorsOf({ seller_id: 'nobody' as never }), { seller_id: 'sellerGone' });
  assert.deepEqual(errorsOf({ title: 'a\0b' }), { title: 'invalid' });
});
