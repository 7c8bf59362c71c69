import { isId } from '#platform/ids';

/**
 * Our ids at PayPal, which its authorisations and captures inherit and its webhooks tell. A field takes 127
 * characters, and four ids have 147: an order's `custom_id` is `shop.payment.person` (110), beside the order's id as
 * `invoice_id`. A refund has no invoice of its own: its `custom_id` is `refund.shop.order.refund` (117).
 */
export interface Marks {
  custom_id?: string | undefined;
  invoice_id?: string | undefined;
}

interface OrderIds {
  order_id: string;
  payment_id: string;
  person_id: string;
}

interface RefundIds {
  order_id: string;
  refund_id: string;
}

export function orderMarks(shopId: string, { order_id, payment_id, person_id }: OrderIds): Required<Marks> {
  return { custom_id: [shopId, payment_id, person_id].join('.'), invoice_id: order_id };
}

export function refundMark(shopId: string, { order_id, refund_id }: RefundIds): string {
  return ['refund', shopId, order_id, refund_id].join('.');
}

/** An account may be shared with other shops. */
export function isOfShop({ custom_id = '' }: Marks, shopId: string): boolean {
  return custom_id.split('.').includes(shopId);
}

/** Null for what is no order of this shop. */
export function readOrderMarks({ custom_id = '', invoice_id = '' }: Marks, shopId: string): OrderIds | null {
  const [shop, payment_id = '', person_id = '', ...more] = custom_id.split('.');
  const isOurs = shop === shopId && more.length === 0 && [invoice_id, payment_id, person_id].every(isId);
  return isOurs ? { order_id: invoice_id, payment_id, person_id } : null;
}

/** Null for what is no refund that we have asked for. */
export function readRefundMark({ custom_id = '' }: Marks, shopId: string): RefundIds | null {
  const [word, shop, order_id = '', refund_id = '', ...more] = custom_id.split('.');
  const isOurs = word === 'refund' && shop === shopId && more.length === 0 && [order_id, refund_id].every(isId);
  return isOurs ? { order_id, refund_id } : null;
}
