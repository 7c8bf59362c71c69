import { Dictionary } from './dictionary.ts';

/** The attribute values of each row, end to end in one array: 4 bytes a value and 6 a row. */
export class AttributeColumn {
  readonly names = new Dictionary();
  /** By value: the text, and the attribute that it belongs to. A value's number says its attribute too. */
  readonly texts: string[] = [];
  nameOf = new Int32Array(1024);
  readonly #ids: Map<string, number>[] = [];
  pool = new Int32Array(4096);
  starts = new Uint32Array(0);
  lengths = new Uint16Array(0);
  #poolUsed = 0;
  #poolLive = 0;

  get size(): number {
    return this.texts.length;
  }

  grow(rows: number): void {
    this.starts = extended(this.starts, new Uint32Array(rows));
    this.lengths = extended(this.lengths, new Uint16Array(rows));
  }

  set(row: number, attributes: readonly [name: string, value: string][]): void {
    const kept = this.lengths[row]!;
    this.#poolLive += attributes.length - kept;
    if (attributes.length > kept) {
      if (this.#poolUsed + attributes.length > this.pool.length) this.#makeRoom(row, attributes.length);
      this.starts[row] = this.#poolUsed;
      this.#poolUsed += attributes.length;
    }
    this.lengths[row] = attributes.length;
    let at = this.starts[row]!;
    for (const [name, value] of attributes) this.pool[at++] = this.#intern(name, value);
  }

  /** The numbers of those values of an attribute that some product has brought. */
  find(name: string, values: readonly string[]): Set<number> {
    const ofName = this.#ids[this.names.find(name)];
    return new Set(values.flatMap(value => ofName?.get(value) ?? []));
  }

  #intern(name: string, value: string): number {
    const nameId = this.names.intern(name);
    const ofName = this.#ids[nameId] ?? new Map<string, number>();
    this.#ids[nameId] = ofName;
    const known = ofName.get(value);
    if (known !== undefined) return known;
    const id = this.texts.push(value) - 1;
    if (id >= this.nameOf.length) this.nameOf = extended(this.nameOf, new Int32Array(this.nameOf.length * 2));
    this.nameOf[id] = nameId;
    ofName.set(value, id);
    return id;
  }

  /** Copies what is live into an array with room to spare; what `row` had is given up. */
  #makeRoom(row: number, needed: number): void {
    this.lengths[row] = 0;
    const pool = new Int32Array(Math.max(2 * this.#poolLive, 2 * needed, this.pool.length));
    let used = 0;
    for (let at = 0; at < this.lengths.length; at++) {
      const start = this.starts[at]!;
      pool.set(this.pool.subarray(start, start + this.lengths[at]!), used);
      this.starts[at] = used;
      used += this.lengths[at]!;
    }
    this.pool = pool;
    this.#poolUsed = used;
  }
}

/** `wider` with the values of `array` at its beginning. */
export function extended<Values extends { set(values: Values): void }>(array: Values, wider: Values): Values {
  wider.set(array);
  return wider;
}
