import { Button, Field, LinkButton, Select } from '#design/forms';
import { type Column, Empty, Notice, Pagination, Table } from '#design/parts';
import { privatePage } from '#design/routes';
import { useView } from '#design/view';
import type { LoggedWebhook, WebhookPage, WebhookState } from '#payments';
import type { DeskDeps } from '../deps.ts';
import { filled, pagesOf, withQuery } from '../products/addresses.ts';
import { type ListQuery, listQuery, oneWord, PAGE_SIZE, pageOf } from './read-list.ts';
import { StaffShell } from './staff-shell.tsx';
import { ClaimedAmount, ClaimedOrder, WEBHOOKS_PATH, WebhookBadge, webhookPath } from './webhook-parts.tsx';

type Filter = ListQuery<'gateway' | 'state' | 'order_id'>;
const states: WebhookState[] = ['stuck', 'received', 'done'];

/** What gateways have told, newest first. */
export function webhookListRoutes({ site, payments }: DeskDeps): void {
  const query = listQuery('gateway', 'state', 'order_id');
  privatePage(site, WEBHOOKS_PATH, { access: 'staff', query }, async ({ query: filter }) => {
    const listed = await payments.listWebhooks({
      gateway: filled(filter.gateway)?.slice(0, 40),
      state: oneWord(filter.state, states),
      order_id: filled(filter.order_id)?.slice(0, 200),
      page: pageOf(filter),
      page_size: PAGE_SIZE,
    });
    if (!listed.ok) return { body: <WebhooksPage filter={filter} />, status: 400 };
    return { body: <WebhooksPage filter={filter} found={listed.value} /> };
  });
}

/** Without `found`: what was asked for lies too deep in the list. */
function WebhooksPage({ filter, found }: { filter: Filter; found?: WebhookPage }) {
  const { words } = useView();
  const said = words.staffMoney.webhooks;
  return (
    <StaffShell title={words.desk.webhooks} current={WEBHOOKS_PATH}>
      <h1>{words.desk.webhooks}</h1>
      <p class="lead">{said.lead}</p>
      <Filters filter={filter} />
      {found === undefined ? (
        <Notice tone="careful" isNews>
          <p>{words.staffOps.mails.tooDeep}</p>
        </Notice>
      ) : (
        <WebhookList filter={filter} found={found} />
      )}
    </StaffShell>
  );
}

function Filters({ filter }: { filter: Filter }) {
  const { words, to } = useView();
  const said = words.staffMoney.webhooks;
  const options = states.map(state => ({ value: state, label: said.states[state] }));
  return (
    <search>
      <form class="filters" action={to(WEBHOOKS_PATH)} method="get" aria-label={words.desk.filters}>
        <Select
          name="state"
          label={words.things.status}
          value={filter.state}
          options={[{ value: '', label: words.things.all }, ...options]}
          isFilter
        />
        <Field name="gateway" label={said.gateway} value={filter.gateway} isFilter />
        <Field name="order_id" type="search" label={said.orderId} value={filter.order_id} isFilter />
        <Button kind="secondary" icon="filter">
          {words.things.filter}
        </Button>
      </form>
    </search>
  );
}

function WebhookList({ filter, found }: { filter: Filter; found: WebhookPage }) {
  const view = useView();
  const { words, to, number } = view;
  const said = words.staffMoney.webhooks;
  const { items, total, total_relation: relation, page } = found;
  if (items.length === 0) {
    return (
      <Empty icon="mail" title={said.none}>
        <p>{said.noneText}</p>
        <LinkButton href={to(WEBHOOKS_PATH)} kind="secondary">
          {words.things.clear}
        </LinkButton>
      </Empty>
    );
  }
  const { page: _page, cursor: _cursor, ...kept } = filter;
  return (
    <>
      <p class="quiet">{words.things.results(relation === 'eq' ? number(total) : `${number(total)}+`)}</p>
      <Table
        caption={words.desk.webhooks}
        columns={columnsOf(view)}
        rows={items}
        keyOf={({ gateway, event_id }) => `${gateway} ${event_id}`}
      />
      <Pagination
        page={page}
        pages={pagesOf(found)}
        href={next => to(withQuery(WEBHOOKS_PATH, { ...kept, page: next === 1 ? '' : next }))}
      />
    </>
  );
}

function columnsOf({ words, to, dateTime }: ReturnType<typeof useView>): Column<LoggedWebhook>[] {
  const said = words.staffMoney.webhooks;
  return [
    {
      title: said.event,
      cell: webhook => (
        <>
          <a href={to(webhookPath(webhook))}>{webhook.type}</a>
          <small class="desk-id quiet">
            {webhook.gateway} {webhook.event_id}
          </small>
        </>
      ),
    },
    {
      title: words.things.status,
      cell: ({ state, problem, detail }) => (
        <>
          <WebhookBadge state={state} />
          {problem !== null && (
            <div class="desk-detail">
              {said.problems[problem]}
              <small class="desk-line quiet" lang="en">
                {detail}
              </small>
            </div>
          )}
        </>
      ),
    },
    { title: said.order, cell: ({ order_id }) => <ClaimedOrder order_id={order_id} length={13} /> },
    { title: said.amount, isNumber: true, cell: ({ claim }) => <ClaimedAmount claim={claim} /> },
    { title: said.received, cell: ({ received_at: at }) => <time dateTime={at}>{dateTime(at)}</time> },
  ];
}
