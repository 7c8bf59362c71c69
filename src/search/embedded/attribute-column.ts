import { Dictionary } from '../dictionary.ts';
import { partOf, type Saved, wider, withPrefix } from './arrays.ts';
import { Postings } from './postings.ts';
import { StringTable } from './string-table.ts';

/** Between an attribute's number and its value in the key of a value; attributes are numbered in base 36. */
const BETWEEN = '\0';

/** An attribute with more values than these tells products by serial numbers and the like, which come once. */
const SHARED_MAX = 1_000;

interface SharedValues {
  nameId: number;
  ids: Map<string, number>;
}

/** The attribute values of each row, end to end, each with its attribute: 6 bytes a value and 6 a row. */
export class AttributeColumn {
  readonly names = new Dictionary();
  readonly #values = new StringTable();
  /** By attribute: its first values, which are all that it has where it tells products apart. */
  readonly #shared: SharedValues[] = [];
  readonly #sharedByName = new Map<string, SharedValues>();
  /** The rows of each of them, to count a large result without reading all values of its rows. */
  readonly rowsOfValue = new Postings();
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
      const shared = this.#sharedByName.get(name) ?? this.#share(name);
      const known = shared.ids.get(value);
      const id = known ?? this.#intern(shared, value);
      this.nameIds[at] = shared.nameId;
      this.ids[at++] = id;
      if (known !== undefined || shared.ids.size < SHARED_MAX) this.rowsOfValue.add(id, row, 1, false);
    }
  }

  /** The numbers of all values of an attribute; undefined where they are too many. */
  valuesOf(nameId: number): Iterable<number> | undefined {
    const { ids } = this.#shared[nameId]!;
    return ids.size < SHARED_MAX ? ids.values() : undefined;
  }

  /** Of a row, in the order of its attributes. */
  idsOf(row: number): Int32Array {
    const start = this.starts[row]!;
    return this.ids.subarray(start, start + this.lengths[row]!);
  }

  #share(name: string): SharedValues {
    const shared = { nameId: this.names.intern(name), ids: new Map<string, number>() };
    this.#shared[shared.nameId] = shared;
    this.#sharedByName.set(name, shared);
    return shared;
  }

  #intern({ nameId, ids }: SharedValues, value: string): number {
    const id = this.#values.intern(keyOf(nameId, value));
    if (ids.size < SHARED_MAX) ids.set(value, id);
    return id;
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
      sharedIds: Int32Array.from(this.#shared.flatMap(({ ids }) => [...ids.values()])),
      sharedCounts: Int32Array.from(this.#shared, ({ ids }) => ids.size),
      ...withPrefix('rowsOfValue', this.rowsOfValue.save()),
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
    this.rowsOfValue.load(partOf('rowsOfValue', saved));
    let at = 0;
    for (const [nameId, name] of this.names.texts.entries()) {
      const { ids } = this.#share(name);
      for (const end = at + saved.sharedCounts![nameId]!; at < end; at++) {
        const id = saved.sharedIds![at]!;
        ids.set(this.textOf(id), id);
      }
    }
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
