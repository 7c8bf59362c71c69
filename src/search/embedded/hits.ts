/** Rows in rising order, with what each scores, and 1 where all that was looked for stands in the title. */
export interface Hits {
  rows: Uint32Array;
  scores: Float32Array;
  titles: Uint8Array;
  size: number;
}

export const emptyHits: Hits = {
  rows: new Uint32Array(0),
  scores: new Float32Array(0),
  titles: new Uint8Array(0),
  size: 0,
};

function room(size: number): Hits {
  return { rows: new Uint32Array(size), scores: new Float32Array(size), titles: new Uint8Array(size), size: 0 };
}

/** Rows that have all: scores add up. */
export function allOf(parts: Hits[]): Hits {
  const [first, ...others] = parts.toSorted((a, b) => a.size - b.size);
  return others.reduce(both, first ?? emptyHits);
}

function both(few: Hits, many: Hits): Hits {
  const found = room(few.size);
  let [at, size] = [0, 0];
  for (let i = 0; i < few.size; i++) {
    const row = few.rows[i]!;
    at = seek(many, at, row);
    if (at === many.size) break;
    if (many.rows[at] !== row) continue;
    found.rows[size] = row;
    found.scores[size] = few.scores[i]! + many.scores[at]!;
    found.titles[size++] = few.titles[i]! & many.titles[at]!;
  }
  found.size = size;
  return found;
}

/** The first place from `at` on whose row is not below `row`: in growing steps, and then by halves. */
function seek({ rows, size }: Hits, at: number, row: number): number {
  let [low, step] = [at, 1];
  while (low + step < size && rows[low + step]! < row) {
    low += step;
    step *= 2;
  }
  let high = Math.min(low + step, size);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows[middle]! < row) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Rows that have any: the best score counts. */
export function anyOf(parts: Hits[]): Hits {
  return parts.length < 2 ? (parts[0] ?? emptyHits) : parts.reduce((a, b) => merge(a, b, Math.max, (x, y) => x | y));
}

/** Rows that have at least so many of the parts: scores add up, and those that lack some step back. */
export function mostOf(parts: Hits[], least: number): Hits {
  // While they are counted, `titles` says how many parts a row has.
  const counted = parts.map(part => ({ ...part, titles: part.titles.map(() => 1) }));
  const some = counted.reduce((a, b) => merge(a, b, add, add), emptyHits);
  const found = room(some.size);
  let size = 0;
  for (let at = 0; at < some.size; at++) {
    const count = some.titles[at]!;
    if (count < least) continue;
    found.rows[size] = some.rows[at]!;
    found.scores[size++] = some.scores[at]! * (count / parts.length) ** 2;
  }
  found.size = size;
  return found;
}

function add(a: number, b: number): number {
  return a + b;
}

function merge(
  a: Hits,
  b: Hits,
  joinScores: (x: number, y: number) => number,
  joinTitles: (x: number, y: number) => number,
): Hits {
  if (a.size === 0) return b;
  if (b.size === 0) return a;
  const found = room(a.size + b.size);
  let [i, j, size] = [0, 0, 0];
  while (i < a.size || j < b.size) {
    const left = i < a.size ? a.rows[i]! : Number.POSITIVE_INFINITY;
    const right = j < b.size ? b.rows[j]! : Number.POSITIVE_INFINITY;
    found.rows[size] = Math.min(left, right);
    if (left === right) {
      found.scores[size] = joinScores(a.scores[i]!, b.scores[j]!);
      found.titles[size++] = joinTitles(a.titles[i++]!, b.titles[j++]!);
    } else if (left < right) {
      found.scores[size] = a.scores[i]!;
      found.titles[size++] = a.titles[i++]!;
    } else {
      found.scores[size] = b.scores[j]!;
      found.titles[size++] = b.titles[j++]!;
    }
  }
  found.size = size;
  return found;
}
