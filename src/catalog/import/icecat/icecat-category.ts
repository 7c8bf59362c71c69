import { homeAndCables } from './home-and-cables.ts';
import { lastResorts } from './last-resorts.ts';
import { networksToSound } from './networks-to-sound.ts';
import { printingAndComputing } from './printing-and-computing.ts';

/**
 * Icecat's open catalogue names no categories. The tables tell them by phrases of one to three words in the title or in
 * the attributes that say the kind: a category, below it its phrases, and after `not:` phrases that rule it out. The
 * first category of which a phrase is found is it, so accessories stand above what they belong to, and names of one
 * thing above names of many. Case, punctuation and a plural "s" don't matter.
 */
const table = [homeAndCables, printingAndComputing, networksToSound].join('\n');
const OTHER = ['Other'];
const PHRASE_WORDS_MAX = 3;

export interface IcecatFacts {
  title: string;
  brand: string;
  attributes: ReadonlyMap<string, unknown>;
}

/** Every phrase of the product is looked up, so the cost does not grow with the tables. */
export function icecatCategory({ title, brand, attributes }: IcecatFacts): string[] {
  const texts = [attributes.get('product_type'), attributes.get('type'), title];
  const said = new Set(texts.flatMap(text => phrasesOf(String(text ?? ''))));
  let found = rows.length;
  for (const phrase of said) {
    for (const at of rowsByPhrase.get(phrase) ?? []) {
      if (at < found && !rows[at]!.not.some(one => said.has(one))) found = at;
    }
  }
  if (found < rows.length) return rows[found]!.path;
  const resort = resorts.find(({ has, brands }) => has?.some(name => attributes.has(name)) || brands?.includes(brand));
  return resort?.path ?? OTHER;
}

/** "USB-C hubs" says usb, c, hub, usb c, c hub, usb c hub. */
function phrasesOf(text: string): string[] {
  const words = wordsOf(text);
  return words.flatMap((_, start) =>
    Array.from({ length: Math.min(PHRASE_WORDS_MAX, words.length - start) }, (_, more) =>
      words.slice(start, start + more + 1).join(' '),
    ),
  );
}

function wordsOf(text: string): string[] {
  return (text.toLowerCase().match(/[a-z0-9]+/g) ?? []).map(singular);
}

function singular(word: string): string {
  return word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}

function readTable(text: string): { path: string[]; phrases: string[]; not: string[] }[] {
  return [...text.matchAll(/^(\S.*)\n((?: {2}.*\n?)+)/gm)].map(([, path, words]) => {
    const [phrases, not] = words!.split('not:').map(part => part.split(',').map(phrase => wordsOf(phrase).join(' ')));
    return { path: path!.split(' > '), phrases: phrases!, not: not ?? [] };
  });
}

const rows = readTable(table);

const rowsByPhrase = new Map<string, number[]>();
for (const [at, { phrases }] of rows.entries()) {
  for (const phrase of phrases) rowsByPhrase.set(phrase, [...(rowsByPhrase.get(phrase) ?? []), at]);
}

const resorts = lastResorts.map(({ path, ...when }) => ({ path: path.split(' > '), ...when }));
