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
