import { termsOf } from './language/terms.ts';
import { indexText } from './words.ts';

/** Texts by small numbers, so that columns hold numbers. It only grows; a rebuild starts a new one. */
export class Dictionary {
  readonly texts: string[] = [];
  /** By number: a blank and the normalised words, in which a prefix of any word is looked for. */
  readonly keys: string[] = [];
  readonly #ids = new Map<string, number>();
  /** Texts by the terms in them. */
  readonly #byTerm = new Map<string, number[]>();

  get size(): number {
    return this.texts.length;
  }

  intern(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    this.#ids.set(text, this.texts.length);
    this.keys.push(` ${indexText(text)}`);
    for (const term of new Set(termsOf(text))) {
      const same = this.#byTerm.get(term);
      if (same === undefined) this.#byTerm.set(term, [this.texts.length]);
      else same.push(this.texts.length);
    }
    return this.texts.push(text) - 1;
  }

  load(texts: readonly string[]): void {
    for (const text of texts) this.intern(text);
  }

  /** The texts in which a term stands. */
  withTerm(term: string): readonly number[] {
    return this.#byTerm.get(term) ?? [];
  }

  /** −1 for a text that no product has brought. */
  find(text: string): number {
    return this.#ids.get(text) ?? -1;
  }
}
