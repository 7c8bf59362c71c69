import { termsOf } from '../language/terms.ts';
import { indexText } from '../words.ts';

/** Texts by small numbers, so that columns hold numbers. It only grows; a rebuild starts a new one. */
export class Dictionary {
  readonly texts: string[] = [];
  /** By number: a blank and the normalised words, in which a prefix of any word is looked for. */
  readonly keys: string[] = [];
  readonly #ids = new Map<string, number>();
  readonly #words = new Set<string>();

  get size(): number {
    return this.texts.length;
  }

  intern(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    this.#ids.set(text, this.texts.length);
    this.keys.push(` ${indexText(text)}`);
    for (const term of termsOf(text)) this.#words.add(term);
    return this.texts.push(text) - 1;
  }

  load(texts: readonly string[]): void {
    for (const text of texts) this.intern(text);
  }

  /** Whether a term stands in any of the texts. */
  hasWord(term: string): boolean {
    return this.#words.has(term);
  }

  /** −1 for a text that no product has brought. */
  find(text: string): number {
    return this.#ids.get(text) ?? -1;
  }
}
