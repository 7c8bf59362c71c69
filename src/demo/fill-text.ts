import type { Fact } from './product-type.ts';

export type Words = Readonly<Record<string, Fact>>;

const SMALL_WORDS = new Set(['and', 'of', 'in', 'for', 'the', 'with', 'or']);

/** Puts words into the places of a text: `{material}` as it is, `{Material}` with capitals. */
export function fillText(text: string, words: Words): string {
  const filled = text.replaceAll(/\{(\w+)\}/g, (place, name: string) => {
    const key = name[0]!.toLowerCase() + name.slice(1);
    const word = words[key];
    if (word === undefined) throw new Error(`no word for ${place} in "${text}"`);
    return key === name ? String(word) : capitals(String(word));
  });
  return filled.replaceAll(/\b([Aa]) (?=8|1[18](?!\d)|(?!one|uni|use|uti|eu)[aeiou])/gi, '$1n ');
}

export function capitals(text: string): string {
  const words = text.split(' ');
  return words.map((word, i) => (i > 0 && SMALL_WORDS.has(word) ? word : firstCapital(word))).join(' ');
}

function firstCapital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
