import { Button, Field, Key } from '#design/forms';
import { Badge, type Column, Empty, Notice, Section, Table } from '#design/parts';
import { formRoute, privatePage } from '#design/routes';
import { useView } from '#design/view';
import type { LedgerBalance, ReconciliationReport } from '#payments';
import { formReader } from '#platform/form';
import { object, text } from '#platform/schema';
import type { DeskDeps } from '../deps.ts';
import { ledgerAccounts } from './order-entries.tsx';
import { dayIn, type ListQuery, listQuery } from './read-list.ts';
import { StaffShell } from './staff-shell.tsx';

const PATH = '/admin/books';
const DAY_MS = 86_400_000;
const SHOWN_DAYS = 30;

const readDays = formReader(object({ from: text(10), to: text(10) }));
const refusals = ['PERIOD_INVALID', 'GATEWAY_UNKNOWN'] as const;
type Refusal = (typeof refusals)[number];

export function booksRoutes({ site, payments, clock, ids }: DeskDeps): void {
  const query = listQuery('from', 'to');
  privatePage(site, PATH, { access: 'staff', query }, async ({ query: asked }) => {
    const days = daysOf(asked, clock.nowMs());
    const [balances, report] = await Promise.all([payments.getLedger(periodOf(days)), payments.getReconciliation({})]);
    const refused = refusals.find(code => code === asked.refused);
    const isStarted = asked.done === 'started';
    return { body: <BooksPage {...{ days, balances, report, refused, isStarted }} formKey={ids.next()} /> };
  });
  formRoute(site, `${PATH}/compare`, { access: 'staff' }, async ({ view, fields }) => {
    const read = readDays(fields);
    const days = daysOf(read.ok ? read.value : {}, clock.nowMs());
    const started = await payments.startReconciliation(periodOf(days));
    const told = started.ok ? 'done=started' : `refused=${started.code}`;
    return { redirect: view.to(`${PATH}?from=${days.from}&to=${days.to}&${told}`) };
  });
}

interface Days {
  from: string;
  to: string;
}

/** The last thirty days where nothing else was asked for. */
function daysOf({ from, to }: ListQuery<'from' | 'to'>, nowMs: number): Days {
  const dayAt = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  const last = dayIn(to) === undefined ? dayAt(nowMs) : to!;
  return { from: dayIn(from) === undefined ? dayAt(Date.parse(last) - (SHOWN_DAYS - 1) * DAY_MS) : from!, to: last };
}

function periodOf({ from, to }: Days) {
  const end = new Date(Date.parse(to) + DAY_MS);
  return { from: new Date(from).toISOString(), to: end.toISOString() };
}

interface BooksProps {
  days: Days;
  balances: LedgerBalance[];
  report: ReconciliationReport;
  refused: Refusal | undefined;
  isStarted: boolean;
  formKey: string;
}

function BooksPage({ days, balances, report, refused, isStarted, formKey }: BooksProps) {
  const { words, to } = useView();
  const said = words.staffBooks;
  const isRunning = report.runs.some(run => run.state === 'running');
  return (
    <StaffShell title={words.desk.books} current={PATH}>
      <h1>{words.desk.books}</h1>
      <p class="lead">{said.lead}</p>
      {refused !== undefined && (
        <Notice tone="bad" isNews>
          <p>{said.refused[refused]}</p>
        </Notice>
      )}
      {isStarted && (
        <Notice tone="good" isNews>
          <p>{said.started}</p>
        </Notice>
      )}
      <form class="filters" method="get" action={to(PATH)} aria-label={words.desk.filters}>
        <Field name="from" type="date" label={said.from} value={days.from} isFilter />
        <Field name="to" type="date" label={said.to} value={days.to} isFilter />
        <Button kind="secondary" icon="filter">
          {words.things.filter}
        </Button>
      </form>
      <Section title={said.ledger}>
        <p>{said.ledgerNote}</p>
        {balances.length === 0 ? <p class="quiet">{said.noEntries}</p> : balances.map(each => <Ledger of={each} />)}
      </Section>
      <Section title={said.reconciliation}>
        <p>{said.reconciliationNote}</p>
        <form class="desk-gap" action={to(`${PATH}/compare`)} method="post">
          <Key value={formKey} />
          <input type="hidden" name="from" value={days.from} />
          <input type="hidden" name="to" value={days.to} />
          <Button icon="check">{said.compare}</Button>
        </form>
        <div data-island="look-again" data-waits={isRunning ? 'yes' : undefined}>
          <Differences report={report} />
          <Runs report={report} />
        </div>
      </Section>
    </StaffShell>
  );
}

function Ledger({ of }: { of: LedgerBalance }) {
  const { words, money, number } = useView();
  const said = words.staffBooks;
  const { currency } = of.customer;
  const sum = ledgerAccounts.reduce((total, account) => total + of[account].amount, 0);
  const rows = [
    ...ledgerAccounts.map(account => ({ name: said.accounts[account], amount: of[account].amount })),
    { name: said.sum, amount: sum },
  ];
  const title = `${of.gateway}, ${currency}`;
  return (
    <>
      <h3>
        {title} <small class="quiet">{said.entries(number(of.entries))}</small>
      </h3>
      <Table
        caption={title}
        columns={[
          { title: said.account, cell: ({ name }) => name },
          { title: currency, isNumber: true, cell: ({ amount }) => money({ amount, currency }) },
        ]}
        rows={rows}
        keyOf={({ name }) => name}
      />
    </>
  );
}

type Difference = ReconciliationReport['differences'][number];

function Differences({ report: { differences } }: { report: ReconciliationReport }) {
  const { words, to, dateTime } = useView();
  const said = words.staffBooks;
  const columns: Column<Difference>[] = [
    {
      title: said.order,
      cell: ({ order_id }) => <a href={to(`/admin/orders/${order_id}`)}>{order_id}</a>,
    },
    { title: said.gateway, cell: ({ gateway }) => gateway },
    {
      title: said.what,
      cell: ({ kind, detail }) => (
        <>
          {said.kinds[kind]}
          <small class="quiet desk-detail" lang="en">
            {detail}
          </small>
        </>
      ),
    },
    { title: said.found, cell: ({ found_at }) => <time dateTime={found_at}>{dateTime(found_at)}</time> },
    {
      title: said.state,
      cell: ({ resolved_at }) =>
        resolved_at === null ? <Badge tone="bad">{said.standing}</Badge> : <Badge tone="good">{said.resolved}</Badge>,
    },
  ];
  return (
    <>
      <h3>{said.differences}</h3>
      <Table
        caption={said.differences}
        columns={columns}
        rows={differences}
        keyOf={({ gateway, order_id }) => `${gateway} ${order_id}`}
        empty={
          <Empty icon="check" title={said.noDifferences}>
            <p>{said.noDifferencesText}</p>
          </Empty>
        }
      />
    </>
  );
}

type Run = ReconciliationReport['runs'][number];

function Runs({ report: { runs } }: { report: ReconciliationReport }) {
  const { words, number, dateTime } = useView();
  const said = words.staffBooks;
  const tones = { running: 'careful', done: 'good', failed: 'bad' } as const;
  const columns: Column<Run>[] = [
    {
      title: said.period,
      cell: ({ from, to }) => (
        <>
          <time dateTime={from}>{dateTime(from)}</time> – <time dateTime={to}>{dateTime(to)}</time>
        </>
      ),
    },
    { title: said.gateway, cell: ({ gateway }) => gateway },
    { title: said.by, cell: ({ is_scheduled }) => (is_scheduled ? said.schedule : said.person) },
    { title: said.compared, isNumber: true, cell: ({ compared }) => number(compared) },
    { title: said.open, isNumber: true, cell: ({ open }) => number(open) },
    { title: said.differences, isNumber: true, cell: ({ differences }) => number(differences) },
    {
      title: said.state,
      cell: ({ state, problem }) => (
        <>
          <Badge tone={tones[state]}>{said.states[state]}</Badge>
          {problem !== null && (
            <small class="wrong desk-detail" lang="en">
              {problem}
            </small>
          )}
        </>
      ),
    },
  ];
  return (
    <>
      <h3>{said.runs}</h3>
      <Table
        caption={said.runs}
        columns={columns}
        rows={runs}
        keyOf={({ run_id }) => run_id}
        empty={<p class="quiet">{said.noRuns}</p>}
      />
    </>
  );
}
