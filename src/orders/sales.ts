import { type Static, Type } from 'typebox';
import { limits } from '#limits';
import { Address } from '#platform/address';
import { Money } from '#platform/money';
import { Id, nullable, object, oneOf, Timestamp, text } from '#platform/schema';
import { OrderItem, OrderStatus, ShippingMethod } from './order-parts.ts';

const count = Type.Integer({ minimum: 0 });

/** One seller's part of a confirmed order, with what its parcel needs: nothing of other sellers, of who pays, or how. */
export const SellerOrder = object({
  order_id: Id,
  status: OrderStatus,
  items: Type.Array(OrderItem),
  units: Type.Integer({ minimum: 1 }),
  /** Of these items, before discount, shipping and tax. */
  subtotal: Money,
  discount: Money,
  /** This seller's part of what was given back, with its tax and shipping. */
  refunded: Money,
  ship_to: nullable(Type.Pick(Address, ['name', 'city', 'country'], { additionalProperties: false })),
  shipping_method: ShippingMethod,
  history: Type.Array(object({ status: OrderStatus, at: Timestamp })),
  confirmed_at: Timestamp,
});
export type SellerOrder = Static<typeof SellerOrder>;

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
