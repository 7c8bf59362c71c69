// Goal: the demo catalog is a believable shop, and the same one everywhere. Method: it is generated twice and read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProductInput } from '#catalog';
import { compileCheck } from '#platform/validate';
import { chanceFrom } from './chance.ts';
import { departments } from './departments.ts';
import { drawPicture } from './draw-picture.ts';
import { fillText } from './fill-text.ts';
import { DEMO_PRODUCTS, type DemoRow, demoProducts } from './generate-catalog.ts';
import { shapes } from './pictures/shapes.ts';
import { demoSellers, sellersOf } from './sellers.ts';

const rows = [...demoProducts({ currency: 'USD' })];
const share = (fits: (row: DemoRow) => boolean) => rows.filter(fits).length / rows.length;
const PICTURES = '/images/demo/';

test('there are 2,000 products, the same ones each time', () => {
  assert.equal(rows.length, DEMO_PRODUCTS);
  assert.deepEqual([...demoProducts({ currency: 'USD' })], rows);
  assert.equal(rows[0]!.external_id, 'demo-0001');
  assert.equal(rows.at(-1)!.external_id, 'demo-2000');
  assert.equal(new Set(rows.map(row => row.external_id)).size, DEMO_PRODUCTS);
});

test('no two products have the same title', () => {
  assert.equal(new Set(rows.map(row => row.title)).size, DEMO_PRODUCTS);
});

test('every product is one that a client might create', () => {
  const check = compileCheck(ProductInput);
  for (const { seller: _seller, stock, ...product } of rows) {
    assert.equal(check(product), 'valid', product.title);
    assert.ok(Number.isInteger(stock) && stock >= 0 && stock <= 500);
  }
});

test('there are twelve departments of categories, and every one has many products', () => {
  const counts = new Map<string, number>();
  for (const { category_path } of rows) {
    assert.ok(category_path.length >= 3);
    counts.set(category_path[0]!, (counts.get(category_path[0]!) ?? 0) + 1);
  }
  assert.deepEqual([...counts.keys()].sort(), departments.map(({ name }) => name).sort());
  assert.equal(counts.size, 12);
  assert.ok(Math.min(...counts.values()) >= 100, JSON.stringify([...counts]));
});

test('the newest products are of many departments', () => {
  assert.ok(new Set(rows.slice(-24).map(row => row.category_path[0])).size >= 8);
});

test('descriptions have a few sentences, and no place was left empty', () => {
  for (const { title, description = '' } of rows) {
    assert.doesNotMatch(`${title} ${description}`, /[{}]|undefined|\ba [aeio]\w/, description);
    const sentences = description.match(/[.!?](?= [A-Z0-9"]|$)/g)?.length ?? 0;
    assert.ok(sentences >= 2 && sentences <= 6, `${sentences}: ${description}`);
  }
});

test('color, material and size in the attributes are those of the title', () => {
  for (const { title, attributes } of rows) {
    const words = title.toLowerCase();
    if (attributes.color !== undefined) assert.ok(words.includes(String(attributes.color)), title);
    if (attributes.size !== undefined) assert.ok(words.includes(String(attributes.size).toLowerCase()), title);
  }
  assert.ok(share(row => 'color' in row.attributes) > 0.6);
  assert.ok(share(row => 'material' in row.attributes) > 0.5);
  assert.ok(share(row => 'size' in row.attributes) > 0.1);
});

test('an attribute has values of one type', () => {
  const types = new Map<string, string>();
  for (const { attributes } of rows) {
    for (const [name, value] of Object.entries(attributes)) {
      assert.equal(typeof value, types.get(name) ?? typeof value, name);
      types.set(name, typeof value);
    }
  }
});

test('about 40% are prime, some have run out, few are limited a person', () => {
  const between = (value: number, least: number, most: number) =>
    assert.ok(value >= least && value <= most, `${value} is not in ${least} to ${most}`);
  between(
    share(row => row.prime === true),
    0.35,
    0.45,
  );
  between(
    share(row => row.stock === 0),
    0.02,
    0.06,
  );
  between(
    share(row => row.stock >= 20),
    0.8,
    0.95,
  );
  between(
    share(row => row.max_per_person !== null),
    0.005,
    0.03,
  );
});

test('every product has a seller of its department', () => {
  const known = new Map(demoSellers.map(seller => [seller.seller_id, seller]));
  for (const { seller, category_path } of rows) {
    assert.equal(known.get(seller.seller_id)?.name, seller.name);
    assert.ok(sellersOf(category_path[0]!).some(({ seller_id }) => seller_id === seller.seller_id));
  }
  assert.equal(new Set(rows.map(row => row.seller.seller_id)).size, demoSellers.length);
});

test('each product has two or three pictures that can be drawn, and each shape is used', () => {
  const used = new Set<string>();
  for (const { images } of rows) {
    assert.ok(images.length === 2 || images.length === 3);
    for (const image of images) {
      assert.ok(image.startsWith(PICTURES));
      assert.ok(drawPicture(image.slice(PICTURES.length)) !== undefined, image);
      used.add(image.slice(PICTURES.length).split('-')[0]!);
    }
  }
  assert.deepEqual([...used].sort(), Object.keys(shapes).sort());
});

test('prices are in minor units of the currency that the shop has', () => {
  const [dollars, yen, dinars] = ['USD', 'JPY', 'KWD'].map(currency => demoProducts({ currency }).next().value!.price);
  assert.deepEqual([dollars!.currency, yen!.currency, dinars!.currency], ['USD', 'JPY', 'KWD']);
  assert.equal(yen!.amount, dollars!.amount);
  assert.equal(dinars!.amount, 10 * dollars!.amount);
});

test('a text says "an" where it must', () => {
  const fill = (word: string) => fillText('A {word}, a {Word}', { word });
  assert.equal(fill('oak bowl'), 'An oak bowl, an Oak Bowl');
  assert.equal(fill('mug'), 'A mug, a Mug');
  assert.equal(fill('8-inch tablet'), 'An 8-inch tablet, an 8-inch Tablet');
  assert.equal(fill('18-inch pan'), 'An 18-inch pan, an 18-inch Pan');
  assert.equal(fill('1-liter can'), 'A 1-liter can, a 1-liter Can');
  assert.equal(fill('utility knife'), 'A utility knife, a Utility Knife');
  assert.throws(() => fillText('{what}', {}), /no word for \{what\}/);
});

test('the same seed brings the same chance', () => {
  const [one, same, other] = [chanceFrom('a'), chanceFrom('a'), chanceFrom('b')].map(chance =>
    Array.from({ length: 20 }, () => chance.between(1, 1_000_000)),
  );
  assert.deepEqual(one, same);
  assert.notDeepEqual(one, other);
  assert.equal(new Set(chanceFrom('c').sample([1, 2, 3, 4, 5], 5)).size, 5);
});
