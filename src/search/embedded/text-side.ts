import type { SearchDocument } from '../engine.ts';
import type { Candidate, Lexicon } from '../language/lexicon.ts';
import { createSpelling } from '../language/spelling.ts';
import { termsIn, titleTermsIn } from '../language/terms.ts';
import { readTokens, type Token } from '../language/tokens.ts';
import { FIELDS, SATURATION } from '../ranking.ts';
import { type Saved, wider } from './arrays.ts';
import { Postings } from './postings.ts';
import { Prefixes } from './prefixes.ts';
import { StringTable } from './string-table.ts';

/** Of fewer entries those are counted that live. */
const COUNTED_MAX = 64;
const CATEGORY = '\0';
/** A word of a title is what people look for, and what they mean, more than one of a description. */
const SHOWN_TIMES = 10;

/** The words of the products, by term: what the text of a query is looked up in. */
export class TextSide implements Lexicon {
  readonly #terms = new StringTable();
  readonly postings = new Postings();
  /** The catalogue's words as people write them, for corrections and suggestions. */
  readonly words = new StringTable();
  readonly prefixes = new Prefixes();
  #wordTimes = new Uint32Array(1024);
  readonly #spelling = createSpelling(word => this.#wordTimes[word]!);
  /** By term, while one product is read: its sum over the fields, and whether it stands in the title. */
  #sums = new Float32Array(1024);
  #inTitle = new Uint8Array(1024);
  readonly #alive: () => Uint8Array;

  constructor(alive: () => Uint8Array) {
    this.#alive = alive;
  }

  add(row: number, document: SearchDocument): void {
    const title = readTokens(document.title);
    const brand = readTokens(document.brand ?? '');
    const category = document.category_path.flatMap(readTokens);
    const attributes = readTokens(document.attribute_words);
    const description = readTokens(document.description);
    const seen: number[] = [];
    this.#sum(seen, titleTermsIn(title), FIELDS.title, true);
    this.#sum(seen, termsIn(brand), FIELDS.brand, false);
    this.#sum(seen, termsIn(category), FIELDS.category, false);
    this.#sum(seen, termsIn(attributes), FIELDS.attributes, false);
    this.#sum(seen, termsIn(description), FIELDS.description, false);
    for (const term of seen) {
      const sum = this.#sums[term]!;
      this.postings.add(term, row, sum / (sum + SATURATION), this.#inTitle[term] === 1);
      this.#sums[term] = 0;
      this.#inTitle[term] = 0;
    }
    document.category_path.forEach((_, depth) => {
      this.postings.add(this.#intern(categoryTerm(document.category_path.slice(0, depth + 1))), row, 1, false);
    });
    this.#countWords([title, brand, category], [attributes, description]);
  }

  termOf(word: string): number {
    return this.#terms.find(word);
  }

  /** The term that all products below a category have. */
  termOfCategory(path: readonly string[]): number {
    return this.#terms.find(categoryTerm(path));
  }

  timesOf(word: string): number {
    const term = this.#terms.find(word);
    const count = term < 0 ? 0 : this.postings.countOf(term);
    return count > COUNTED_MAX ? count : this.postings.read(term, 1, this.#alive()).size;
  }

  closest(word: string, most: number): Candidate[] {
    return this.#spelling.closest(word, most);
  }

  wordTimesOf(word: number): number {
    return this.#wordTimes[word]!;
  }

  save(): Saved {
    const prefixed = (prefix: string, saved: Saved) =>
      Object.entries(saved).map(([name, array]) => [`${prefix} ${name}`, array]);
    return Object.fromEntries([
      ...prefixed('terms', this.#terms.save()),
      ...prefixed('words', this.words.save()),
      ...prefixed('postings', this.postings.save()),
      ['wordTimes', this.#wordTimes.subarray(0, this.words.size)],
    ]);
  }

  load(saved: Saved): void {
    const part = (prefix: string): Saved =>
      Object.fromEntries(
        Object.entries(saved)
          .filter(([name]) => name.startsWith(`${prefix} `))
          .map(([name, array]) => [name.slice(prefix.length + 1), array]),
      );
    this.#terms.load(part('terms'));
    this.words.load(part('words'));
    this.postings.load(part('postings'));
    this.#wordTimes = saved.wordTimes as Uint32Array<ArrayBuffer>;
    for (let word = 0; word < this.words.size; word++) {
      const text = this.words.textOf(word);
      this.prefixes.add(text, word);
      this.#spelling.add(text, word);
    }
  }

  #intern(text: string): number {
    const term = this.#terms.intern(text);
    if (term >= this.#sums.length) {
      const size = Math.max(2 * this.#sums.length, term + 1);
      this.#sums = wider(this.#sums, new Float32Array(size));
      this.#inTitle = wider(this.#inTitle, new Uint8Array(size));
    }
    return term;
  }

  #sum(seen: number[], terms: string[], field: (typeof FIELDS)['title'], isTitle: boolean): void {
    const each = field.weight / (1 - field.byLength + (field.byLength * terms.length) / field.length);
    for (const text of terms) {
      const term = this.#intern(text);
      if (this.#sums[term] === 0) seen.push(term);
      this.#sums[term]! += each;
      if (isTitle) this.#inTitle[term] = 1;
    }
  }

  #countWords(shown: Token[][], others: Token[][]): void {
    const words = new Set<string>();
    for (const tokens of shown) addWords(words, tokens);
    for (const { kind, text } of shown[0]!) if (kind === 'code') words.add(text);
    for (const word of words) this.#countWord(word, SHOWN_TIMES);
    const more = new Set<string>();
    for (const tokens of others) addWords(more, tokens);
    for (const word of more) if (!words.has(word)) this.#countWord(word, 1);
  }

  #countWord(text: string, times: number): void {
    const known = this.words.size;
    const word = this.words.intern(text);
    if (word === known) {
      this.prefixes.add(text, word);
      this.#spelling.add(text, word);
    }
    if (word >= this.#wordTimes.length) {
      this.#wordTimes = wider(this.#wordTimes, new Uint32Array(Math.max(2 * this.#wordTimes.length, word + 1)));
    }
    this.#wordTimes[word]! += times;
  }
}

function addWords(words: Set<string>, tokens: Token[]): void {
  for (const { kind, text, parts } of tokens) {
    if (kind !== 'word') continue;
    words.add(text);
    if (parts.length > 1) for (const part of parts) words.add(part);
  }
}

function categoryTerm(path: readonly string[]): string {
  return CATEGORY + path.join(CATEGORY);
}
