import { Type } from 'typebox';
import { Button, Field, LinkButton, Select } from '#design/forms';
import { Badge, type Column, Empty, Notice, Pagination, Table, type Tone } from '#design/parts';
import { privatePage } from '#design/routes';
import { useView } from '#design/view';
import { limits } from '#limits';
import { MailFilter, type MailKind, type MailPage, type MailState, type SentMail } from '#notifications';
import { type FieldErrors, type Fields, formReader } from '#platform/form';
import { object, text } from '#platform/schema';
import type { DeskDeps } from '../deps.ts';
import { StaffShell } from './staff-shell.tsx';

const PATH = '/admin/mails';
/** As a form sends it: fields that were left empty are there, empty. */
const sent = Type.Optional(text(254, { min: 0 }));
const Asked = object({ to: sent, kind: sent, state: sent, page: sent });
const readFilter = formReader(
  object({
    ...MailFilter.properties,
    page: Type.Optional(Type.Integer({ minimum: 1, maximum: limits.listedRowsMax })),
  }),
);

export function mailPages({ site, notifications }: DeskDeps): void {
  privatePage(site, PATH, { access: 'staff', query: Asked }, async ({ query }) => {
    const asked = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as Fields;
    const read = readFilter(asked);
    if (!read.ok) return { body: <MailsPage asked={asked} errors={read.errors} />, status: 400 };
    const { page = 1, ...filter } = read.value;
    const listed = await notifications.listSentMails({ ...filter, page, page_size: limits.pageSizeDefault });
    if (!listed.ok) return { body: <MailsPage asked={asked} isTooDeep />, status: 400 };
    return { body: <MailsPage asked={asked} found={listed.value} /> };
  });
}

interface MailsPageProps {
  asked: Fields;
  errors?: FieldErrors;
  isTooDeep?: boolean;
  found?: MailPage;
}

function MailsPage({ asked, errors, isTooDeep = false, found }: MailsPageProps) {
  const { words } = useView();
  const { desk, staffOps } = words;
  return (
    <StaffShell title={desk.mails} current={PATH}>
      <h1>{desk.mails}</h1>
      <p class="lead">{staffOps.mails.lead}</p>
      <Filters asked={asked} errors={errors} />
      {isTooDeep && (
        <Notice tone="careful" isNews>
          <p>{staffOps.mails.tooDeep}</p>
        </Notice>
      )}
      {found !== undefined && <MailList asked={asked} found={found} />}
    </StaffShell>
  );
}

function Filters({ asked, errors }: { asked: Fields; errors: FieldErrors | undefined }) {
  const { words, to } = useView();
  const said = words.staffOps.mails;
  const optionsOf = (names: Record<string, string>) => [
    { value: '', label: said.any },
    ...Object.entries(names).map(([value, label]) => ({ value, label })),
  ];
  return (
    <search>
      <form class="filters" action={to(PATH)} method="get" aria-label={words.desk.filters}>
        <Field name="to" label={said.toField} value={asked.to} errors={errors} type="search" isFilter />
        <Select
          name="kind"
          label={said.kind}
          value={asked.kind}
          options={optionsOf(said.kinds)}
          errors={errors}
          isFilter
        />
        <Select
          name="state"
          label={said.state}
          value={asked.state}
          options={optionsOf(said.states)}
          errors={errors}
          isFilter
        />
        <Button kind="secondary" icon="filter">
          {words.things.filter}
        </Button>
      </form>
    </search>
  );
}

const tones: Record<MailState, Tone> = { waiting: 'careful', sent: 'good', failed: 'bad' };

function columnsOf({ words, to, number, dateTime, isProduction }: ReturnType<typeof useView>): Column<SentMail>[] {
  const said = words.staffOps.mails;
  const timeOf = (at: string | null) => (at === null ? '' : <time dateTime={at}>{dateTime(at)}</time>);
  return [
    {
      title: said.to,
      cell: mail => (
        <>
          <a href={to(`${PATH}?to=${encodeURIComponent(mail.to)}`)}>{mail.to}</a>
          {!isProduction && (
            <small class="desk-line">
              <a href={`/dev/mail?to=${encodeURIComponent(mail.to)}`} title={said.mailboxNamed(mail.to)}>
                {said.mailbox}
              </a>
            </small>
          )}
        </>
      ),
    },
    {
      title: said.kind,
      cell: mail => (
        <div class="desk-wide">
          {said.kinds[mail.kind as MailKind]}
          <small class="quiet desk-line">
            {mail.order_id === null ? mail.subject : <a href={to(`/admin/orders/${mail.order_id}`)}>{mail.subject}</a>}
          </small>
        </div>
      ),
    },
    {
      title: said.state,
      cell: mail => (
        <>
          <Badge tone={tones[mail.state]}>{said.states[mail.state]}</Badge>
          <small class="quiet desk-line">{timeOf(mail.sent_at)}</small>
          {mail.last_error !== null && (
            <small class="desk-line desk-detail" lang="en">
              {mail.last_error}
            </small>
          )}
        </>
      ),
    },
    { title: said.tries, isNumber: true, cell: mail => number(mail.tries) },
    { title: said.written, cell: mail => timeOf(mail.created_at) },
  ];
}

function MailList({ asked, found }: { asked: Fields; found: MailPage }) {
  const view = useView();
  const { words, to, number } = view;
  const said = words.staffOps.mails;
  const { items, total, total_relation: relation, page, page_size: size } = found;
  const href = (next: number) => {
    const filter = Object.entries(asked).filter(([name, value]) => name !== 'page' && value !== '');
    return to(`${PATH}?${new URLSearchParams([...filter, ['page', String(next)]])}`);
  };
  if (items.length === 0) {
    return (
      <Empty icon="mail" title={said.none}>
        <p>{said.noneText}</p>
        <LinkButton href={to(PATH)} kind="secondary">
          {words.things.clear}
        </LinkButton>
      </Empty>
    );
  }
  return (
    <>
      <p class="quiet">{words.things.results(relation === 'eq' ? number(total) : `${number(total)}+`)}</p>
      <Table caption={words.desk.mails} columns={columnsOf(view)} rows={items} keyOf={mail => mail.mail_id} />
      <Pagination page={page} pages={Math.ceil(total / size)} href={href} />
    </>
  );
}
