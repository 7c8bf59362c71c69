import type { OrderStatus } from './order-parts.ts';

/** What the audit is told of orders. A part of the contract. */

export interface OrderFact {
  /** Of the stream: `bucket order_id`. */
  key: string;
  order_id: string;
  status: OrderStatus;
  reservation_id: string;
  subtotal: number;
  discount: number;
  shipping_cost: number;
  tax: number;
  total: number;
  /** Sums over the lines; the order's tax also has that on shipping. */
  lines_sum: number;
  lines_discount: number;
  lines_tax: number;
  refunded: number;
  /** Units by product as JSON text, sorted by product_id: `[[product_id, quantity], …]`. */
  units: string;
  /** Nothing is left to do: no payment to settle, no money or goods to give back, no refund under way. */
  settled: boolean;
  age_ms: number;
}

/** Of a span: how many checkouts have a living order, and those that have several. */
export interface CheckoutFacts {
  checkouts: number;
  shared: { checkout_id: string; order_ids: string[] }[];
}
