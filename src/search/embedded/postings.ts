import { type Saved, wider } from './arrays.ts';
import { emptyHits, type Hits } from './hits.ts';

const PAGE_BITS = 18;
const PAGE = 1 << PAGE_BITS;
const IN_PAGE = PAGE - 1;
/** Entries of a term's first slice, its second one, and so on; the last size repeats. */
const SLICES = [1, 3, 7, 15, 31, 63, 127, 255, 511, 1023, 2047, 4095, 8191];
const LAST = SLICES.length - 1;
/** Entries before the first slice of the last size. */
const BEFORE_LAST = SLICES.slice(0, LAST).reduce((sum, size) => sum + size, 0);
/** The highest weight; the bit above it says that the term stands in the title. */
const WEIGHT_MAX = 0x7fff;
const IN_TITLE = 0x8000;

/**
 * For each term the rows that have it, in the order in which they came, which is that of their numbers, with the term's
 * weight there. A term's entries stand in a chain of slices, each twice the one before, so that lists of millions and of
 * one waste little and growing never copies.
 */
export class Postings {
  /** Entry 0 of a slice holds the address of the next one. */
  #rows: Uint32Array<ArrayBuffer>[] = [new Uint32Array(PAGE)];
  #weights: Uint16Array<ArrayBuffer>[] = [new Uint16Array(PAGE)];
  /** Address 0 says that there is none. */
  #used = 1;
  #heads = new Uint32Array(1 << 10);
  #tails = new Uint32Array(1 << 10);
  #counts = new Uint32Array(1 << 10);
  #terms = 0;

  /** Also of rows that are gone meanwhile. */
  countOf(term: number): number {
    return term < this.#terms ? this.#counts[term]! : 0;
  }

  /** `weight` from 0 to 1. A term's rows come in rising order. */
  add(term: number, row: number, weight: number, isInTitle: boolean): void {
    if (term >= this.#terms) this.#makeRoom(term);
    const count = this.#counts[term]!;
    const { level, filled } = placeOf(count);
    if (filled === 0) this.#append(term, level);
    const at = this.#tails[term]! + 1 + filled;
    this.#rows[at >>> PAGE_BITS]![at & IN_PAGE] = row;
    const bits = Math.max(1, Math.round(weight * WEIGHT_MAX)) | (isInTitle ? IN_TITLE : 0);
    this.#weights[at >>> PAGE_BITS]![at & IN_PAGE] = bits;
    this.#counts[term] = count + 1;
  }

  /** The living rows of a term, with `factor` times its weight there; of its first `most` entries. */
  read(term: number, factor: number, alive: Uint8Array, most = Number.POSITIVE_INFINITY): Hits {
    const count = Math.min(most, this.countOf(term));
    if (count === 0) return emptyHits;
    const hits = {
      rows: new Uint32Array(count),
      scores: new Float32Array(count),
      titles: new Uint8Array(count),
      size: 0,
    };
    const scale = factor / WEIGHT_MAX;
    let size = 0;
    let address = this.#heads[term]!;
    for (let level = 0, left = count; left > 0; level++) {
      const rows = this.#rows[address >>> PAGE_BITS]!;
      const weights = this.#weights[address >>> PAGE_BITS]!;
      const start = address & IN_PAGE;
      const length = Math.min(left, sliceOf(level));
      for (let at = start + 1; at <= start + length; at++) {
        const row = rows[at]!;
        if (alive[row] !== 1) continue;
        const bits = weights[at]!;
        hits.rows[size] = row;
        hits.scores[size] = (bits & WEIGHT_MAX) * scale;
        hits.titles[size++] = bits >>> 15;
      }
      left -= length;
      address = rows[start]!;
    }
    hits.size = size;
    return hits;
  }

  /** How many of a term's rows are marked with 1. */
  countIn(term: number, marked: Uint8Array): number {
    let found = 0;
    let address = this.#heads[term]!;
    for (let level = 0, left = this.countOf(term); left > 0; level++) {
      const rows = this.#rows[address >>> PAGE_BITS]!;
      const start = address & IN_PAGE;
      const end = start + Math.min(left, sliceOf(level));
      for (let at = start + 1; at <= end; at++) found += marked[rows[at]!]!;
      left -= end - start;
      address = rows[start]!;
    }
    return found;
  }

  save(): Saved {
    const saved: Saved = {
      heads: this.#heads.subarray(0, this.#terms),
      tails: this.#tails.subarray(0, this.#terms),
      counts: this.#counts.subarray(0, this.#terms),
      used: Float64Array.of(this.#used),
    };
    for (const [page, rows] of this.#rows.entries()) {
      saved[`rows ${page}`] = rows;
      saved[`weights ${page}`] = this.#weights[page]!;
    }
    return saved;
  }

  load(saved: Saved): void {
    this.#heads = saved.heads as Uint32Array<ArrayBuffer>;
    this.#tails = saved.tails as Uint32Array<ArrayBuffer>;
    this.#counts = saved.counts as Uint32Array<ArrayBuffer>;
    this.#terms = this.#counts.length;
    this.#used = saved.used![0]!;
    this.#rows = [];
    this.#weights = [];
    for (let page = 0; `rows ${page}` in saved; page++) {
      this.#rows.push(saved[`rows ${page}`] as Uint32Array<ArrayBuffer>);
      this.#weights.push(saved[`weights ${page}`] as Uint16Array<ArrayBuffer>);
    }
  }

  #append(term: number, level: number): void {
    const length = sliceOf(level) + 1;
    // A slice lies in one page.
    if ((this.#used & IN_PAGE) + length > PAGE || this.#used >>> PAGE_BITS >= this.#rows.length) {
      this.#used = this.#rows.length << PAGE_BITS;
      this.#rows.push(new Uint32Array(PAGE));
      this.#weights.push(new Uint16Array(PAGE));
    }
    const address = this.#used;
    this.#used += length;
    if (level === 0) this.#heads[term] = address;
    else this.#rows[this.#tails[term]! >>> PAGE_BITS]![this.#tails[term]! & IN_PAGE] = address;
    this.#tails[term] = address;
  }

  #makeRoom(term: number): void {
    this.#terms = term + 1;
    if (this.#terms <= this.#heads.length) return;
    const size = Math.max(2 * this.#heads.length, this.#terms);
    this.#heads = wider(this.#heads, new Uint32Array(size));
    this.#tails = wider(this.#tails, new Uint32Array(size));
    this.#counts = wider(this.#counts, new Uint32Array(size));
  }
}

function sliceOf(level: number): number {
  return SLICES[level] ?? SLICES.at(-1)!;
}

/** Which slice the next entry after `count` goes to, and how many stand there already. */
function placeOf(count: number): { level: number; filled: number } {
  let left = count - BEFORE_LAST;
  if (left >= 0) return { level: LAST + Math.floor(left / SLICES[LAST]!), filled: left % SLICES[LAST]! };
  let level = 0;
  for (left = count; left >= SLICES[level]!; level++) left -= SLICES[level]!;
  return { level, filled: left };
}
