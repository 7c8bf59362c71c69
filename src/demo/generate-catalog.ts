import assert from 'node:assert/strict';
import type { Attributes, ProductInput } from '#catalog';
import { minorDigits } from '#platform/money';
import { type Chance, chanceFrom } from './chance.ts';
import type { Color } from './colors.ts';
import { departments } from './departments.ts';
import { drawModel, type Model } from './draw-model.ts';
import { pictureName } from './draw-picture.ts';
import { capitals, fillText } from './fill-text.ts';
import type { Department, ProductType } from './product-type.ts';

/** A line of an import in the format `doorbuster`. */
export interface DemoRow extends Omit<ProductInput, 'seller_id'> {
  external_id: string;
  seller: { seller_id: string; name: string };
  attributes: Attributes;
  images: string[];
  stock: number;
}

/** A product of the demo catalog, with what its reviews follow from. */
export interface DemoProduct {
  row: DemoRow;
  department: Department;
  type: ProductType;
  /** 3 to 5: what people think of it in the long run. */
  quality: number;
}

export const DEMO_PRODUCTS = 2_000;
const VARIANTS_MAX = 4;
const TRIES_MAX = 2_000;

/** The demo catalog as the rows of an import: the same ones at each call. */
export function* demoProducts(options: { currency: string }): Generator<DemoRow> {
  for (const { row } of generateCatalog(options)) yield row;
}

export function* generateCatalog({ currency }: { currency: string }): Generator<DemoProduct> {
  const types = departments.flatMap(department => department.types.map(type => ({ department, type })));
  const titles = new Set<string>();
  const drafts = types.flatMap(({ department, type }, i) => {
    const count = Math.floor((DEMO_PRODUCTS * (i + 1)) / types.length) - Math.floor((DEMO_PRODUCTS * i) / types.length);
    return draftsOf(department, type, { count, titles });
  });
  const pricing = { currency, digits: minorDigits(currency) };
  // Mixed, so that the newest products are not all of one kind.
  const mixed = chanceFrom('the order of the shelves').sample(drafts, drafts.length);
  for (const [i, draft] of mixed.entries()) yield toProduct(draft, `demo-${String(i + 1).padStart(4, '0')}`, pricing);
}

/** A model in one of its colors and sizes. */
interface Draft {
  department: Department;
  type: ProductType;
  model: Model;
  color: Color;
  size: string | undefined;
  title: string;
}

interface Pricing {
  currency: string;
  digits: number;
}

function draftsOf(
  department: Department,
  type: ProductType,
  { count, titles }: { count: number; titles: Set<string> },
): Draft[] {
  const chance = chanceFrom(`${department.name} ${type.path.join(' ')} ${type.title}`);
  const drafts: Draft[] = [];
  for (let tries = 0; drafts.length < count; tries += 1) {
    assert(tries < TRIES_MAX, `${type.title} has too few words for ${count} different titles`);
    const model = drawModel(department, type, chance);
    for (const { color, size } of variantsOf(type, chance)) {
      const title = titleOf(type, model, { color, size });
      if (titles.has(title) || drafts.length === count) continue;
      titles.add(title);
      drafts.push({ department, type, model, color, size, title });
    }
  }
  return drafts;
}

function variantsOf(type: ProductType, chance: Chance): { color: Color; size: string | undefined }[] {
  const hasVariants = type.hasColor !== false || type.sizes !== undefined;
  const colors = chance.sample(type.colors, hasVariants ? chance.between(1, VARIANTS_MAX) : 1);
  return colors.map(color => ({ color, size: type.sizes && chance.pick(type.sizes) }));
}

const GARMENT_SIZE = /^(XS|S|M|L|XL|\d\d)$/;

function titleOf(type: ProductType, model: Model, variant: { color: Color; size: string | undefined }): string {
  const { color, size } = variant;
  const parts = [fillText(type.title, { ...model.words, color })];
  if (type.hasColor !== false) parts.push(capitals(color));
  if (size !== undefined) parts.push(GARMENT_SIZE.test(size) ? `Size ${size}` : size);
  return parts.join(', ');
}

function toProduct(draft: Draft, external_id: string, { currency, digits }: Pricing): DemoProduct {
  const { department, type, model, color, size, title } = draft;
  const chance = chanceFrom(external_id);
  const words = { ...model.words, color, ...(size === undefined ? {} : { size }) };
  const sentences = [model.says, ...model.tells, ...(model.closes === undefined ? [] : [model.closes])];
  const row: DemoRow = {
    external_id,
    seller: { seller_id: model.seller.seller_id, name: model.seller.name },
    title,
    description: sentences.map(sentence => fillText(sentence, words)).join(' '),
    category_path: [department.name, ...type.path],
    brand: model.brand,
    price: { amount: toMinor(model.usdMinor, digits), currency },
    images: Array.from({ length: model.views }, (_, i) => {
      return `/images/demo/${pictureName({ shape: type.shape, color, seed: model.seed, view: i + 1 })}`;
    }),
    attributes: {
      ...(type.hasColor === false ? {} : { color }),
      ...(size === undefined ? {} : { size }),
      ...model.attributes,
    },
    prime: model.prime,
    max_per_person: chance.isHit(0.015) ? chance.pick([1, 2, 3, 5]) : null,
    stock: stockOf(chance),
  };
  return { row, department, type, quality: model.quality };
}

/** Some have run out and some are nearly out, as in any shop. */
function stockOf(chance: Chance): number {
  const place = chance.next();
  if (place < 0.04) return 0;
  return place < 0.12 ? chance.between(1, 9) : chance.between(20, 500);
}

/**
 * The figure of a dollar price in minor units of the currency. No exchange rate is meant: where a currency has no minor
 * units, the cents become whole ones, so that a mug of $18.00 costs ¥1,800.
 */
function toMinor(usdMinor: number, digits: number): number {
  return digits === 3 ? usdMinor * 10 : usdMinor;
}
