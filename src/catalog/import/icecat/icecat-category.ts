import { lastResorts } from './category-words.ts';
import { homeAndCables } from './home-and-cables.ts';
import { networksToSound } from './networks-to-sound.ts';
import { printingAndComputing } from './printing-and-computing.ts';

const categoryWords = [...homeAndCables, ...printingAndComputing, ...networksToSound];
const OTHER = ['Other'];
const PHRASE_WORDS_MAX = 3;

export interface IcecatFacts {
  title: string;
  brand: string;
  attributes: ReadonlyMap<string, unknown>;
}

/**
 * The category that the table derives for a product of Icecat's open catalogue, which names none. Every phrase of one to
 * three words is looked up, so the cost does not grow with the table.
 */
export function icecatCategory({ title, brand, attributes }: IcecatFacts): string[] {
  const said = new Set(
    [attributes.get('product_type'), attributes.get('type'), title].flatMap(text => phrasesOf(String(text ?? ''))),
  );
  const found = [...said]
    .flatMap(phrase => rowsByPhrase.get(phrase) ?? [])
    .reduce<number>((best, at) => (at < best && !rows[at]!.unless.some(not => said.has(not)) ? at : best), rows.length);
  if (found < rows.length) return rows[found]!.path;
  const resort = resorts.find(({ has, brands }) => has?.some(name => attributes.has(name)) || brands?.includes(brand));
  return resort?.path ?? OTHER;
}

/** Words without their plural "s", alone and in groups: "USB-C hubs" gives usb, c, hub, usb c, c hub, usb c hub. */
function phrasesOf(text: string): string[] {
  const words = (text.toLowerCase().match(/[a-z0-9]+/g) ?? []).map(singular);
  return words.flatMap((_, start) =>
    Array.from({ length: Math.min(PHRASE_WORDS_MAX, words.length - start) }, (_, more) =>
      words.slice(start, start + more + 1).join(' '),
    ),
  );
}

function singular(word: string): string {
  return word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}

function listOf(phrases: string): string[] {
  return phrases.split(',').map(phrase => (phrase.toLowerCase().match(/[a-z0-9]+/g) ?? []).map(singular).join(' '));
}

const rows = categoryWords.map(([path, , unless]) => ({
  path: path.split(' > '),
  unless: unless === undefined ? [] : listOf(unless),
}));

const rowsByPhrase = new Map<string, number[]>();
for (const [at, [, phrases]] of categoryWords.entries()) {
  for (const phrase of listOf(phrases)) rowsByPhrase.set(phrase, [...(rowsByPhrase.get(phrase) ?? []), at]);
}

const resorts = lastResorts.map(({ path, ...when }) => ({ path: path.split(' > '), ...when }));
