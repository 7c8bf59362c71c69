import type { Attributes } from '#catalog';
import type { Chance } from './chance.ts';
import type { Words } from './fill-text.ts';
import type { Department, Fact, ProductType } from './product-type.ts';
import { type DemoSeller, sellersOf } from './sellers.ts';

/** What all colors and sizes of a product have in common. */
export interface Model {
  brand: string;
  words: Words;
  attributes: Attributes;
  says: string;
  tells: string[];
  closes: string | undefined;
  /** US cents. */
  usdMinor: number;
  seller: DemoSeller;
  prime: boolean;
  quality: number;
  /** Of its pictures, and how many there are. */
  seed: number;
  views: number;
}

export function drawModel(department: Department, type: ProductType, chance: Chance): Model {
  const brand = chance.pick(department.brands);
  const line = chance.pick(department.lines);
  const { facts, size } = drawFacts(type, chance);
  const material = type.materials && chance.pick(type.materials);
  const weight_g = roundWeight(between(type.weight_g, 0.8 * size + 0.2 * chance.next()));
  const attributes: Attributes = { ...(material === undefined ? {} : { material }), weight_g, ...facts };
  return {
    brand,
    words: { ...pickEach(type.words ?? {}, chance), ...attributes, brand, line },
    attributes,
    says: chance.pick(type.says),
    tells: chance.sample(type.tells, chance.between(1, 2)),
    closes: chance.isHit(0.6) ? chance.pick(department.closes) : undefined,
    usdMinor: roundPrice(between(type.usd, 0.6 * size + 0.4 * chance.next()), chance),
    seller: chance.pick(sellersOf(department.name)),
    prime: chance.isHit(0.4),
    quality: 3 + 1.9 * chance.next() ** 0.6,
    seed: chance.between(0, 999_999),
    views: chance.between(2, 3),
  };
}

/** `size` tells from 0 to 1 how large the model is among its kind; what says nothing of size leaves it to chance. */
function drawFacts(type: ProductType, chance: Chance): { facts: Record<string, Fact>; size: number } {
  const places: number[] = [];
  const facts: Record<string, Fact> = {};
  for (const [name, values] of Object.entries(type.facts ?? {})) {
    const at = chance.between(0, values.length - 1);
    facts[name] = values[at]!;
    if (values.length > 1 && typeof values[at] === 'number') places.push(at / (values.length - 1));
  }
  const { kinds } = type;
  if (kinds !== undefined) {
    const at = chance.between(0, kinds.length - 1);
    Object.assign(facts, kinds[at]);
    places.push(at / (kinds.length - 1));
  }
  const size = places.length === 0 ? chance.next() : places.reduce((sum, place) => sum + place, 0) / places.length;
  return { facts, size };
}

function pickEach(tables: Readonly<Record<string, readonly string[]>>, chance: Chance): Record<string, string> {
  return Object.fromEntries(Object.entries(tables).map(([name, words]) => [name, chance.pick(words)]));
}

/** On a scale of ratios, as prices and weights are. */
function between([least, most]: readonly [number, number], place: number): number {
  return least * (most / least) ** place;
}

function roundWeight(grams: number): number {
  const step = grams < 200 ? 1 : grams < 2000 ? 10 : 100;
  return Math.round(grams / step) * step;
}

/** Prices end as prices do: in .99, .95, .50 or on the full dollar. */
function roundPrice(usd: number, chance: Chance): number {
  const endings = usd < 20 ? [99, 50, 95] : usd < 100 ? [99, 95, 0] : [0, 0, 99];
  return Math.max(1, Math.floor(usd)) * 100 + chance.pick(endings);
}
