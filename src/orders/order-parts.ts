import { type Static, Type } from 'typebox';
import { Money } from '#platform/money';
import { Id, object, text } from '#platform/schema';

/** What the contract's larger schemas are made of. */

export const ShippingMethod = Type.Union([Type.Literal('standard'), Type.Literal('express')]);
export type ShippingMethod = Static<typeof ShippingMethod>;

export const OrderStatus = Type.Union([
  Type.Literal('CREATED'),
  Type.Literal('PAYMENT_PENDING'),
  Type.Literal('PAYMENT_FAILED'),
  Type.Literal('CONFIRMED'),
  Type.Literal('SHIPPED'),
  Type.Literal('DELIVERED'),
  Type.Literal('CANCELLED'),
]);
export type OrderStatus = Static<typeof OrderStatus>;

export const OrderItem = object({
  product_id: Id,
  seller_id: Id,
  title: text(500),
  quantity: Type.Integer({ minimum: 1 }),
  unit_price: Money,
  subtotal: Money,
});
export type OrderItem = Static<typeof OrderItem>;
