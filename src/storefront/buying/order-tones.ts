import type { Tone } from '#design/parts';
import type { OrderStatus } from '#orders';

export const orderTones: Record<OrderStatus, Tone> = {
  CREATED: 'plain',
  PAYMENT_PENDING: 'careful',
  PAYMENT_FAILED: 'bad',
  CONFIRMED: 'good',
  SHIPPED: 'good',
  DELIVERED: 'good',
  CANCELLED: 'plain',
};
