// Goal: each format's records become the products that they describe, or a message that says what is wrong with them.
// Method: records of each kind, with exact products and messages.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ImportFormat } from '#catalog';
import { guessKind } from './import-file.ts';
import { readRecord } from './read-record.ts';

function json(format: ImportFormat, value: unknown, currency = 'USD') {
  return readRecord({ line: 1, json: JSON.stringify(value) }, format, currency);
}

function row(format: ImportFormat, cells: Record<string, string>, currency = 'USD') {
  return readRecord({ line: 1, cells }, format, currency);
}

function errorOf(result: ReturnType<typeof readRecord>): string {
  assert.ok('error' in result);
  return result.error;
}

function productOf(result: ReturnType<typeof readRecord>) {
  assert.ok('product' in result, 'error' in result ? result.error : '');
  return result.product;
}

const lamp = { external_id: 'L', title: 'Lamp', category_path: ['Home'], price: { amount: 100, currency: 'USD' } };

describe('doorbuster', () => {
  test('a record needs a title, a category, a price and an external_id; the rest has its default', () => {
    assert.deepEqual(productOf(json('doorbuster', lamp)), {
      ...lamp,
      description: '',
      brand: null,
      images: [],
      attributes: {},
      seller: null,
      stock: null,
    });
  });

  test('fields of our own answers that follow from others are passed over', () => {
    const shown = { rating: 4, review_count: 2, in_stock: true, available: null, created_at: 'x', updated_at: 'x' };
    assert.deepEqual(json('doorbuster', { ...lamp, ...shown }), json('doorbuster', lamp));
  });

  test('stock, seller, times and limits are read', () => {
    const more = { stock: 5, seller: 'Ann', released_at: '2020-01-01T00:00:00Z', max_per_person: 2, prime: true };
    const product = productOf(json('doorbuster', { ...lamp, ...more }));
    assert.deepEqual([product.stock, product.seller, product.max_per_person], [5, { name: 'Ann' }, 2]);
    assert.equal(product.released_at, '2020-01-01T00:00:00.000Z');
  });

  test('a message says which field is wrong, and how', () => {
    const wrong: [object, string][] = [
      [{ title: undefined }, 'title is required'],
      [{ title: '  ' }, 'title must not have fewer than 1 characters'],
      [{ price: { amount: 1.5, currency: 'USD' } }, 'price.amount must be integer'],
      [{ price: { amount: -1, currency: 'USD' } }, 'price.amount must be >= 0'],
      [{ price: 5 }, 'price must be object'],
      [{ price: { amount: 1, currency: 'EUR' } }, 'price.currency is EUR, and this shop sells in USD'],
      [{ colour: 'red' }, 'colour is not a field of a product'],
      [{ external_id: null }, 'external_id is required: by it a second import finds the product'],
      [{ title: 'a\0b' }, 'title holds a NUL, half a character, or is nested too deep'],
      [{ title: 'a\ufffd' }, 'holds characters that are not UTF-8'],
      [{ stock: -1 }, 'stock must be >= 0'],
      [{ released_at: 'soon' }, 'released_at must match pattern "^(19|20|21)\\d\\d-\\d\\d-\\d\\dT"'],
    ];
    for (const [fields, message] of wrong) assert.equal(errorOf(json('doorbuster', { ...lamp, ...fields })), message);
    for (const value of [5, null, [lamp]]) assert.equal(errorOf(json('doorbuster', value)), 'is not an object');
    assert.match(errorOf(readRecord({ line: 1, json: '{broken' }, 'doorbuster', 'USD')), /^is not JSON: /);
  });

  test('a row of CSV says the same, with paths, lists and typed attributes in cells', () => {
    const cells = {
      external_id: 'L',
      title: 'Lamp',
      category_path: 'Home > Lighting',
      price: '100',
      currency: 'USD',
      images: '/images/a.svg https://x.example/b.png',
      'attributes.watts': '9',
      'attributes.color': 'black',
      prime: 'TRUE',
      stock: '4',
      brand: '',
    };
    const product = productOf(row('doorbuster', cells));
    assert.deepEqual(product.category_path, ['Home', 'Lighting']);
    assert.deepEqual(product.images, ['/images/a.svg', 'https://x.example/b.png']);
    assert.deepEqual(product.attributes, { watts: 9, color: 'black' });
    assert.deepEqual([product.price, product.prime, product.stock, product.brand], [lamp.price, true, 4, null]);
    assert.deepEqual(productOf(row('doorbuster', { ...cells, price: '1.00 USD' })).price, lamp.price);
    assert.match(errorOf(row('doorbuster', { ...cells, price: 'cheap' })), /^price is "cheap", not an amount/);
    assert.equal(errorOf(row('doorbuster', { ...cells, stock: 'many' })), 'stock must be either integer or null');
  });
});

describe('google-merchant', () => {
  const feed = {
    id: 'G1',
    title: 'Shirt',
    description: 'Soft',
    link: 'https://x.example/1',
    image_link: 'https://x.example/1.png',
    additional_image_link: 'https://x.example/2.png, https://x.example/3.png',
    availability: 'in_stock',
    price: '15.00 USD',
    brand: 'Loom',
    gtin: '0012345678905',
    product_type: 'Clothing > Shirts',
    color: 'blue',
    size: 'M',
    custom_label_0: 'spring',
  };

  test('a row of a feed becomes a product, its columns attributes', () => {
    assert.deepEqual(productOf(row('google-merchant', feed)), {
      external_id: 'G1',
      title: 'Shirt',
      description: 'Soft',
      category_path: ['Clothing', 'Shirts'],
      brand: 'Loom',
      price: { amount: 1500, currency: 'USD' },
      images: ['https://x.example/1.png', 'https://x.example/2.png', 'https://x.example/3.png'],
      attributes: { gtin: '0012345678905', color: 'blue', size: 'M' },
      stock: null,
    });
  });

  test('names may be spelled as in any of the feeds, and prices be objects', () => {
    const { id, image_link, additional_image_link, price, product_type, ...rest } = feed;
    const api = {
      ...rest,
      offerId: id,
      imageLink: image_link,
      additionalImageLinks: additional_image_link.split(', '),
      price: { value: '15.00', currency: 'USD' },
      productTypes: [product_type],
    };
    assert.deepEqual(json('google-merchant', api), row('google-merchant', feed));
    const spaced = Object.fromEntries(
      Object.entries(feed).map(([name, value]) => [`g:${name.replaceAll('_', ' ')}`, value]),
    );
    assert.deepEqual(row('google-merchant', spaced), row('google-merchant', feed));
    assert.equal(price, '15.00 USD');
  });

  test('prices are read by the digits of their currency, sales without dates win', () => {
    const priceOf = (fields: object, currency = 'USD') =>
      productOf(row('google-merchant', { ...feed, ...fields }, currency)).price.amount;
    assert.equal(priceOf({ price: '15 USD' }), 1500);
    assert.equal(priceOf({ price: 'USD 15,5' }), 1550);
    assert.equal(priceOf({ price: '15.00' }), 1500);
    assert.equal(priceOf({ price: '1500 JPY' }, 'JPY'), 1500);
    assert.equal(priceOf({ price: '1.250 KWD' }, 'KWD'), 1250);
    assert.equal(priceOf({ sale_price: '9.99 USD' }), 999);
    assert.equal(priceOf({ sale_price: '9.99 USD', sale_price_effective_date: '2026-11-27/2026-11-30' }), 1500);
    for (const price of ['', '1.234 USD', 'free', '-5 USD', '1,000.00 USD']) {
      assert.ok('error' in row('google-merchant', { ...feed, price }), price);
    }
  });

  test('stock and categories come from what the feed says of them', () => {
    const read = (fields: object) => productOf(row('google-merchant', { ...feed, ...fields }));
    assert.equal(read({ quantity: '7' }).stock, 7);
    assert.equal(read({ sell_on_google_quantity: '8' }).stock, 8);
    assert.equal(read({ availability: 'out of stock' }).stock, 0);
    const google = { product_type: '', google_product_category: 'Apparel > Shirts' };
    assert.deepEqual(read(google).category_path, ['Apparel', 'Shirts']);
    assert.deepEqual(read({ ...google, google_product_category: '212' }).category_path, ['Other']);
  });
});

describe('icecat', () => {
  const record = {
    id: '7',
    name: 'LP-1',
    title: 'HP LP-1 notebook',
    ean: ['1', '2'],
    short_description: 'Thin',
    img_high: 'http://x.example/high.jpg',
    img_low: 'http://x.example/low.jpg',
    date_released: '2009-12-10T00:00:00Z',
    supplier: 'HP',
    price: 4995,
    attr_t_product_type: 'Notebook',
    attr_n_display_diagonal: 17,
    attr_b_touchscreen: false,
    attr_t_height: 'low',
    attr_n_height: 3,
  };

  test('a record keeps its attributes with their types, and one picture', () => {
    assert.deepEqual(productOf(json('icecat', record)), {
      external_id: '7',
      title: 'HP LP-1 notebook',
      description: 'Thin',
      category_path: ['Computers', 'Laptops'],
      brand: 'HP',
      price: { amount: 4995, currency: 'USD' },
      images: ['http://x.example/high.jpg'],
      attributes: {
        model: 'LP-1',
        ean: '1, 2',
        product_type: 'Notebook',
        display_diagonal: 17,
        touchscreen: false,
        height: 'low',
        height_number: 3,
      },
      released_at: '2009-12-10T00:00:00.000Z',
      stock: null,
    });
  });

  test('categories are told by words of the title, accessories before what they belong to', () => {
    const categories: [string, string][] = [
      ['Xerox 006R90321 toner cartridge Original Black', 'Printing > Toner cartridges'],
      ['C2G 7ft Cat5E Patch Cable networking cable 2 m', 'Cables & adapters > Network cables'],
      ['Targus notebook case 40 cm Briefcase', 'Bags & cases'],
      ['Kensington MicroSaver notebook lock', 'Accessories > Security locks'],
      ['Intel E6850 processor 3 GHz', 'Components > Processors'],
      ['Philips SHP5401 Headphones', 'Audio & video > Headphones & headsets'],
      ['Something new', 'Other'],
    ];
    for (const [title, path] of categories) {
      const product = productOf(json('icecat', { ...record, title, supplier: 'Nobody', attr_t_product_type: '' }));
      assert.equal(product.category_path.join(' > '), path, title);
    }
  });
});

test('a format is guessed from the names of a file, an encoding from its first character', () => {
  const kinds: [string, ImportFormat, string][] = [
    ['{"id":"1","short_description":"x","img_high":"y"}\n{', 'icecat', 'ndjson'],
    ['[{"external_id":"1","title":"x"}]', 'doorbuster', 'json'],
    ['{\n  "title": "x"\n}', 'doorbuster', 'json'],
    ['id\ttitle\timage link\tprice\n', 'google-merchant', 'csv'],
    ['external_id,title,price\n', 'doorbuster', 'csv'],
    ['', 'doorbuster', 'csv'],
  ];
  for (const [head, format, encoding] of kinds) assert.deepEqual(guessKind(head), { format, encoding });
});
