import type { Orders, LiveSales as SalesBySecond } from '#orders';
import { type Clock, timestamp } from '#platform/clock';
import type { LiveSales } from './read-live.ts';

/** Rates are means over so many seconds, so that they can be read as figures. */
const RATE_SECONDS = 5;
/** Sales are read half a second late, so the newest second is not whole yet. */
const LATE_SECONDS = 1;
const HOUR_MS = 3_600_000;
/** The orders of an hour are added up at most this often: they only give the conversion. */
const HOUR_KEPT_MS = 15_000;

/** The dashboard's sales, from those of the orders. */
export function createSalesReader(options: { orders: Orders; clock: Clock }): () => Promise<LiveSales> {
  const { orders, clock } = options;
  let hour = { orders: 0, untilMs: 0 };

  async function countHour(): Promise<number> {
    const nowMs = clock.nowMs();
    if (nowMs >= hour.untilMs) {
      const span = { from: timestamp(nowMs - HOUR_MS), to: timestamp(nowMs), step: 'minute' as const };
      const figures = await orders.getSalesFigures(span);
      hour = { orders: figures.ok ? figures.value.totals.orders : 0, untilMs: clock.nowMs() + HOUR_KEPT_MS };
    }
    return hour.orders;
  }

  return async () => {
    const endMs = Math.floor(clock.nowMs() / 1000 - LATE_SECONDS) * 1000;
    const startMs = endMs - RATE_SECONDS * 1000;
    const [sales, orders_last_hour] = await Promise.all([
      orders.getLiveSales({ after: timestamp(startMs - 1000) }),
      countHour(),
    ]);
    return {
      ...ratesOf(sales.seconds, startMs, endMs),
      orders_today: sales.today.orders,
      revenue_today: sales.today.amount.amount,
      orders_last_hour,
    };
  };
}

/** Means over the whole seconds from `startMs` to before `endMs`: one that is missing sold nothing. */
export function ratesOf(seconds: SalesBySecond['seconds'], startMs: number, endMs: number) {
  const counted = seconds.filter(({ at }) => Date.parse(at) >= startMs && Date.parse(at) < endMs);
  const length = (endMs - startMs) / 1000;
  const orders = counted.reduce((sum, second) => sum + second.orders, 0);
  const revenue = counted.reduce((sum, second) => sum + second.amount.amount, 0);
  return { orders_per_second: orders / length, revenue_per_second: Math.round(revenue / length) };
}
