import { type Static, Type } from 'typebox';
import { limits } from '#limits';
import { Money } from '#platform/money';
import { Id, object, oneOf, Timestamp, text } from '#platform/schema';

const count = Type.Integer({ minimum: 0 });

export const FigureStep = oneOf('minute', 'hour', 'day');
export type FigureStep = Static<typeof FigureStep>;

/** What the figures are asked by. */
export const FiguresQuery = object({
  from: Timestamp,
  to: Timestamp,
  step: FigureStep,
  seller_id: Type.Optional(Id),
});

/** Sales of confirmed orders that were not cancelled, by the time of their confirmation. */
export const SalesFigures = object({
  steps: Type.Array(object({ at: Timestamp, orders: count, units: count, amount: Money }), {
    maxItems: limits.figureStepsMax,
  }),
  totals: object({
    orders: count,
    units: count,
    amount: Money,
    /** Orders that were cancelled after their confirmation: they are in no other figure. */
    cancelled: count,
    /** Given back of the orders that are counted, with its tax and shipping. */
    refunded: Money,
  }),
  top_products: Type.Array(object({ product_id: Id, title: text(500), units: count, amount: Money })),
});
export type SalesFigures = Static<typeof SalesFigures>;

export interface LiveSales {
  /** Whole seconds, in order and without gaps, also those in which nothing was sold. */
  seconds: { at: string; orders: number; amount: Money }[];
  /** Since midnight, UTC; a few seconds old at most. */
  today: { orders: number; units: number; amount: Money };
}
