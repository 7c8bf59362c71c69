// Goal: what the embedded engine answers is true: matches, orders, totals and every facet's count. Method: small
// indexes in a temporary folder, without the thread; a facet's counts are checked by choosing each of its values on
// random queries.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { CatalogProduct } from '#catalog';
import { fakeId, fakeProduct } from '../../../test/support/fake-shop.ts';
import { need } from '../../../test/support/parts.ts';
import type { SearchQuery } from '../contract.ts';
import { documentOf } from '../engine.ts';
import { openSearchIndex, type SearchIndex } from './search-index.ts';

const everything: SearchQuery = {
  q: '',
  category: [],
  brands: [],
  price_min: null,
  price_max: null,
  rating_min: null,
  prime: null,
  in_stock: null,
  attributes: {},
  sort: 'relevance',
  page: 1,
  page_size: 24,
};

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'search-index-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function indexOf(products: CatalogProduct[]): SearchIndex {
  const index = openSearchIndex(newFolder(), { isNew: true });
  after(() => index.close());
  index.setStock({
    levels: products.map(({ product_id }, number) => ({ product_id, in_stock: number % 3 > 0 })),
    onlyUnknown: false,
  });
  for (let at = 0; at < products.length; at += 500) index.upsert(products.slice(at, at + 500).map(documentOf));
  return index;
}

const BRANDS = ['Acme', 'acme', 'Bolt & Co', 'Ünïcode', null];
const COLORS = ['black', 'Black', 'red "deep"', 'blue'];

/** 600 products with few words and values, so that all combinations occur; the price is often the same. */
function variety(): CatalogProduct[] {
  return Array.from({ length: 600 }, (_, n) =>
    fakeProduct({
      product_id: fakeId(n + 1),
      title: `${['lamp', 'cable', 'chair'][n % 3]} ${['long', 'short'][n % 2]} model${n}`,
      description: n % 5 === 0 ? 'works with the lamp' : '',
      category_path: [['Home', 'Office', 'Toys'][n % 3]!, `Shelf ${n % 4}`, `Box ${n % 7}`].slice(0, 1 + (n % 3)),
      brand: BRANDS[(n * 7) % 5]!,
      price: { amount: [500, 999, 1000, 1999, 25_000, 7, 0][(n * 3) % 7]! + (n % 11) * 100, currency: 'USD' },
      rating: ((n * 13) % 51) / 10,
      review_count: (n * 13) % 51 === 0 ? 0 : n % 9,
      prime: n % 4 === 0,
      attributes: {
        color: COLORS[(n * 11) % 4]!,
        size: n % 6,
        wireless: n % 2 === 0,
        ...(n % 3 === 0 ? { 'attr.odd "name"': `v${n % 3}` } : {}),
        serial: `serial ${n}`,
      },
      created_at: new Date(Date.UTC(2026, 0, 1 + (n % 50))).toISOString(),
    }),
  );
}

const anyQuery: fc.Arbitrary<SearchQuery> = fc.record({
  q: fc.constantFrom('', 'lamp', 'lamp long', 'chiar', 'lamp chair', 'works', 'nothing', 'model5'),
  category: fc.constantFrom<string[]>([], [], ['Home'], ['Office', 'Shelf 1'], ['Toys', 'Shelf 2', 'Box 2'], ['No']),
  brands: fc.subarray(['Acme', 'acme', 'Ünïcode', 'Nobody'], { maxLength: 2 }),
  price_min: fc.constantFrom(null, null, 0, 1000),
  price_max: fc.constantFrom(null, null, 1999, 30_000),
  rating_min: fc.constantFrom(null, null, 1.1, 3, 4.3),
  prime: fc.constantFrom(null, null, true, false),
  in_stock: fc.constantFrom(null, null, true, false),
  attributes: fc.constantFrom<Record<string, string[]>>(
    {},
    {},
    { color: ['black'] },
    { color: ['black', 'Black'], size: ['1', '2', '3'] },
    { wireless: ['true'] },
    { unknown: ['x'] },
    { serial: ['serial 3', 'serial 6'] },
  ),
  sort: fc.constantFrom<SearchQuery['sort']>('relevance', 'price_asc', 'price_desc', 'rating', 'newest'),
  page: fc.constant(1),
  page_size: fc.constant(24),
});

/** Every value that the facets of an answer show, as the query that chooses it alone in its facet. */
function choices(query: SearchQuery, facets: ReturnType<SearchIndex['search']>['facets']) {
  return [
    ...facets.categories.map(one => ({ count: one.count, chosen: { ...query, category: one.path } })),
    ...facets.brands.map(one => ({ count: one.count, chosen: { ...query, brands: [one.value] } })),
    ...facets.price_ranges.map(one => ({
      count: one.count,
      chosen: { ...query, price_min: one.from, price_max: one.to === null ? null : one.to - 1 },
    })),
    ...facets.ratings.map(one => ({ count: one.count, chosen: { ...query, rating_min: one.from } })),
    ...Object.entries(facets.attributes).flatMap(([name, values]) =>
      values.map(one => ({
        count: one.count,
        chosen: { ...query, attributes: { ...query.attributes, [name]: [one.value] } },
      })),
    ),
  ];
}

describe('facets and totals', () => {
  const products = variety();
  const index = indexOf(products);

  test('each value, chosen alone in its facet, gives exactly its count', () => {
    let checked = 0;
    fc.assert(
      fc.property(anyQuery, query => {
        for (const { count, chosen } of choices(query, index.search(query).facets)) {
          checked += 1;
          assert.equal(index.search(chosen).total, count, JSON.stringify(chosen));
        }
      }),
      { numRuns: 150, seed: 7 },
    );
    assert.ok(checked > 1000, `${checked} values were chosen`);
  });

  test('the total is what a filter by hand leaves', () => {
    const filters = { brands: ['Acme', 'acme'], price_min: 1000, attributes: { size: ['2'] } };
    const found = index.search({ ...everything, ...filters, page_size: 100 });
    const expected = products.filter(
      ({ brand, price, attributes }) =>
        (brand === 'Acme' || brand === 'acme') && price.amount >= 1000 && attributes.size === 2,
    );
    assert.ok(expected.length > 0 && expected.length <= 100);
    assert.equal(found.total, expected.length);
    assert.deepEqual(found.hits.map(hit => hit.product_id).sort(), expected.map(product => product.product_id).sort());
  });

  test('chosen values are always shown, serial numbers only when they are chosen', () => {
    const { facets } = index.search({ ...everything, brands: ['Nobody'], attributes: { serial: ['serial 3'] } });
    assert.deepEqual(
      facets.brands.find(one => one.value === 'Nobody'),
      { value: 'Nobody', count: 0 },
    );
    assert.ok(facets.attributes.serial?.some(one => one.value === 'serial 3'));
    assert.deepEqual(Object.keys(index.search(everything).facets.attributes).sort(), ['color', 'size', 'wireless']);
  });

  test('pages of every order follow each other without overlap, and repeat exactly', () => {
    for (const sort of ['relevance', 'price_asc', 'price_desc', 'rating', 'newest'] as const) {
      const read = () =>
        Array.from({ length: 7 }, (_, at) => index.search({ ...everything, sort, page: at + 1, page_size: 100 }).hits)
          .flat()
          .map(hit => hit.product_id);
      const ids = read();
      assert.equal(new Set(ids).size, 600, sort);
      assert.deepEqual(read(), ids);
      const byId = new Map(products.map(product => [product.product_id, product]));
      const values = ids.map(id => byId.get(id)!);
      const key = (one: CatalogProduct) =>
        ({
          price_asc: one.price.amount,
          price_desc: -one.price.amount,
          rating: -one.rating,
          newest: -Date.parse(one.created_at),
          relevance: 0,
        })[sort];
      for (let at = 1; at < values.length; at++) {
        const [before, here] = [key(values[at - 1]!), key(values[at]!)];
        assert.ok(before <= here, sort);
        if (before === here && sort.startsWith('price')) assert.ok(ids[at - 1]! < ids[at]!, 'equals stand by id');
      }
    }
  });
});

describe('words', () => {
  const titles = [
    'Philips 15.6" monitor (27°) – black',
    'Intel® Core™2 Duo + cooler -- 4 GB',
    'Wireless headphones',
    'Wireless charger',
    'Café crème Ünder İstanbul ß ½ ﬁne',
    '日本語 の タイトル',
    '" OR 1=1; DROP TABLE words; --',
    '®™',
    'NEAR(AND OR NOT*) title: ^x',
    "O'Brien's 100% \\ wool",
    `${'long title '.repeat(45)}end`,
    'wireless headphones',
    '40 4000',
  ];
  const index = indexOf(
    titles.map((title, n) => fakeProduct({ product_id: fakeId(n + 1), title, brand: 'Sennheiser' })),
  );
  const idsOf = (q: string) => index.search({ ...everything, q }).hits.map(hit => hit.product_id);

  test('every title finds its product first', () => {
    titles.forEach((title, n) => {
      assert.equal(idsOf(title)[0], fakeId(n + 1), title);
    });
  });

  test('case and accents do not matter', () => {
    assert.deepEqual(idsOf('CAFE CREME istanbul fine'), [fakeId(5)]);
  });

  test('all words are wanted; any will do when no product has all, and the answer says so', () => {
    assert.deepEqual(new Set(idsOf('headphones wireless')), new Set([fakeId(3), fakeId(12)]));
    const relaxed = index.search({ ...everything, q: 'wireless wool' });
    assert.deepEqual(relaxed.query, { text: 'wireless wool', corrected: null, did_you_mean: [], relaxed: true });
    assert.equal(relaxed.total, 4);
  });

  test('relaxing and correcting are decided without filters', () => {
    const narrow = index.search({ ...everything, q: 'wireless headphones', brands: ['Nobody'] });
    assert.deepEqual([narrow.total, narrow.query.relaxed], [0, false]);
    const typo = index.search({ ...everything, q: 'wireles', brands: ['Nobody'] });
    assert.deepEqual([typo.total, typo.query.corrected], [0, 'wireless']);
  });

  test('unknown words become the nearest known ones, in the text as it was written', () => {
    const { query, total } = index.search({ ...everything, q: 'Wireles, hedphones!' });
    assert.deepEqual([query.corrected, query.relaxed, total], ['wireless, headphones!', false, 2]);
    assert.equal(index.search({ ...everything, q: 'senheisser' }).query.corrected, 'sennheiser');
  });

  test('words with digits and short words are never corrected', () => {
    for (const q of ['4001', '40x', 'oo']) {
      const { query, total } = index.search({ ...everything, q });
      assert.deepEqual([query.corrected, total], [null, 0], q);
    }
  });

  test('what asks for no word at all finds nothing, and blanks find everything', () => {
    assert.equal(index.search({ ...everything, q: '"' }).total, 0);
    assert.equal(index.search({ ...everything, q: ' \t' }).total, titles.length);
  });

  test('500 characters of one-letter words, of unknown words and of operators are answered soon', () => {
    for (const q of [
      'a b c d e f '.repeat(41),
      'zxqwvt kjhgfd '.repeat(35),
      '"( NEAR * ^ : '.repeat(35),
      'ab*'.repeat(166),
    ]) {
      const startedMs = performance.now();
      index.search({ ...everything, q: q.slice(0, 500) });
      assert.ok(performance.now() - startedMs < 500, q.slice(0, 20));
    }
  });

  test('of titles that match alike, what can be bought stands first', () => {
    assert.deepEqual(idsOf('wireless'), [fakeId(3), fakeId(12), fakeId(4)]);
  });
});

describe('writes', () => {
  const product = (n: number, more: Partial<CatalogProduct> = {}) =>
    documentOf(fakeProduct({ product_id: fakeId(n), title: `thing number${n}`, ...more }));
  const totalOf = (index: SearchIndex, q: string) => index.search({ ...everything, q }).total;

  test('an older version changes nothing, be it a document, a removal, or a document after a removal', () => {
    const index = openSearchIndex(newFolder(), { isNew: true });
    index.upsert([product(1, { version: 5, title: 'newest' })]);
    index.upsert([product(1, { version: 4, title: 'older' })]);
    index.remove([{ product_id: fakeId(1), version: 5 }]);
    assert.deepEqual([totalOf(index, 'newest'), totalOf(index, 'older')], [1, 0]);
    index.remove([{ product_id: fakeId(1), version: 6 }]);
    index.upsert([product(1, { version: 5, title: 'newest' })]);
    assert.deepEqual([totalOf(index, 'newest'), index.stats().products], [0, 0]);
    index.upsert([product(1, { version: 7, title: 'back' })]);
    assert.equal(totalOf(index, 'back'), 1);
    index.close();
  });

  test('a stock level is kept before its product comes, and a scan does not overwrite it', () => {
    const index = openSearchIndex(newFolder(), { isNew: true });
    index.setStock({ levels: [{ product_id: fakeId(1), in_stock: true }], onlyUnknown: false });
    index.setStock({ levels: [{ product_id: fakeId(1), in_stock: false }], onlyUnknown: true });
    index.upsert([product(1)]);
    assert.deepEqual(index.search(everything).hits, [{ product_id: fakeId(1), in_stock: true }]);
    index.close();
  });

  test('what was written is there after closing and opening, in reused rows too', () => {
    const folder = newFolder();
    const first = openSearchIndex(folder, { isNew: true });
    first.upsert([1, 2, 3, 4].map(n => product(n, { attributes: { color: `c${n}`, size: n } })));
    first.remove([2, 3].map(n => ({ product_id: fakeId(n), version: 2 })));
    first.upsert([product(5, { price: { amount: 77, currency: 'USD' }, attributes: { a: 1, b: 2, c: 3 } })]);
    first.saveCursor({ source: 'catalog', cursor: '12-3-0' });
    assert.equal(first.search({ ...everything, q: 'thing' }).total, 3);
    first.finish();
    const answers = (index: SearchIndex) => [index.search(everything), index.search({ ...everything, q: 'number5' })];
    const before = answers(first);
    first.close();
    const second = openSearchIndex(folder, { isNew: false });
    assert.deepEqual(answers(second), before);
    assert.equal(second.loadCursor({ source: 'catalog' }), '12-3-0');
    second.upsert([6, 7, 8].map(n => product(n)));
    assert.equal(second.search(everything).total, 6);
    assert.deepEqual(second.search({ ...everything, price_max: 77 }).hits, [
      { product_id: fakeId(5), in_stock: false },
    ]);
    second.close();
  });

  test('an index that was never finished is not opened', () => {
    const folder = newFolder();
    openSearchIndex(folder, { isNew: true }).close();
    assert.throws(() => openSearchIndex(folder, { isNew: false }), /never finished/);
  });
});

describe('suggestions', () => {
  const index = indexOf([
    fakeProduct({
      product_id: fakeId(1),
      title: 'Laptop sleeve',
      brand: 'Lapland',
      category_path: ['Laptops', 'Bags'],
    }),
    fakeProduct({ product_id: fakeId(2), title: 'Gaming laptop 17"', brand: 'Hal', category_path: ['Laptops'] }),
    fakeProduct({ product_id: fakeId(3), title: 'Desk', brand: 'Hal', category_path: ['Office desks'] }),
  ]);
  const kindsOf = (q: string) => index.suggest({ q }).map(one => `${one.kind} ${one.text}`);

  test('past queries, categories, brands and titles are told by the beginnings of their words', () => {
    index.search({ ...everything, q: 'Laptop' });
    index.search({ ...everything, q: 'lapdance xyz' });
    const all = [
      'query laptop',
      'category Laptops',
      'brand Lapland',
      'product Laptop sleeve',
      'product Gaming laptop 17"',
    ];
    assert.deepEqual(kindsOf('lap'), all);
    assert.deepEqual(index.suggest({ q: 'desk' }), [
      { text: 'Office desks', kind: 'category', path: ['Office desks'] },
      { text: 'Desk', kind: 'product', product_id: fakeId(3) },
    ]);
    assert.deepEqual(kindsOf('gaming l'), ['product Gaming laptop 17"']);
  });

  test('nothing is suggested for nothing, and operators are no operators', () => {
    for (const q of ['', ' ', '"', '*', 'lap" OR "d', 'title:lap']) {
      assert.ok(index.suggest({ q }).length <= 10, q);
    }
    assert.deepEqual(index.suggest({ q: '"' }), []);
  });
});

test('300 products of a real catalog are found first by their exact titles', t => {
  const file = need(t, 'icecat');
  if (file === null) return;
  const all = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n');
  const products = all.map((line, n) => {
    const { title, short_description, supplier, price, ...rest } = JSON.parse(line);
    const found = Object.entries(rest).filter(([name]) => name.startsWith('attr_t_'));
    return fakeProduct({
      product_id: fakeId(n + 1),
      title,
      description: short_description ?? '',
      brand: supplier,
      price: { amount: price, currency: 'USD' },
      attributes: Object.fromEntries(found.map(([name, value]) => [name.slice(7), String(value)])),
    });
  });
  const index = indexOf(products);
  assert.equal(index.search(everything).total, all.length);
  const sample = fc.sample(fc.constantFrom(...products), { numRuns: 300, seed: 3 });
  for (const product of sample) {
    const first = index.search({ ...everything, q: product.title }).hits[0]!;
    const { title } = products[Number.parseInt(first.product_id.slice(24), 16) - 1]!;
    assert.equal(title, product.title);
  }
});
