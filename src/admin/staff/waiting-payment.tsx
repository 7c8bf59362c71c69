import { Button, Key } from '#design/forms';
import { useView } from '#design/view';
import type { Order } from '#orders';

/** Whether the last word of the gateway on its money may still be missing. */
export function isWaiting({ status, payment }: Order): boolean {
  const isOpen = payment?.status === 'pending' || payment?.status === 'authorized';
  return isOpen || status === 'PAYMENT_PENDING' || status === 'CREATED';
}

/**
 * A payment without an end: what the shop does about it, and to ask at once. Money is taken and let go by the order's
 * own steps alone, so there is no other button here.
 */
export function WaitingPayment({ order, formKey }: { order: Order; formKey: string }) {
  const { words, to } = useView();
  const said = words.staffMoney.waiting;
  return (
    <form class="stack" method="post" action={to(`/admin/orders/${order.order_id}/settle`)}>
      <Key value={formKey} />
      <h3>{said.title}</h3>
      <p>{order.payment?.status === 'authorized' ? said.authorized : said.pending}</p>
      <p class="hint">{said.way}</p>
      <Button kind="secondary" icon="refresh">
        {said.ask}
      </Button>
    </form>
  );
}
