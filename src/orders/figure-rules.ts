import { limits } from '#limits';
import type { FigureStep, LiveSales, SalesFigures } from '#orders';
import { instantMs, timestamp } from '#platform/clock';
import { money } from '#platform/money';
import type { SoldInStep } from './seller-orders-store.ts';

const STEP_MS: Record<FigureStep, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const SECOND_MS = 1_000;

/** Whole steps, in UTC: `from` the first, `to` behind the last. */
export interface Steps {
  from: string;
  to: string;
  stepMs: number;
}

/** The steps that the span touches; null where it has none, or too many. */
export function wholeSteps({ from, to, step }: { from: string; to: string; step: FigureStep }): Steps | null {
  const stepMs = STEP_MS[step];
  const [firstMs, lastMs] = [instantMs(from), instantMs(to)];
  const fromMs = Math.floor(firstMs / stepMs) * stepMs;
  const toMs = Math.ceil(lastMs / stepMs) * stepMs;
  if (firstMs >= lastMs || (toMs - fromMs) / stepMs > limits.figureStepsMax) return null;
  return { from: timestamp(fromMs), to: timestamp(toMs), stepMs };
}

/** The last two minutes' whole seconds. */
export function liveSteps(nowMs: number): Steps {
  const toMs = Math.floor(nowMs / SECOND_MS) * SECOND_MS;
  return { from: timestamp(toMs - limits.liveSecondsMax * SECOND_MS), to: timestamp(toMs), stepMs: SECOND_MS };
}

/** The day so far, in UTC, as one step. */
export function todayStep(nowMs: number): Steps {
  const fromMs = Math.floor(nowMs / STEP_MS.day) * STEP_MS.day;
  return { from: timestamp(fromMs), to: timestamp(fromMs + STEP_MS.day), stepMs: STEP_MS.day };
}

export function presentSteps(sold: SoldInStep[], currency: string): Omit<SalesFigures, 'top_products'> {
  const { orders, units, amount, cancelled, refunded } = totalOf(sold);
  return {
    steps: sold.map(each => ({
      at: each.at,
      orders: each.orders,
      units: each.units,
      amount: money(each.amount, currency),
    })),
    totals: { orders, units, amount: money(amount, currency), cancelled, refunded: money(refunded, currency) },
  };
}

/** The seconds that begin after `after`. */
export function presentSeconds(sold: SoldInStep[], after: string, currency: string): LiveSales['seconds'] {
  const afterMs = Date.parse(after);
  return sold
    .filter(each => Date.parse(each.at) > afterMs)
    .map(({ at, orders, amount }) => ({ at, orders, amount: money(amount, currency) }));
}

export function totalOf(sold: SoldInStep[]): Omit<SoldInStep, 'at'> {
  const total = { orders: 0, units: 0, amount: 0, cancelled: 0, refunded: 0 };
  for (const each of sold) {
    total.orders += each.orders;
    total.units += each.units;
    total.amount += each.amount;
    total.cancelled += each.cancelled;
    total.refunded += each.refunded;
  }
  return total;
}
