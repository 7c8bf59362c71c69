import { Badge, type Tone } from '#design/parts';
import { useView } from '#design/view';
import type { OrderStatus } from '#orders';

const tones: Partial<Record<OrderStatus, Tone>> = { CONFIRMED: 'careful', DELIVERED: 'good', CANCELLED: 'bad' };

/** A confirmed order waits to be packed: that is what stands out. */
export function OrderState({ status }: { status: OrderStatus }) {
  const { things } = useView().words;
  return <Badge tone={tones[status] ?? 'plain'}>{things.orderStatus[status]}</Badge>;
}
