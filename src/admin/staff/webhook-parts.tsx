import { Badge, type Tone } from '#design/parts';
import { useView } from '#design/view';
import type { LoggedWebhook, WebhookName, WebhookState } from '#payments';
import { isId } from '#platform/ids';
import { money } from '#platform/money';

export const WEBHOOKS_PATH = '/admin/webhooks';

export function webhookPath({ gateway, event_id }: WebhookName): string {
  return `${WEBHOOKS_PATH}/${encodeURIComponent(gateway)}/${encodeURIComponent(event_id)}`;
}

const tones: Record<WebhookState, Tone> = { received: 'careful', done: 'good', stuck: 'bad' };

export function WebhookBadge({ state }: { state: WebhookState }) {
  return <Badge tone={tones[state]}>{useView().words.staffMoney.webhooks.states[state]}</Badge>;
}

/** The order that a webhook names, led to where it may be one. */
export function ClaimedOrder({ order_id, length }: { order_id: string | null; length?: number }) {
  const { words, to } = useView();
  if (order_id === null) return <span class="quiet">{words.staffMoney.webhooks.noOrder}</span>;
  const shown = length === undefined ? order_id : order_id.slice(0, length);
  return isId(order_id) ? <a href={to(`/admin/orders/${order_id}`)}>{shown}</a> : <code>{shown}</code>;
}

/** A claim may be anything: a currency that nobody knows is shown as it came. */
export function ClaimedAmount({ claim: { amount, currency } }: Pick<LoggedWebhook, 'claim'>) {
  const view = useView();
  if (amount === null) return <span class="quiet">{view.words.staffMoney.webhooks.notSaid}</span>;
  const isMoney = currency !== null && Intl.supportedValuesOf('currency').includes(currency) && amount >= 0;
  return <>{isMoney ? view.money(money(amount, currency)) : `${amount} ${currency ?? ''}`}</>;
}
