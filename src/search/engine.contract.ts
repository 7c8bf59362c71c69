// Goal: what every search engine promises: what it answers is true, and what it is told is kept. Method: an adapter's
// test file calls these with a maker of empty engines; small catalogues, and random queries of which fast-check prints
// the seed.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import type { CatalogProduct } from '#catalog';
import { everything } from '../../test/support/everything.ts';
import { fakeId, fakeProduct } from '../../test/support/fake-shop.ts';
import type { Facets, SearchQuery } from './contract.ts';
import { documentOf, type SearchEngine } from './engine.ts';

export interface EngineUnderTest {
  engine: SearchEngine;
  /** What was written is found from now on: an engine may take up to a second. */
  settled(): Promise<void>;
}

export type OpenEngine = (t: TestContext) => Promise<EngineUnderTest>;

/** Two of three are in stock. */
export async function filled(t: TestContext, open: OpenEngine, products: CatalogProduct[]): Promise<EngineUnderTest> {
  const opened = await open(t);
  const build = await opened.engine.build();
  const levels = products.map(({ product_id }, number) => ({ product_id, in_stock: number % 3 > 0 }));
  for (let at = 0; at < products.length; at += 500) {
    const documents = products.slice(at, at + 500).map(documentOf);
    await build.add({ documents, gone: [], levels: levels.slice(at, at + 500), popularity: [] });
  }
  await build.swap();
  return opened;
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
function choices(query: SearchQuery, facets: Facets): { count: number; chosen: SearchQuery }[] {
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

/** `pages`: how many random ones are looked at. */
export async function facetsContract(t: TestContext, open: OpenEngine, { pages }: { pages: number }): Promise<void> {
  const products = variety();
  const { engine } = await filled(t, open, products);

  await t.test('each value of a facet, chosen alone in it, gives exactly its count', async () => {
    let checked = 0;
    await fc.assert(
      fc.asyncProperty(anyQuery, async query => {
        for (const { count, chosen } of choices(query, (await engine.search(query)).facets)) {
          checked += 1;
          assert.equal((await engine.search(chosen)).total, count, JSON.stringify(chosen));
        }
      }),
      { numRuns: pages, seed: 7 },
    );
    assert.ok(checked > 7 * pages, `${checked} values were chosen`);
  });

  await t.test('the total is what a filter by hand leaves', async () => {
    const filters = { brands: ['Acme', 'acme'], price_min: 1000, attributes: { size: ['2'] } };
    const found = await engine.search({ ...everything, ...filters, page_size: 100 });
    const expected = products.filter(
      ({ brand, price, attributes }) =>
        (brand === 'Acme' || brand === 'acme') && price.amount >= 1000 && attributes.size === 2,
    );
    assert.ok(expected.length > 0 && expected.length <= 100);
    assert.equal(found.total, expected.length);
    assert.deepEqual(found.hits.map(hit => hit.product_id).sort(), expected.map(product => product.product_id).sort());
  });

  await t.test('chosen values are always shown, serial numbers only when they are chosen', async () => {
    const chosen = { ...everything, brands: ['Nobody'], attributes: { serial: ['serial 3'] } };
    const { facets } = await engine.search(chosen);
    assert.deepEqual(
      facets.brands.find(one => one.value === 'Nobody'),
      { value: 'Nobody', count: 0 },
    );
    assert.ok(facets.attributes.serial?.some(one => one.value === 'serial 3'));
    const { attributes } = (await engine.search(everything)).facets;
    assert.deepEqual(Object.keys(attributes).sort(), ['color', 'size', 'wireless']);
  });
}

export async function ordersContract(t: TestContext, open: OpenEngine): Promise<void> {
  const products = variety();
  const { engine } = await filled(t, open, products);

  await t.test('pages of every order follow each other without overlap, and repeat exactly', async () => {
    const byId = new Map(products.map(product => [product.product_id, product]));
    for (const sort of ['relevance', 'price_asc', 'price_desc', 'rating', 'newest'] as const) {
      const read = async () => {
        const ids: string[] = [];
        for (let page = 1; page <= 7; page++) {
          const { hits } = await engine.search({ ...everything, sort, page, page_size: 100 });
          ids.push(...hits.map(hit => hit.product_id));
        }
        return ids;
      };
      const ids = await read();
      assert.equal(new Set(ids).size, 600, sort);
      assert.deepEqual(await read(), ids);
      const key = (one: CatalogProduct) =>
        ({
          price_asc: one.price.amount,
          price_desc: -one.price.amount,
          rating: -one.rating,
          newest: -Date.parse(one.created_at),
          relevance: 0,
        })[sort];
      for (let at = 1; at < ids.length; at++) {
        const [before, here] = [key(byId.get(ids[at - 1]!)!), key(byId.get(ids[at]!)!)];
        assert.ok(before <= here, sort);
        if (before === here && sort.startsWith('price')) assert.ok(ids[at - 1]! < ids[at]!, 'equals stand by id');
      }
    }
  });

  await t.test('the page behind the last row that is listed has none', async () => {
    const { total, hits } = await engine.search({ ...everything, page: 101, page_size: 99 });
    assert.deepEqual([total, hits], [600, []]);
  });
}
