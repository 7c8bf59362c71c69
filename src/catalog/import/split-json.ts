import { NotReadable, RECORD_LENGTH_MAX, type SourceRecord, TOO_LONG } from './source-record.ts';

/** A JSON array of objects, one object, or objects one after the other; elements are cut out without being parsed. */
export async function* splitJson(pieces: AsyncIterable<string>): AsyncGenerator<SourceRecord[]> {
  const cutter = new ElementCutter();
  for await (const piece of pieces) {
    const records = cutter.push(piece);
    if (records.length > 0) yield records;
  }
  yield cutter.end();
}

/** Follows only texts, brackets and commas: what stands between them is for `JSON.parse`. */
class ElementCutter {
  #mode: 'before' | 'array' | 'objects' | 'after' = 'before';
  #line = 1;
  #depth = 0;
  #isInText = false;
  #isEscaped = false;
  #held = '';
  #heldLength = 0;
  /** 0 between two elements. */
  #startLine = 0;
  #records: SourceRecord[] = [];

  push(piece: string): SourceRecord[] {
    this.#records = [];
    let from = 0;
    for (let at = 0; at < piece.length; at += 1) {
      const char = piece[at]!;
      if (char === '\n') this.#line += 1;
      if (this.#startLine === 0) {
        if (!this.#begin(char)) continue;
        this.#startLine = this.#line;
        from = at;
      }
      const end = this.#isInText ? this.#followText(char) : this.#follow(char);
      if (end === 'on') continue;
      this.#keep(piece.slice(from, end === 'with' ? at + 1 : at));
      this.#emit();
      if (end === 'before') this.#begin(char);
    }
    if (this.#startLine > 0) this.#keep(piece.slice(from));
    return this.#records;
  }

  end(): SourceRecord[] {
    if (this.#mode === 'before') throw new NotReadable(1, 'this is no JSON: the file is empty');
    if (this.#mode === 'array' || this.#startLine > 0) {
      throw new NotReadable(this.#line, 'the JSON text ends in the middle');
    }
    return [];
  }

  /** A character outside of any element; answers whether an element begins with it. */
  #begin(char: string): boolean {
    if (char === ' ' || char === '\t' || char === '\r' || char === '\n') return false;
    if (this.#mode === 'array') {
      if (char === ']') this.#mode = 'after';
      return char !== ']' && char !== ',';
    }
    if (this.#mode === 'before' && char === '[') {
      this.#mode = 'array';
      return false;
    }
    if (this.#mode === 'after' || char !== '{') {
      const told = JSON.stringify(char);
      throw new NotReadable(this.#line, `this is no JSON of products: ${told} stands outside of any object`);
    }
    this.#mode = 'objects';
    return true;
  }

  /** A character of an element, texts aside; 'with' and 'before' say that the element ends there. */
  #follow(char: string): 'on' | 'with' | 'before' {
    if (char === '"') this.#isInText = true;
    else if (char === '{' || char === '[') this.#depth += 1;
    else if (this.#depth === 0) return char === ',' || char === ']' ? 'before' : 'on';
    else if (char === '}' || char === ']') {
      this.#depth -= 1;
      return this.#depth === 0 ? 'with' : 'on';
    }
    return 'on';
  }

  #followText(char: string): 'on' {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (char === '\\') this.#isEscaped = true;
    else if (char === '"') this.#isInText = false;
    return 'on';
  }

  #keep(text: string): void {
    this.#heldLength += text.length;
    if (this.#heldLength <= RECORD_LENGTH_MAX) this.#held += text;
  }

  #emit(): void {
    const line = this.#startLine;
    this.#records.push(this.#heldLength > RECORD_LENGTH_MAX ? { line, error: TOO_LONG } : { line, json: this.#held });
    this.#held = '';
    this.#heldLength = 0;
    this.#startLine = 0;
  }
}
