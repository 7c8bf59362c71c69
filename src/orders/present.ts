import { createHmac } from 'node:crypto';
import type { Checkout, Order, OrderItem } from '#orders';
import type { Payment } from '#payments';
import { money } from '#platform/money';
import type { CheckoutRow } from './checkout-store.ts';
import type { Line, Totals } from './rules.ts';
import type { OrderRow } from './store.ts';

export function presentCheckout(row: CheckoutRow, currency: string): Checkout {
  return {
    checkout_id: row.checkout_id,
    items: row.lines.map(line => presentLine(line, currency)),
    ...presentTotals(row, currency),
    shipping_address: row.shipping_address!,
    billing_address: row.billing_address!,
    shipping_method: row.shipping_method,
    reservation: { reservation_id: row.reservation_id, expires_at: row.expires_at },
  };
}

export function presentOrder(row: OrderRow, payment: Payment | undefined, currency: string): Order {
  return {
    order_id: row.order_id,
    status: row.status,
    items: row.lines.map(line => presentLine(line, currency)),
    ...presentTotals(row, currency),
    shipping_address: row.shipping_address,
    billing_address: row.billing_address,
    shipping_method: row.shipping_method,
    payment: payment
      ? { payment_id: payment.payment_id, status: payment.status, method: payment.method, gateway: payment.gateway }
      : null,
    refunds: row.refunds.map(refund => ({
      refund_id: refund.refund_id,
      amount: money(refund.amount, currency),
      reason: refund.reason,
      at: refund.at,
    })),
    history: row.history,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}

export function presentLine(line: Line, currency: string): OrderItem {
  return {
    product_id: line.product_id,
    seller_id: line.seller_id,
    title: line.title,
    quantity: line.quantity,
    unit_price: money(line.unit_price, currency),
    subtotal: money(line.unit_price * line.quantity, currency),
  };
}

export function presentTotals(row: Totals, currency: string) {
  return {
    subtotal: money(row.subtotal, currency),
    discount: money(row.discount, currency),
    shipping_cost: money(row.shipping_cost, currency),
    tax: money(row.tax, currency),
    total: money(row.total, currency),
  };
}

/**
 * 128 bits that open one order, made from its id and a secret: nothing is stored that could leak, and a repeated
 * command answers the same token.
 */
export function accessTokenOf(orderId: string, secret: string): string {
  return createHmac('sha256', secret).update(`order-access\0${orderId}`).digest().subarray(0, 16).toString('base64url');
}
