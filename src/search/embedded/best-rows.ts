/** An order of rows: by a figure, the lowest first, and among equals as `comesFirst` says of any two rows. */
export interface Order {
  keyOf: (row: number) => number;
  comesFirst: (a: number, b: number) => boolean;
}

/** So many rows are cheaper found one by one. */
const HEAP_MAX = 200;

/** The rows of an order from place `from` to before `to`, without sorting all others. */
export function rowsAt(rows: Uint32Array, { from, to }: { from: number; to: number }, order: Order): Uint32Array {
  if (to <= HEAP_MAX) return bestRows(rows, to, order.comesFirst).subarray(from);
  if (from >= rows.length) return new Uint32Array(0);
  // Figures alone are soon sorted; only those rows are compared whose figures are in the range.
  const keys = new Float64Array(rows.length);
  for (let at = 0; at < rows.length; at++) keys[at] = order.keyOf(rows[at]!);
  const sorted = keys.toSorted();
  const least = sorted[from]!;
  const most = sorted[Math.min(to, rows.length) - 1]!;
  let before = 0;
  const within: number[] = [];
  for (let at = 0; at < rows.length; at++) {
    if (keys[at]! < least) before += 1;
    else if (keys[at]! <= most) within.push(rows[at]!);
  }
  within.sort((a, b) => (order.comesFirst(a, b) ? -1 : 1));
  return Uint32Array.from(within.slice(from - before, to - before));
}

/** The first `most` rows of an order, sorted, without sorting the rest: a heap whose root is the last of those kept. */
export function bestRows(rows: Uint32Array, most: number, comesFirst: (a: number, b: number) => boolean): Uint32Array {
  const size = Math.min(most, rows.length);
  const heap = rows.slice(0, size);
  for (let at = (size >> 1) - 1; at >= 0; at--) sink(heap, at, size, comesFirst);
  for (let i = size; i < rows.length; i++) {
    if (size === 0 || !comesFirst(rows[i]!, heap[0]!)) continue;
    heap[0] = rows[i]!;
    sink(heap, 0, size, comesFirst);
  }
  for (let end = size - 1; end > 0; end--) {
    [heap[0], heap[end]] = [heap[end]!, heap[0]!];
    sink(heap, 0, end, comesFirst);
  }
  return heap;
}

function sink(heap: Uint32Array, from: number, end: number, comesFirst: (a: number, b: number) => boolean): void {
  const row = heap[from]!;
  let at = from;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= end) break;
    if (child + 1 < end && comesFirst(heap[child]!, heap[child + 1]!)) child += 1;
    if (!comesFirst(row, heap[child]!)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = row;
}
