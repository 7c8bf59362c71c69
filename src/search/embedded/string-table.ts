import { type Saved, wider } from './arrays.ts';

const SEED = 0x811c9dc5;
const PRIME = 0x01000193;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Texts by small numbers, in typed arrays: millions of them cost the garbage collector nothing and are read from disk
 * as they are. It only grows.
 */
export class StringTable {
  #bytes = new Uint8Array(1 << 12);
  /** By number, and one more: where a text begins, which is where the one before it ends. */
  #starts = new Uint32Array(1 << 8);
  /** An open hash table of numbers plus one; 0 is free. */
  #slots = new Int32Array(1 << 9);
  #size = 0;
  /** The bytes of the text that is looked for. */
  #sought = new Uint8Array(256);

  get size(): number {
    return this.#size;
  }

  intern(text: string): number {
    const length = this.#encode(text);
    const slot = this.#slotOf(length);
    const known = this.#slots[slot]! - 1;
    if (known >= 0) return known;
    const start = this.#starts[this.#size]!;
    if (start + length > this.#bytes.length) {
      this.#bytes = wider(this.#bytes, new Uint8Array(Math.max(2 * this.#bytes.length, start + length)));
    }
    this.#bytes.set(this.#sought.subarray(0, length), start);
    const id = this.#size;
    this.#slots[slot] = id + 1;
    this.#size = id + 1;
    if (this.#size + 1 > this.#starts.length) {
      this.#starts = wider(this.#starts, new Uint32Array(2 * this.#starts.length));
    }
    this.#starts[this.#size] = start + length;
    if (2 * this.#size > this.#slots.length) this.#rehash(2 * this.#slots.length);
    return id;
  }

  /** −1 for a text that was never brought. */
  find(text: string): number {
    return this.#slots[this.#slotOf(this.#encode(text))]! - 1;
  }

  textOf(id: number): string {
    return decoder.decode(this.#bytes.subarray(this.#starts[id]!, this.#starts[id + 1]!));
  }

  save(): Saved {
    const bytes = this.#bytes.subarray(0, this.#starts[this.#size]!);
    return { bytes, starts: this.#starts.subarray(0, this.#size + 1) };
  }

  load({ bytes, starts }: Saved): void {
    this.#bytes = bytes as Uint8Array<ArrayBuffer>;
    this.#starts = starts as Uint32Array<ArrayBuffer>;
    this.#size = starts!.length - 1;
    let slots = this.#slots.length;
    while (2 * this.#size > slots) slots *= 2;
    this.#rehash(slots);
  }

  #encode(text: string): number {
    const { length } = text;
    if (3 * length > this.#sought.length) this.#sought = new Uint8Array(6 * length);
    for (let at = 0; at < length; at++) {
      const code = text.charCodeAt(at);
      if (code > 127) return encoder.encodeInto(text, this.#sought).written;
      this.#sought[at] = code;
    }
    return length;
  }

  /** Where the sought text stands, or the free slot where it would. */
  #slotOf(length: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hashOf(this.#sought, 0, length) & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot]! - 1;
      if (id < 0 || this.#isSought(id, length)) return slot;
    }
  }

  #isSought(id: number, length: number): boolean {
    const start = this.#starts[id]!;
    if (this.#starts[id + 1]! - start !== length) return false;
    for (let at = 0; at < length; at++) if (this.#bytes[start + at] !== this.#sought[at]) return false;
    return true;
  }

  #rehash(size: number): void {
    const mask = size - 1;
    this.#slots = new Int32Array(size);
    for (let id = 0; id < this.#size; id++) {
      let slot = hashOf(this.#bytes, this.#starts[id]!, this.#starts[id + 1]!) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = id + 1;
    }
  }
}

/** FNV-1a, with its bits mixed once more: the table takes the lowest ones. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = SEED;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ bytes[at]!, PRIME);
  return hash ^ (hash >>> 15);
}
