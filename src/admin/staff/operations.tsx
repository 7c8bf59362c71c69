import { Type } from 'typebox';
import { Button, Key, LinkButton } from '#design/forms';
import { Badge, type Column, Facts, Notice, Section, Table } from '#design/parts';
import { formRoute, privatePage } from '#design/routes';
import { useView, type View } from '#design/view';
import type { JobStatus } from '#platform/jobs';
import { object, oneOf, text } from '#platform/schema';
import type { SubscriptionStatus } from '#platform/subscription-status';
import type { DeskDeps } from '../deps.ts';
import type { OperationsView } from './running-shop.ts';
import { StaffShell } from './staff-shell.tsx';

const PATH = '/admin/operations';
const Asked = object({
  jobs: Type.Optional(oneOf('failing')),
  /** The job that was just started. */
  started: Type.Optional(text(100)),
});
const JobName = object({ name: text(100) });

export function operationsRoutes({ site, running, ids }: DeskDeps): void {
  privatePage(site, PATH, { access: 'staff', query: Asked }, async ({ query }) => {
    const operations = await running.readOperations();
    const hasStarted = operations.jobs.some(({ name }) => name === query.started);
    const page = { operations, onlyFailing: query.jobs === 'failing', keyOf: ids.next };
    return { body: <OperationsPage {...page} {...(hasStarted && { started: query.started })} /> };
  });
  formRoute(site, `${PATH}/jobs/:name/run`, { access: 'staff', params: JobName }, async ({ view, params }) => {
    if (!running.startJob(params.name)) {
      const operations = await running.readOperations();
      return { body: <OperationsPage operations={operations} isUnknown keyOf={ids.next} />, status: 404 };
    }
    return { redirect: view.to(`${PATH}?started=${encodeURIComponent(params.name)}`) };
  });
}

interface OperationsPageProps {
  operations: OperationsView;
  onlyFailing?: boolean;
  started?: string | undefined;
  isUnknown?: boolean;
  keyOf(): string;
}

function OperationsPage(props: OperationsPageProps) {
  const { operations, onlyFailing = false, started, isUnknown = false, keyOf } = props;
  const { words, to } = useView();
  const { desk, staffOps } = words;
  const said = staffOps.operations;
  return (
    <StaffShell title={desk.operations} current={PATH}>
      <div class="section-head">
        <h1>{desk.operations}</h1>
        <LinkButton href={to(PATH)} kind="secondary" icon="refresh">
          {staffOps.lookAgain}
        </LinkButton>
      </div>
      <p class="lead">{said.lead}</p>
      {started !== undefined && (
        <Notice tone="good" isNews>
          <p>{said.started(started)}</p>
        </Notice>
      )}
      {isUnknown && (
        <Notice tone="bad" isNews>
          <p>{said.unknownJob}</p>
        </Notice>
      )}
      <Jobs jobs={operations.jobs} onlyFailing={onlyFailing} keyOf={keyOf} />
      <Section title={said.subscriptions}>
        <Subscriptions subscriptions={operations.subscriptions} />
      </Section>
      <Machine operations={operations} />
    </StaffShell>
  );
}

function Jobs({ jobs, onlyFailing, keyOf }: { jobs: JobStatus[]; onlyFailing: boolean; keyOf(): string }) {
  const view = useView();
  const { words, to, number } = view;
  const said = words.staffOps.operations;
  const columns: Column<JobStatus>[] = [
    {
      title: said.job,
      cell: job => (
        <>
          <code>{job.name}</code>
          <small class="quiet desk-line">
            {said.schedule} <code>{job.schedule}</code>
          </small>
        </>
      ),
    },
    { title: said.now, cell: job => <JobState job={job} /> },
    { title: said.lastRun, cell: job => <LastRun job={job} /> },
    { title: said.runs, isNumber: true, cell: job => number(job.runs) },
    { title: said.failures, isNumber: true, cell: job => number(job.failures) },
    {
      title: said.run,
      cell: job => (
        <form action={to(`${PATH}/jobs/${encodeURIComponent(job.name)}/run`)} method="post">
          <Key value={keyOf()} />
          <Button kind="secondary" label={said.runNamed(job.name)}>
            {said.run}
          </Button>
        </form>
      ),
    },
  ];
  const shown = onlyFailing ? jobs.filter(job => job.failures > 0) : jobs;
  return (
    <Section title={said.jobs}>
      <Choices
        choices={[
          { name: said.all, path: PATH, isChosen: !onlyFailing },
          { name: said.failing, path: `${PATH}?jobs=failing`, isChosen: onlyFailing },
        ]}
      />
      <Table
        caption={said.jobs}
        columns={columns}
        rows={shown}
        keyOf={job => job.name}
        empty={<p class="quiet">{said.none}</p>}
      />
    </Section>
  );
}

/** Links of which one is chosen: the filters that need no form. */
export function Choices({ choices }: { choices: { name: string; path: string; isChosen: boolean }[] }) {
  const { words, to } = useView();
  return (
    <nav aria-label={words.desk.filters}>
      <ul class="chips desk-choices">
        {choices.map(({ name, path, isChosen }) => (
          <li key={path}>
            <a class="chip" href={to(path)} aria-current={isChosen ? 'true' : undefined}>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function JobState({ job }: { job: JobStatus }) {
  const said = useView().words.staffOps.operations;
  if (job.running) return <Badge tone="careful">{said.running}</Badge>;
  if (job.last_error !== null) return <Badge tone="bad">{said.failed}</Badge>;
  return job.runs === 0 ? <Badge>{said.idle}</Badge> : <Badge tone="good">{said.ok}</Badge>;
}

function LastRun({ job }: { job: JobStatus }) {
  const view = useView();
  const said = view.words.staffOps.operations;
  const { last_started_at: started, last_finished_at: finished, last_error } = job;
  if (started === null) return <span class="quiet">{said.never}</span>;
  const tookMs = finished === null ? -1 : Date.parse(finished) - Date.parse(started);
  return (
    <>
      <time dateTime={started}>{view.dateTime(started)}</time>
      {tookMs >= 0 && <small class="quiet desk-line">{said.took(tellRun(view, tookMs))}</small>}
      {last_error !== null && (
        <small class="wrong desk-detail" lang="en">
          {last_error}
        </small>
      )}
    </>
  );
}

/** In milliseconds up to a second, so that a short run does not read as none. */
function tellRun({ language }: View, ms: number): string {
  const [value, unit] = ms < 1_000 ? [ms, 'millisecond'] : [ms / 1_000, 'second'];
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: 1 }).format(value);
}

function Subscriptions({ subscriptions }: { subscriptions: SubscriptionStatus[] }) {
  const { words, to, number, dateTime } = useView();
  const { unknown, operations: said } = words.staffOps;
  const columns: Column<SubscriptionStatus>[] = [
    { title: said.consumer, cell: each => <code>{each.consumer}</code> },
    { title: said.source, cell: each => <code>{each.source}</code> },
    { title: said.behind, isNumber: true, cell: each => <Behind subscription={each} /> },
    {
      title: said.oldest,
      cell: ({ oldest_at: at }) => (at === null ? unknown : <time dateTime={at}>{dateTime(at)}</time>),
    },
    {
      title: said.stuck,
      isNumber: true,
      cell: ({ stuck }) => (stuck === 0 ? number(0) : <a href={to('/admin/stuck?kind=event')}>{number(stuck)}</a>),
    },
  ];
  const keyOf = ({ consumer, source }: SubscriptionStatus) => `${consumer} ${source}`;
  return <Table caption={said.subscriptions} columns={columns} rows={subscriptions} keyOf={keyOf} />;
}

function Behind({ subscription }: { subscription: SubscriptionStatus }) {
  const { words, number } = useView();
  const said = words.staffOps.operations;
  const { behind, behind_relation: relation } = subscription;
  if (behind === null) return <span class="quiet">{said.notKnown}</span>;
  return <>{relation === 'eq' ? number(behind) : said.atLeast(number(behind))}</>;
}

const MEGABYTE = 1_000_000;

function Machine({ operations }: { operations: OperationsView }) {
  const { words, language, number } = useView();
  const said = words.staffOps.operations;
  const { database, process } = operations;
  const memory = new Intl.NumberFormat(language, { style: 'unit', unit: 'megabyte', maximumFractionDigits: 0 });
  return (
    <div class="desk-pair">
      <Section title={said.database}>
        <Facts
          facts={[
            [said.connections, number(database.connections)],
            [said.waitingQueries, number(database.waiting)],
          ]}
        />
      </Section>
      <Section title={said.process}>
        <Facts
          facts={[
            [said.uptime, tellDuration(language, process.uptime_seconds)],
            [said.memory, memory.format(process.memory_bytes / MEGABYTE)],
            [said.node, process.node],
          ]}
        />
      </Section>
    </div>
  );
}

const spans = [
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3_600 },
  { unit: 'minute', seconds: 60 },
  { unit: 'second', seconds: 1 },
] as const;

/** In its two largest units: `3 days 4 hours`. */
function tellDuration(language: string, seconds: number): string {
  const first = Math.max(
    0,
    spans.findIndex(span => seconds >= span.seconds),
  );
  const parts = spans.slice(first, first + 2).map(({ unit, seconds: length }, index) => {
    const larger = spans[first + index - 1]?.seconds ?? Number.POSITIVE_INFINITY;
    const count = Math.floor((index === 0 ? seconds : seconds % larger) / length);
    return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
  });
  return parts.join(' ');
}
