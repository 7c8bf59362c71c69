/**
 * One form for singular and plural, and nothing more: a stemmer that also takes "-er" or "-ing" makes a printer of what
 * is printed. After Harman's "S" stemmer (1991), with the plurals in "-es" told apart by the sound before them.
 */
export function stem(word: string): string {
  const known = IRREGULAR.get(word);
  if (known !== undefined) return known;
  if (word.length < 4 || !word.endsWith('s') || !LETTERS.test(word)) return word;
  if (ENDS_OTHERWISE.test(word)) return word;
  if (word.endsWith('ies')) return word.length > 4 ? `${word.slice(0, -3)}y` : word.slice(0, -1);
  if (HISSES.test(word)) return word.slice(0, -2);
  return word.slice(0, -1);
}

const LETTERS = /^\p{L}+$/u;
/** No plurals: glass, status, basis, chaos. */
const ENDS_OTHERWISE = /(?:ss|us|is|aos)$/;
/** Boxes, watches, brushes, glasses, quizzes. */
const HISSES = /(?:x|ch|sh|ss|zz)es$/;

const IRREGULAR = new Map([
  ['mice', 'mouse'],
  ['men', 'man'],
  ['women', 'woman'],
  ['mens', 'man'],
  ['womens', 'woman'],
  ['children', 'child'],
  ['childrens', 'child'],
  ['feet', 'foot'],
  ['knives', 'knife'],
  ['shelves', 'shelf'],
  ['lens', 'lens'],
  ['lenses', 'lens'],
  ['canvas', 'canvas'],
  ['canvases', 'canvas'],
  ['series', 'series'],
  ['gps', 'gps'],
  ['dvds', 'dvd'],
  ['always', 'always'],
  ['windows', 'windows'],
]);
