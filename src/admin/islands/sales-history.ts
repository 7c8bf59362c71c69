/** A moment of the sales: its second since 1970, orders a second, and revenue a second in minor units. */
export type SalesPoint = [second: number, orders: number | null, revenue: number | null];

/** The figures of a tick are means over five seconds of which the last whole one lies two seconds back. */
const MEAN_SECONDS = 5;
const LATE_SECONDS = 2;
const KEPT_SECONDS = 600;
const SHOWN_SECONDS_MIN = 120;
/** So many seconds without a point are a gap, in which the line breaks: nobody knows what happened there. */
const GAP_SECONDS = 5;

/** What the server has of the last minutes, second by second, as the ticks that come will tell it. */
export function historyOf(
  seconds: readonly { at: string; orders: number; amount: { amount: number } }[],
): SalesPoint[] {
  return seconds.slice(MEAN_SECONDS - 1).map((second, index) => {
    const counted = seconds.slice(index, index + MEAN_SECONDS);
    const orders = counted.reduce((sum, each) => sum + each.orders, 0) / MEAN_SECONDS;
    const revenue = counted.reduce((sum, each) => sum + each.amount.amount, 0) / MEAN_SECONDS;
    return [Math.floor(Date.parse(second.at) / 1000), orders, Math.round(revenue)];
  });
}

export interface SalesTick {
  at: string;
  orders_per_second: number | null;
  revenue_per_second: number | null;
}

/** The history with one more tick: what is older than ten minutes leaves it, and what came before is not told again. */
export function withTick(history: readonly SalesPoint[], tick: SalesTick): SalesPoint[] {
  const second = Math.floor(Date.parse(tick.at) / 1000) - LATE_SECONDS;
  const last = history.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY;
  if (second <= last) return [...history];
  const kept = history.filter(([each]) => each > second - KEPT_SECONDS);
  if (kept.length > 0 && second - last > GAP_SECONDS) kept.push([last + 1, null, null]);
  return [...kept, [second, tick.orders_per_second, tick.revenue_per_second]];
}

/** From when to when a chart shows: at least two minutes, so that the first points do not fill it. */
export function shownSpan(history: readonly SalesPoint[]): [number, number] {
  const to = history.at(-1)?.[0] ?? 0;
  return [Math.min(history[0]?.[0] ?? to, to - SHOWN_SECONDS_MIN), to];
}

const ROW_SECONDS = 10;
const TABLE_ROWS = 12;

/** The last two minutes in rows of ten seconds, newest first: means of what is known, null where nothing is. */
export function tableRows(history: readonly SalesPoint[]): SalesPoint[] {
  const end = Math.floor(((history.at(-1)?.[0] ?? 0) + 1) / ROW_SECONDS) * ROW_SECONDS;
  return Array.from({ length: TABLE_ROWS }, (_, index) => {
    const from = end - (index + 1) * ROW_SECONDS;
    const within = history.filter(([second]) => second >= from && second < from + ROW_SECONDS);
    return [from, meanOf(within.map(point => point[1])), meanOf(within.map(point => point[2]))];
  });
}

function meanOf(values: (number | null)[]): number | null {
  const known = values.filter(value => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
