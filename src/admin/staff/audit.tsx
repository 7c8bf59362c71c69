import type { AuditReport } from '#audit';
import { Button, Key, LinkButton } from '#design/forms';
import { Badge, type Column, Facts, Notice, Section, Table } from '#design/parts';
import { formRoute, privatePage } from '#design/routes';
import { useView } from '#design/view';
import type { DeskDeps } from '../deps.ts';
import { type AuditState, createAuditRuns } from './audit-runs.ts';
import { StaffShell } from './staff-shell.tsx';

const PATH = '/admin/audit';

export function auditRoutes({ site, audit, clock, ids }: DeskDeps): void {
  const runs = createAuditRuns({ audit, clock });
  privatePage(site, PATH, { access: 'staff' }, async () => ({
    body: <AuditPage state={runs.state()} nowMs={clock.nowMs()} formKey={ids.next()} />,
  }));
  formRoute(site, PATH, { access: 'staff' }, async ({ view }) => {
    runs.start();
    return { redirect: view.to(PATH) };
  });
}

function AuditPage({ state, nowMs, formKey }: { state: AuditState; nowMs: number; formKey: string }) {
  const { words, to } = useView();
  const { desk, staffOps } = words;
  const said = staffOps.audit;
  return (
    <StaffShell title={desk.audit} current={PATH}>
      <h1>{desk.audit}</h1>
      <p class="lead">{said.lead}</p>
      <div data-island="look-again" data-waits={state.running === null ? undefined : 'yes'}>
        {state.running === null ? (
          <form class="desk-gap" action={to(PATH)} method="post">
            <Key value={formKey} />
            <Button icon="check">{state.last === null ? said.run : said.runAgain}</Button>
          </form>
        ) : (
          <Running since={state.running.since} nowMs={nowMs} />
        )}
        <Result state={state} />
      </div>
    </StaffShell>
  );
}

function Running({ since, nowMs }: { since: string; nowMs: number }) {
  const { words, to, language, number } = useView();
  const { lookAgain, audit: said } = words.staffOps;
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'medium', timeZone: 'UTC' }).format(new Date(since));
  return (
    <Notice>
      <h2>{said.running}</h2>
      <p>{said.runningText(time, number(Math.max(0, Math.round((nowMs - Date.parse(since)) / 1000))))}</p>
      <p>{said.runningNote}</p>
      <LinkButton href={to(PATH)} kind="secondary" icon="refresh">
        {lookAgain}
      </LinkButton>
    </Notice>
  );
}

function Result({ state: { last, error, running } }: { state: AuditState }) {
  const { words } = useView();
  const said = words.staffOps.audit;
  return (
    <>
      {error !== null && (
        <Notice tone="bad">
          <p>{said.failed(error)}</p>
        </Notice>
      )}
      {last !== null && <Report report={last.report} tookMs={last.took_ms} />}
      {last === null && running === null && error === null && <p class="quiet">{said.none}</p>}
    </>
  );
}

type Invariant = AuditReport['invariants'][number];

function Report({ report, tookMs }: { report: AuditReport; tookMs: number }) {
  const { words, number, dateTime } = useView();
  const said = words.staffOps.audit;
  const broken = report.invariants.filter(({ ok }) => !ok);
  const columns: Column<Invariant>[] = [
    { title: said.invariant, cell: ({ name }) => <span lang="en">{name}</span> },
    {
      title: said.result,
      cell: ({ ok }) => <Badge tone={ok ? 'good' : 'bad'}>{ok ? said.holds : said.broken}</Badge>,
    },
    { title: said.checked, isNumber: true, cell: ({ checked }) => number(checked) },
  ];
  return (
    <Section title={said.title}>
      <Notice tone={report.ok ? 'good' : 'bad'}>
        <p>{report.ok ? said.good : said.bad(broken.length)}</p>
      </Notice>
      <Facts
        facts={[
          [
            said.at,
            <time key="at" dateTime={report.checked_at}>
              {dateTime(report.checked_at)}
            </time>,
          ],
          [said.took, said.seconds(number(Math.round(tookMs / 100) / 10))],
        ]}
      />
      <div class="desk-block">
        <Table caption={said.title} columns={columns} rows={report.invariants} keyOf={({ name }) => name} />
      </div>
      {broken.map(({ name, violations }) => (
        <div class="desk-block" key={name}>
          <h3>{said.violations(name)}</h3>
          <ul class="desk-detail" lang="en">
            {violations.map(violation => (
              <li key={violation}>{violation}</li>
            ))}
          </ul>
        </div>
      ))}
      {broken.length > 0 && <p class="quiet">{said.first}</p>}
    </Section>
  );
}
