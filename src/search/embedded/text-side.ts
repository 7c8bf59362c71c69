import type { SearchDocument } from '../engine.ts';
import type { Candidate, Lexicon } from '../language/lexicon.ts';
import { createSpelling } from '../language/spelling.ts';
import { saysNothing, termsIn, titleTermsIn } from '../language/terms.ts';
import { addWords, readTokens, type Token } from '../language/tokens.ts';
import { FIELDS, type Field, SATURATION, weightIn } from '../ranking.ts';
import { partOf, type Saved, wider, withPrefix } from './arrays.ts';
import { Postings } from './postings.ts';
import { Prefixes } from './prefixes.ts';
import { StringTable } from './string-table.ts';

/** Of fewer entries those are counted that live. */
const COUNTED_MAX = 64;
const CATEGORY = '\0';
const VALUES_MAX = 50_000;
/** Values that came early are mostly those that come again. */
const BY_ID_MAX = 200_000;
const NO_TERMS = new Uint32Array(0);
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
  /** The terms of brands and categories, and those of attribute values by their numbers: they come again and again. */
  readonly #values = new Map<string, Uint32Array>();
  readonly #byId: Uint32Array[] = [];
  /** While one product is read. */
  readonly #ofValues: Uint32Array[] = [];
  /** By term, while one product is read: its sum over the fields, and whether it stands in the title. */
  #sums = new Float32Array(1024);
  #inTitle = new Uint8Array(1024);
  readonly #alive: () => Uint8Array;

  constructor(alive: () => Uint8Array) {
    this.#alive = alive;
  }

  /** `valueIds`: the numbers of the values of its attributes. */
  add(row: number, document: SearchDocument, valueIds: Int32Array): void {
    const { brand, category_path: path } = document;
    const title = readTokens(document.title);
    const description = readTokens(document.description);
    const seen: number[] = [];
    this.#sum(seen, this.#internAll(titleTermsIn(title)), FIELDS.title, true);
    if (brand !== null) this.#sum(seen, this.#termsOfValue(brand, SHOWN_TIMES), FIELDS.brand, false);
    for (const name of path) this.#sum(seen, this.#termsOfValue(name, SHOWN_TIMES), FIELDS.category, false);
    this.#sumAttributes(seen, document.attributes, valueIds);
    this.#sum(seen, this.#internAll(termsIn(description)), FIELDS.description, false);
    for (const term of seen) {
      const sum = this.#sums[term]!;
      this.postings.add(term, row, sum / (sum + SATURATION), this.#inTitle[term] === 1);
      this.#sums[term] = 0;
      this.#inTitle[term] = 0;
    }
    for (let depth = 1; depth <= path.length; depth++) {
      this.postings.add(this.#intern(categoryTerm(path.slice(0, depth))), row, 1, false);
    }
    this.#countWords(title, description);
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
    return {
      ...withPrefix('terms', this.#terms.save()),
      ...withPrefix('words', this.words.save()),
      ...withPrefix('postings', this.postings.save()),
      wordTimes: this.#wordTimes.subarray(0, this.words.size),
    };
  }

  load(saved: Saved): void {
    this.#terms.load(partOf('terms', saved));
    this.words.load(partOf('words', saved));
    this.postings.load(partOf('postings', saved));
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

  #internAll(texts: string[]): Uint32Array {
    const terms = new Uint32Array(texts.length);
    for (let at = 0; at < texts.length; at++) terms[at] = this.#intern(texts[at]!);
    return terms;
  }

  /** Brands and categories are the same ones all over. */
  #termsOfValue(value: string, times: number): Uint32Array {
    const known = this.#values.get(value);
    if (known !== undefined) return known;
    const terms = this.#readValue(value, times);
    if (this.#values.size >= VALUES_MAX) this.#values.clear();
    this.#values.set(value, terms);
    return terms;
  }

  #readValue(value: string, times: number): Uint32Array {
    const tokens = readTokens(value);
    const words = new Set<string>();
    addWords(words, tokens);
    for (const word of words) this.#countWord(word, times);
    return this.#internAll(termsIn(tokens));
  }

  #sumAttributes(seen: number[], attributes: SearchDocument['attributes'], valueIds: Int32Array): void {
    let length = 0;
    for (let at = 0; at < valueIds.length; at++) {
      const terms = this.#termsOfId(valueIds[at]!, attributes[at]![1]);
      this.#ofValues[at] = terms;
      length += terms.length;
    }
    for (let at = 0; at < valueIds.length; at++) this.#sum(seen, this.#ofValues[at]!, FIELDS.attributes, false, length);
  }

  #termsOfId(id: number, value: string): Uint32Array {
    const known = this.#byId[id];
    if (known !== undefined) return known;
    const terms = saysNothing(value) ? NO_TERMS : this.#readValue(value, 1);
    if (id < BY_ID_MAX) this.#byId[id] = terms;
    return terms;
  }

  /** `length`: of the whole field, of which these are terms. */
  #sum(seen: number[], terms: Uint32Array, field: Field, isTitle: boolean, length = terms.length): void {
    const each = weightIn(field, length);
    for (const term of terms) {
      if (this.#sums[term] === 0) seen.push(term);
      this.#sums[term]! += each;
      if (isTitle) this.#inTitle[term] = 1;
    }
  }

  #countWords(title: Token[], description: Token[]): void {
    const shown = new Set<string>();
    addWords(shown, title);
    for (const { kind, text } of title) if (kind === 'code') shown.add(text);
    for (const word of shown) this.#countWord(word, SHOWN_TIMES);
    const others = new Set<string>();
    addWords(others, description);
    for (const word of others) if (!shown.has(word)) this.#countWord(word, 1);
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

function categoryTerm(path: readonly string[]): string {
  return CATEGORY + path.join(CATEGORY);
}
