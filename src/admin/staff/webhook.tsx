import { Type } from 'typebox';
import { Button, Key } from '#design/forms';
import { Breadcrumbs, Facts, Notice, Panel } from '#design/parts';
import { formRoute, privatePage } from '#design/routes';
import { useView } from '#design/view';
import type { LoggedWebhook, ReadWebhook } from '#payments';
import { edgeProblem } from '#platform/http';
import { params } from '#platform/schema';
import type { DeskDeps } from '../deps.ts';
import { StaffShell } from './staff-shell.tsx';
import { ClaimedAmount, ClaimedOrder, WEBHOOKS_PATH, WebhookBadge, webhookPath } from './webhook-parts.tsx';

const PATH = `${WEBHOOKS_PATH}/:gateway/:event`;
const ofWebhook = params('gateway', 'event');
const query = Type.Object({ replayed: Type.Optional(Type.String({ maxLength: 10 })) });

/** One webhook: what it says, what became of it, and to look at it once more. */
export function webhookRoutes({ site, payments }: DeskDeps): void {
  privatePage(
    site,
    PATH,
    { access: 'staff', params: ofWebhook, query },
    async ({ params: { gateway, event }, query: { replayed } }) => {
      const webhook = await payments.getWebhook({ gateway, event_id: event });
      if (webhook === null) throw edgeProblem('NOT_FOUND');
      const isReplayed = replayed !== undefined;
      return { body: <WebhookPage webhook={webhook} isReplayed={isReplayed} formKey={site.ids.next()} /> };
    },
  );
  formRoute(site, `${PATH}/replay`, { access: 'staff', params: ofWebhook }, async ({ view, params }) => {
    const name = { gateway: params.gateway, event_id: params.event };
    const replayed = await payments.replayWebhook(name);
    if (!replayed.ok) throw edgeProblem('NOT_FOUND');
    return { redirect: view.to(`${webhookPath(name)}?replayed=1`) };
  });
}

interface WebhookPageProps {
  webhook: ReadWebhook;
  isReplayed: boolean;
  formKey: string;
}

function WebhookPage({ webhook, isReplayed, formKey }: WebhookPageProps) {
  const { words } = useView();
  const said = words.staffMoney.webhooks;
  return (
    <StaffShell title={`${words.desk.webhooks}: ${webhook.type}`} current={WEBHOOKS_PATH}>
      <Breadcrumbs crumbs={[{ name: words.desk.webhooks, path: WEBHOOKS_PATH }, { name: webhook.event_id }]} />
      <div class="section-head">
        <h1>{webhook.type}</h1>
        <WebhookBadge state={webhook.state} />
      </div>
      <Outcome webhook={webhook} isReplayed={isReplayed} />
      <div class="split">
        <div class="stack">
          <ClaimPanel webhook={webhook} />
          <Panel title={said.body}>
            <p class="hint">{said.bodyNote}</p>
            <pre lang="en">{JSON.stringify(webhook.body, null, 2)}</pre>
          </Panel>
        </div>
        <div class="stack">
          <Panel title={said.replayTitle}>
            <Replay webhook={webhook} formKey={formKey} />
          </Panel>
          <Past webhook={webhook} />
        </div>
      </div>
    </StaffShell>
  );
}

/** What became of it, in words: said aloud where it answers a replay. */
function Outcome({ webhook: { state, problem, detail }, isReplayed }: Omit<WebhookPageProps, 'formKey'>) {
  const said = useView().words.staffMoney.webhooks;
  if (state === 'stuck' && problem !== null) {
    return (
      <Notice tone="bad" isNews={isReplayed}>
        <p>
          <strong>{said.problems[problem]}</strong>
        </p>
        <p lang="en">{detail}</p>
        <p>{isReplayed ? said.stillStuck : said.stuckText}</p>
      </Notice>
    );
  }
  if (!isReplayed) return null;
  return (
    <Notice tone={state === 'done' ? 'good' : 'careful'} isNews>
      <p>{state === 'done' ? said.replayedDone : said.replayedLater}</p>
    </Notice>
  );
}

function ClaimPanel({ webhook: { claim, order_id } }: { webhook: LoggedWebhook }) {
  const said = useView().words.staffMoney.webhooks;
  const shown = (text: string | null) => (text === null ? said.notSaid : <code>{text}</code>);
  return (
    <Panel title={said.claim}>
      <p class="hint">{said.claimNote}</p>
      <Facts
        facts={[
          [said.order, <ClaimedOrder key="order" order_id={order_id} />],
          [said.amount, <ClaimedAmount key="amount" claim={claim} />],
          [said.gatewayRef, shown(claim.payment_there)],
          [said.refund, shown(claim.refund_id)],
        ]}
      />
    </Panel>
  );
}

function Replay({ webhook, formKey }: { webhook: LoggedWebhook; formKey: string }) {
  const { words, to } = useView();
  const said = words.staffMoney.webhooks;
  return (
    <form class="stack" method="post" action={to(`${webhookPath(webhook)}/replay`)}>
      <Key value={formKey} />
      <p>{said.replayText}</p>
      <Button kind="secondary" icon="refresh">
        {said.replay}
      </Button>
    </form>
  );
}

function Past({ webhook }: { webhook: LoggedWebhook }) {
  const { words, number, dateTime } = useView();
  const said = words.staffMoney.webhooks;
  const timeOf = (at: string | null) => (at === null ? said.notYet : <time dateTime={at}>{dateTime(at)}</time>);
  return (
    <Panel title={said.past}>
      <Facts
        facts={[
          [said.gateway, webhook.gateway],
          [said.eventId, <code key="id">{webhook.event_id}</code>],
          [said.received, timeOf(webhook.received_at)],
          [said.processed, timeOf(webhook.processed_at)],
          [said.tries, number(webhook.tries)],
        ]}
      />
    </Panel>
  );
}
