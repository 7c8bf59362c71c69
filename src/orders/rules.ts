import type { CatalogProduct } from '#catalog';
import type { OrderStatus, ShippingMethod } from '#orders';
import type { Split } from '#payments';
import { shareOf, spread } from '#platform/money';
import type { ShippingTable } from './shipping.ts';
import { type TaxTable, taxOn } from './tax.ts';

/** A line of a checkout or an order, frozen. Amounts are minor units; `tax` is on quantity × unit_price − discount. */
export interface Line {
  product_id: string;
  seller_id: string;
  title: string;
  quantity: number;
  unit_price: number;
  discount: number;
  tax: number;
}

export interface Totals {
  subtotal: number;
  discount: number;
  shipping_cost: number;
  tax: number;
  total: number;
}

export interface Quote extends Totals {
  lines: Line[];
}

/** Prices goods for an address. The only place where a total is made: clients' totals are never read. */
export function quote(
  goods: { product: CatalogProduct; quantity: number }[],
  delivery: {
    country: string;
    region: string;
    method: ShippingMethod;
    prime: boolean;
    currency: string;
    discount: number;
  },
  tables: { tax: TaxTable; shipping: ShippingTable },
): Quote {
  const rate = tables.tax.rateBasisPoints(delivery);
  const worths = goods.map(({ product, quantity }) => product.price.amount * quantity);
  const subtotal = sum(worths);
  const discounts = spread(delivery.discount, worths);
  const lines = goods.map(({ product, quantity }, index): Line => {
    const discount = discounts[index]!;
    return {
      product_id: product.product_id,
      seller_id: product.seller.seller_id,
      title: product.title,
      quantity,
      unit_price: product.price.amount,
      discount,
      tax: taxOn(worths[index]! - discount, rate),
    };
  });
  const shippingCost = tables.shipping.cost({ ...delivery, goods: subtotal - delivery.discount });
  const tax = sum(lines.map(line => line.tax)) + taxOn(shippingCost, rate);
  return {
    lines,
    subtotal,
    discount: delivery.discount,
    shipping_cost: shippingCost,
    tax,
    total: subtotal - delivery.discount + shippingCost + tax,
  };
}

/** Whose the money of an order is: its sellers', the state's, and that of the way there. */
export function splitOf(order: { lines: Line[]; tax: number; shipping_cost: number }): Split {
  const amounts = new Map<string, number>();
  for (const line of order.lines) {
    const amount = line.unit_price * line.quantity - line.discount;
    amounts.set(line.seller_id, (amounts.get(line.seller_id) ?? 0) + amount);
  }
  const sellers = [...amounts].map(([seller_id, amount]) => ({ seller_id, amount }));
  return { sellers, tax: order.tax, shipping: order.shipping_cost };
}

/** Which status may follow which. */
export const transitions: Record<OrderStatus, readonly OrderStatus[]> = {
  CREATED: ['PAYMENT_PENDING', 'CANCELLED'],
  PAYMENT_PENDING: ['CONFIRMED', 'PAYMENT_FAILED', 'CANCELLED'],
  PAYMENT_FAILED: [],
  CONFIRMED: ['SHIPPED', 'CANCELLED'],
  SHIPPED: ['DELIVERED'],
  DELIVERED: [],
  CANCELLED: [],
};

/** A refund as the order keeps it. `pending` until the gateway has given the money back. */
export interface RefundRecord {
  refund_id: string;
  amount: number;
  items: { product_id: string; quantity: number }[];
  reason: string;
  restock: boolean;
  /** Who bears it, where it is of items that somebody chose; else all by what is left with each. */
  split?: Split | undefined;
  state: 'pending' | 'done';
  at: string;
}

/**
 * What refunding `items` gives back: their share of price, discount and tax, from their sellers. Shares are cumulative
 * (what `n` units are worth less what the units refunded before were worth), so the last refund of a line takes its
 * remainder exactly. Null where an item is not of the order or was refunded already.
 */
export function refundOfItems(
  lines: Line[],
  earlier: RefundRecord[],
  items: { product_id: string; quantity: number }[],
): { amount: number; split: Split } | null {
  const before = countUnits(earlier.flatMap(refund => refund.items));
  const amounts = new Map<string, number>();
  let tax = 0;
  for (const [productId, quantity] of countUnits(items)) {
    const line = lines.find(candidate => candidate.product_id === productId);
    const refunded = before.get(productId) ?? 0;
    if (line === undefined || refunded + quantity > line.quantity) return null;
    const share = (whole: number) =>
      shareOf(whole, refunded + quantity, line.quantity) - shareOf(whole, refunded, line.quantity);
    const goods = line.unit_price * line.quantity - line.discount;
    const worth = share(goods + line.tax);
    // The two are rounded apart, so that of a cent's worth the tax alone can come out as more.
    const taxShare = Math.min(share(line.tax), worth);
    amounts.set(line.seller_id, (amounts.get(line.seller_id) ?? 0) + worth - taxShare);
    tax += taxShare;
  }
  const sellers = [...amounts].map(([seller_id, amount]) => ({ seller_id, amount }));
  return { amount: sum([...amounts.values()]) + tax, split: { sellers, tax, shipping: 0 } };
}

/** The units that no refund has named yet: what "the rest" puts back on the shelf. */
export function remainingItems(lines: Line[], earlier: RefundRecord[]): { product_id: string; quantity: number }[] {
  const before = countUnits(earlier.flatMap(refund => refund.items));
  return lines
    .map(line => ({ product_id: line.product_id, quantity: line.quantity - (before.get(line.product_id) ?? 0) }))
    .filter(item => item.quantity > 0);
}

export interface Part {
  product_id: string;
  warehouse_id: string;
  quantity: number;
}

/** The warehouses that `items` go back to, given what earlier refunds have put back: parts are used up in order. */
export function partsOf(
  items: { product_id: string; quantity: number }[],
  parts: Part[],
  returnedBefore: { product_id: string; quantity: number }[],
): Part[] {
  const skip = countUnits(returnedBefore);
  const want = countUnits(items);
  const returned: Part[] = [];
  for (const part of parts) {
    const skipped = Math.min(skip.get(part.product_id) ?? 0, part.quantity);
    skip.set(part.product_id, (skip.get(part.product_id) ?? 0) - skipped);
    const quantity = Math.min(want.get(part.product_id) ?? 0, part.quantity - skipped);
    want.set(part.product_id, (want.get(part.product_id) ?? 0) - quantity);
    if (quantity > 0) returned.push({ ...part, quantity });
  }
  return returned;
}

/** Units by product, in the order of first mention. */
export function countUnits(items: { product_id: string; quantity: number }[]): Map<string, number> {
  const units = new Map<string, number>();
  for (const { product_id, quantity } of items) units.set(product_id, (units.get(product_id) ?? 0) + quantity);
  return units;
}

export function sum(amounts: number[]): number {
  return amounts.reduce((a, b) => a + b, 0);
}
