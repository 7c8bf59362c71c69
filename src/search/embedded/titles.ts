import { type Saved, wider } from './arrays.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The titles as they are shown, by row, and what tells at once whether two are the same to a shopper. */
export class Titles {
  #bytes = new Uint8Array(1 << 16);
  #starts = new Uint32Array(1025);
  #hashes = new Int32Array(1024);
  #rows = 0;

  /** Rows come one after the other. */
  add(title: string, hash: number): void {
    if (this.#rows + 2 > this.#starts.length) {
      this.#starts = wider(this.#starts, new Uint32Array(2 * this.#starts.length));
      this.#hashes = wider(this.#hashes, new Int32Array(2 * this.#hashes.length + 1));
    }
    const start = this.#starts[this.#rows]!;
    const room = start + 3 * title.length;
    if (room > this.#bytes.length)
      this.#bytes = wider(this.#bytes, new Uint8Array(Math.max(2 * this.#bytes.length, room)));
    const { written } = encoder.encodeInto(title, this.#bytes.subarray(start));
    this.#hashes[this.#rows] = hash;
    this.#rows += 1;
    this.#starts[this.#rows] = start + written;
  }

  textOf(row: number): string {
    return decoder.decode(this.#bytes.subarray(this.#starts[row]!, this.#starts[row + 1]!));
  }

  hashOf(row: number): number {
    return this.#hashes[row]!;
  }

  save(): Saved {
    return {
      bytes: this.#bytes.subarray(0, this.#starts[this.#rows]!),
      starts: this.#starts.subarray(0, this.#rows + 1),
      hashes: this.#hashes.subarray(0, this.#rows),
    };
  }

  load({ bytes, starts, hashes }: Saved): void {
    this.#bytes = bytes as Uint8Array<ArrayBuffer>;
    this.#starts = starts as Uint32Array<ArrayBuffer>;
    this.#hashes = hashes as Int32Array<ArrayBuffer>;
    this.#rows = this.#hashes.length;
  }
}

export function hashOfTitle(key: string): number {
  let hash = 0;
  for (let at = 0; at < key.length; at++) hash = (Math.imul(hash, 31) + key.charCodeAt(at)) | 0;
  return hash;
}
