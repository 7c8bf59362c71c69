import type { OrderStatus } from '#orders';
import { Badge, type Tone } from './parts.tsx';
import { useView } from './view.tsx';

const tones: Record<OrderStatus, Tone> = {
  CREATED: 'plain',
  PAYMENT_PENDING: 'careful',
  PAYMENT_FAILED: 'bad',
  CONFIRMED: 'good',
  SHIPPED: 'good',
  DELIVERED: 'good',
  CANCELLED: 'plain',
};

/** Where an order stands, in a word. */
export function OrderBadge({ status }: { status: OrderStatus }) {
  return <Badge tone={tones[status]}>{useView().words.things.orderStatus[status]}</Badge>;
}
