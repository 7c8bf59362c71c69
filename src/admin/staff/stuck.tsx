import { Type } from 'typebox';
import { Button, Key } from '#design/forms';
import { Badge, type Column, Empty, Notice, Pagination, Table } from '#design/parts';
import { formRoute, privatePage } from '#design/routes';
import { useView } from '#design/view';
import { limits } from '#limits';
import { formReader } from '#platform/form';
import { object, oneOf, text } from '#platform/schema';
import type { DeskDeps } from '../deps.ts';
import { Choices } from './operations.tsx';
import type { StuckItem } from './running-shop.ts';
import { StaffShell } from './staff-shell.tsx';
import { webhookPath } from './webhook-parts.tsx';

const PATH = '/admin/stuck';
const kinds = ['order', 'payment', 'event'] as const;
type Kind = (typeof kinds)[number];

const Asked = object({
  kind: Type.Optional(oneOf(...kinds)),
  page: Type.Integer({ minimum: 1, maximum: limits.listedRowsMax, default: 1 }),
  /** What became of an event that was tried again. */
  retried: Type.Optional(oneOf('done', 'gone')),
});
const readEvent = formReader(object({ source: text(100), event_id: text(19) }));

type News = { tone: 'good' | 'bad'; text: string };

export function stuckRoutes({ site, running, ids }: DeskDeps): void {
  privatePage(site, PATH, { access: 'staff', query: Asked }, async ({ view, query }) => {
    const said = view.words.staffOps.stuck;
    const news: Record<'done' | 'gone', News> = {
      done: { tone: 'good', text: said.retried },
      gone: { tone: 'good', text: said.gone },
    };
    const props = { items: await running.readStuck(), page: query.page, keyOf: ids.next };
    const more = { ...(query.kind && { kind: query.kind }), ...(query.retried && { news: news[query.retried] }) };
    return { body: <StuckPage {...props} {...more} /> };
  });
  formRoute(site, `${PATH}/retry`, { access: 'staff' }, async ({ view, fields }) => {
    const read = readEvent(fields);
    const retried = read.ok ? await running.retryStuckEvent(read.value) : null;
    if (retried?.ok === true) return { redirect: view.to(`${PATH}?kind=event&retried=done`) };
    if (retried?.code !== 'EVENT_STILL_STUCK') return { redirect: view.to(`${PATH}?kind=event&retried=gone`) };
    const news: News = { tone: 'bad', text: view.words.staffOps.stuck.still(String(retried.detail?.error ?? '')) };
    const items = await running.readStuck();
    return { body: <StuckPage items={items} kind="event" page={1} news={news} keyOf={ids.next} />, status: 409 };
  });
}

interface StuckPageProps {
  items: StuckItem[];
  kind?: Kind;
  page: number;
  news?: News;
  keyOf(): string;
}

function StuckPage({ items, kind, page, news, keyOf }: StuckPageProps) {
  const { words } = useView();
  const { desk, staffOps } = words;
  const said = staffOps.stuck;
  return (
    <StaffShell title={desk.stuck} current={PATH}>
      <h1>{desk.stuck}</h1>
      <p class="lead">{said.lead}</p>
      {news !== undefined && (
        <Notice tone={news.tone} isNews>
          <p>{news.text}</p>
        </Notice>
      )}
      {items.length === 0 ? (
        <Empty icon="check" title={said.none}>
          <p>{said.noneText}</p>
        </Empty>
      ) : (
        <StuckList items={items} {...(kind && { kind })} page={page} keyOf={keyOf} />
      )}
    </StaffShell>
  );
}

function StuckList({ items, kind, page, keyOf }: Omit<StuckPageProps, 'news'>) {
  const { words, to, number, dateTime } = useView();
  const said = words.staffOps.stuck;
  const shown = kind === undefined ? items : items.filter(item => item.kind === kind);
  const from = (page - 1) * limits.pageSizeDefault;
  const counted = (name: string, of: number) => `${name} (${number(of)})`;
  const columns: Column<StuckItem>[] = [
    { title: said.what, cell: item => <StuckName item={item} /> },
    {
      title: said.detail,
      cell: ({ detail }) => (
        <p class="desk-detail" lang="en">
          {detail}
        </p>
      ),
    },
    { title: said.since, cell: ({ since }) => <time dateTime={since}>{dateTime(since)}</time> },
    {
      title: said.whatToDo,
      cell: item => (
        <div class="desk-detail">
          <p lang="en">{item.what_to_do}</p>
          {item.kind === 'event' && <Retry id={item.id} keyOf={keyOf} />}
          {item.webhook !== null && (
            <p>
              <a href={to(webhookPath(item.webhook))}>{words.staffMoney.webhooks.read}</a>
            </p>
          )}
        </div>
      ),
    },
  ];
  const pathOf = (of?: Kind) => (of === undefined ? PATH : `${PATH}?kind=${of}`);
  return (
    <>
      <Choices
        choices={[
          { name: counted(said.all, items.length), path: PATH, isChosen: kind === undefined },
          ...kinds.map(each => ({
            name: counted(said.kindsMany[each], items.filter(item => item.kind === each).length),
            path: pathOf(each),
            isChosen: kind === each,
          })),
        ]}
      />
      <Table
        caption={words.desk.stuck}
        columns={columns}
        rows={shown.slice(from, from + limits.pageSizeDefault)}
        keyOf={({ kind: of, id, detail }) => `${of} ${id} ${detail}`}
        empty={<p class="quiet">{said.noneOfKind}</p>}
      />
      <Pagination
        page={page}
        pages={Math.ceil(shown.length / limits.pageSizeDefault)}
        href={next => to(`${pathOf(kind)}${kind === undefined ? '?' : '&'}page=${next}`)}
      />
    </>
  );
}

function StuckName({ item: { kind, id } }: { item: StuckItem }) {
  const { words, to } = useView();
  const said = words.staffOps.stuck;
  return (
    <>
      <Badge tone="careful">{said.kinds[kind]}</Badge>
      <small class="desk-id">
        {kind === 'event' && id}
        {kind !== 'event' && id === '' && said.noOrder}
        {kind !== 'event' && id !== '' && <a href={to(`/admin/orders/${id}`)}>{id}</a>}
      </small>
    </>
  );
}

function Retry({ id, keyOf }: { id: string; keyOf(): string }) {
  const { words, to } = useView();
  const said = words.staffOps.stuck;
  const [source = '', event_id = ''] = id.split('/');
  return (
    <form action={to(`${PATH}/retry`)} method="post">
      <Key value={keyOf()} />
      <input type="hidden" name="source" value={source} />
      <input type="hidden" name="event_id" value={event_id} />
      <Button kind="secondary" icon="refresh" label={said.retryNamed(id)}>
        {said.retry}
      </Button>
    </form>
  );
}
