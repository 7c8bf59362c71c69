import { formOf } from './terms.ts';
import { readTokens } from './tokens.ts';

/**
 * What a category's name names, each as its words: "Headphones & headsets" two things; "Laptop & tablet accessories"
 * accessories of two, as its last part says what they all are.
 */
export function namedThings(name: string): string[][] {
  const parts = name.split(/\s*(?:&|,|\/|\band\b|\bund\b)\s*/i).map(wordsOf);
  const last = parts.at(-1) ?? [];
  const head = last.length > 1 ? last.at(-1)! : undefined;
  return parts
    .filter(part => part.length > 0)
    .map(part => (head === undefined || part === last || part.length > 1 ? part : [...part, head]));
}

function wordsOf(text: string): string[] {
  return readTokens(text).map(formOf);
}
