import { type Saved, wider } from './arrays.ts';
import { Dictionary } from './dictionary.ts';
import { StringTable } from './string-table.ts';

/** Between an attribute's number and its value in the key of a value; attributes are numbered in base 36. */
const BETWEEN = '\0';

/** The attribute values of each row, end to end, each with its attribute: 6 bytes a value and 6 a row. */
export class AttributeColumn {
  readonly names = new Dictionary();
  readonly #values = new StringTable();
  /** Which value, and of which attribute: apart from each other, so that a facet reads only the few that it counts. */
  ids = new Int32Array(4096);
  nameIds = new Uint16Array(4096);
  starts = new Uint32Array(0);
  lengths = new Uint16Array(0);
  #used = 0;
  #live = 0;

  get size(): number {
    return this.#values.size;
  }

  grow(rows: number): void {
    this.starts = wider(this.starts, new Uint32Array(rows));
    this.lengths = wider(this.lengths, new Uint16Array(rows));
  }

  set(row: number, attributes: readonly [name: string, value: string][]): void {
    const kept = this.lengths[row]!;
    this.#live += attributes.length - kept;
    if (attributes.length > kept) {
      if (this.#used + attributes.length > this.ids.length) this.#makeRoom(row, attributes.length);
      this.starts[row] = this.#used;
      this.#used += attributes.length;
    }
    this.lengths[row] = attributes.length;
    let at = this.starts[row]!;
    for (const [name, value] of attributes) {
      const nameId = this.names.intern(name);
      this.nameIds[at] = nameId;
      this.ids[at++] = this.#values.intern(keyOf(nameId, value));
    }
  }

  textOf(id: number): string {
    const key = this.#values.textOf(id);
    return key.slice(key.indexOf(BETWEEN) + 1);
  }

  /** The numbers of those values of an attribute that some product has brought. */
  find(name: string, values: readonly string[]): Set<number> {
    const nameId = this.names.find(name);
    if (nameId < 0) return new Set();
    return new Set(values.map(value => this.#values.find(keyOf(nameId, value))).filter(id => id >= 0));
  }

  save(rows: number): Saved {
    const { bytes, starts } = this.#values.save();
    return {
      ids: this.ids.subarray(0, this.#used),
      nameIds: this.nameIds.subarray(0, this.#used),
      starts: this.starts.subarray(0, rows),
      lengths: this.lengths.subarray(0, rows),
      valueBytes: bytes!,
      valueStarts: starts!,
      live: Float64Array.of(this.#live),
    };
  }

  load(saved: Saved): void {
    this.#values.load({ bytes: saved.valueBytes!, starts: saved.valueStarts! });
    this.ids = saved.ids as Int32Array<ArrayBuffer>;
    this.nameIds = saved.nameIds as Uint16Array<ArrayBuffer>;
    this.starts = saved.starts as Uint32Array<ArrayBuffer>;
    this.lengths = saved.lengths as Uint16Array<ArrayBuffer>;
    this.#used = this.ids.length;
    this.#live = saved.live![0]!;
  }

  /** Copies what is live into arrays with room to spare; what `row` had is given up. */
  #makeRoom(row: number, needed: number): void {
    this.lengths[row] = 0;
    const size = Math.max(2 * this.#live, 2 * needed, this.ids.length);
    const [ids, nameIds] = [new Int32Array(size), new Uint16Array(size)];
    let used = 0;
    for (let at = 0; at < this.lengths.length; at++) {
      const [start, length] = [this.starts[at]!, this.lengths[at]!];
      ids.set(this.ids.subarray(start, start + length), used);
      nameIds.set(this.nameIds.subarray(start, start + length), used);
      this.starts[at] = used;
      used += length;
    }
    [this.ids, this.nameIds] = [ids, nameIds];
    this.#used = used;
  }
}

function keyOf(nameId: number, value: string): string {
  return `${nameId.toString(36)}${BETWEEN}${value}`;
}
