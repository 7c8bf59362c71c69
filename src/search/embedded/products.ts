import { type Saved, wider } from './arrays.ts';
import { StringTable } from './string-table.ts';

const NO_ROW = -1;
const UNKNOWN = 0;
const OUT_OF_STOCK = 1;
const IN_STOCK = 2;
const NEVER_SEEN = 1;

/** A product's place in the index, and what has to be known of one that has none: its version, its stock, its conversion. */
export class Products {
  readonly #ids = new StringTable();
  #rows = new Int32Array(1024).fill(NO_ROW);
  #versions = new Float64Array(1024).fill(-1);
  #hashes = new Float64Array(1024);
  #stock = new Uint8Array(1024);
  /** See `conversionFactor`; 0 where nobody has told it. */
  #conversion = new Float32Array(1024);
  /** By row. */
  #numbers = new Uint32Array(1024);
  #living = 0;

  get living(): number {
    return this.#living;
  }

  numberOf(productId: string): number {
    const number = this.#ids.intern(productId);
    if (number >= this.#rows.length) this.#grow(2 * this.#rows.length);
    return number;
  }

  /** −1 for a product that nothing was ever heard of. */
  find(productId: string): number {
    return this.#ids.find(productId);
  }

  rowOf(number: number): number | undefined {
    const row = number < 0 ? NO_ROW : this.#rows[number]!;
    return row === NO_ROW ? undefined : row;
  }

  versionOf(number: number): number {
    return this.#versions[number]!;
  }

  hashOf(number: number): number {
    return this.#hashes[number]!;
  }

  idOf(row: number): string {
    return this.#ids.textOf(this.#numbers[row]!);
  }

  /** Whether the index met one row's product before the other's; a build meets them in the order of their ids. */
  isEarlier(row: number, other: number): boolean {
    return this.#numbers[row]! < this.#numbers[other]!;
  }

  /** `hash`: of what its row was made from. */
  place(number: number, row: number, version: number, hash: number): void {
    if (this.#rows[number] === NO_ROW) this.#living += 1;
    this.#rows[number] = row;
    this.#versions[number] = version;
    this.#hashes[number] = hash;
    if (row >= this.#numbers.length) {
      this.#numbers = wider(this.#numbers, new Uint32Array(Math.max(2 * this.#numbers.length, row + 1)));
    }
    this.#numbers[row] = number;
  }

  setVersion(number: number, version: number): void {
    this.#versions[number] = version;
  }

  /** Keeps the version, so that an older document can't bring the product back. */
  remove(number: number, version: number): void {
    if (this.#rows[number] !== NO_ROW) this.#living -= 1;
    this.#rows[number] = NO_ROW;
    this.#versions[number] = version;
    this.#hashes[number] = 0;
  }

  isInStock(number: number): boolean {
    return this.#stock[number] === IN_STOCK;
  }

  isStockKnown(number: number): boolean {
    return this.#stock[number] !== UNKNOWN;
  }

  setStock(number: number, isInStock: boolean): void {
    this.#stock[number] = isInStock ? IN_STOCK : OUT_OF_STOCK;
  }

  conversionOf(number: number): number {
    return this.#conversion[number] || NEVER_SEEN;
  }

  isConversionKnown(number: number): boolean {
    return this.#conversion[number] !== UNKNOWN;
  }

  setConversion(number: number, factor: number): void {
    this.#conversion[number] = factor;
  }

  save(): Saved {
    const { bytes, starts } = this.#ids.save();
    const { size } = this.#ids;
    return {
      idBytes: bytes!,
      idStarts: starts!,
      rows: this.#rows.subarray(0, size),
      versions: this.#versions.subarray(0, size),
      hashes: this.#hashes.subarray(0, size),
      stock: this.#stock.subarray(0, size),
      conversion: this.#conversion.subarray(0, size),
      numbers: this.#numbers,
      living: Float64Array.of(this.#living),
    };
  }

  load(saved: Saved): void {
    this.#ids.load({ bytes: saved.idBytes!, starts: saved.idStarts! });
    this.#rows = saved.rows as Int32Array<ArrayBuffer>;
    this.#versions = saved.versions as Float64Array<ArrayBuffer>;
    this.#hashes = saved.hashes as Float64Array<ArrayBuffer>;
    this.#stock = saved.stock as Uint8Array<ArrayBuffer>;
    this.#conversion = saved.conversion as Float32Array<ArrayBuffer>;
    this.#numbers = saved.numbers as Uint32Array<ArrayBuffer>;
    this.#living = saved.living![0]!;
    if (this.#rows.length === 0) this.#grow(1024);
  }

  #grow(size: number): void {
    const known = this.#rows.length;
    this.#rows = wider(this.#rows, new Int32Array(size).fill(NO_ROW, known));
    this.#versions = wider(this.#versions, new Float64Array(size).fill(-1, known));
    this.#hashes = wider(this.#hashes, new Float64Array(size));
    this.#stock = wider(this.#stock, new Uint8Array(size));
    this.#conversion = wider(this.#conversion, new Float32Array(size));
  }
}
