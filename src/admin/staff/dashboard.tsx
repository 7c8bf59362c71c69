import { Section } from '#design/parts';
import { privatePage } from '#design/routes';
import { useView } from '#design/view';
import { timestamp } from '#platform/clock';
import type { DeskDeps } from '../deps.ts';
import { type FigureName, figureFormats, tellFigure } from '../format-figures.ts';
import { AlarmList, LatestOrders, NeededList, StatusLinks } from './dashboard-lists.tsx';
import { BestSellers, LiveCharts, SalesBars } from './dashboard-sales.tsx';
import { type Dashboard, readDashboard } from './read-dashboard.ts';
import type { LiveTick } from './running-shop.ts';
import { StaffShell } from './staff-shell.tsx';

export function dashboardRoutes(deps: DeskDeps): void {
  privatePage(deps.site, '/admin', { access: 'staff' }, async () => ({
    body: <DashboardPage board={await readDashboard(deps)} />,
  }));
}

function DashboardPage({ board }: { board: Dashboard }) {
  const { words, currency } = useView();
  const { desk, staffOps } = words;
  const { on, waiting, paused } = staffOps.live;
  return (
    <StaffShell title={desk.dashboard} current="/admin" moreScripts={['dashboard.js']}>
      <div
        data-island="dashboard"
        data-currency={currency}
        data-points={JSON.stringify(board.history)}
        data-words={JSON.stringify({ on, waiting, paused })}
      >
        <h1>{desk.dashboard}</h1>
        <Figures tick={board.tick} nowMs={board.nowMs} />
        <LiveCharts history={board.history} />
      </div>
      <Section title={staffOps.sales.title}>
        <div class="desk-pair">
          <SalesBars title={staffOps.sales.day} figures={board.day} step="hour" />
          <SalesBars title={staffOps.sales.month} figures={board.month} step="day" />
        </div>
        <BestSellers figures={board.month} />
      </Section>
      <StatusLinks statuses={board.statuses} />
      <div class="desk-pair">
        <LatestOrders orders={board.latest} />
        <div>
          <NeededList items={board.stuck} />
          <AlarmList alarms={board.alarms} />
        </div>
      </div>
    </StaffShell>
  );
}

const figureOrder: FigureName[] = [
  'orders_per_second',
  'revenue_per_second',
  'orders_today',
  'revenue_today',
  'visits',
  'conversion',
  'low_stock',
  'out_of_stock',
  'http_per_second',
  'http_p99_ms',
  'event_backlog',
];

function Figures({ tick, nowMs }: { tick: LiveTick | null; nowMs: number }) {
  const { words, language, currency } = useView();
  const { staffOps } = words;
  const formats = figureFormats(language, currency);
  const at = tick?.at ?? timestamp(nowMs);
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'medium', timeZone: 'UTC' }).format(new Date(at));
  return (
    <section aria-label={staffOps.figuresTitle}>
      <p>
        <output class="live-state" data-live="fixed">
          {staffOps.live.fixed(`${time} UTC`)}
        </output>
      </p>
      <dl class="figures figures-live">
        {figureOrder.map(name => (
          <div key={name} class="figure">
            <dt>{staffOps.figures[name]}</dt>
            <dd data-figure={name}>{tellFigure(formats, name, tick?.[name] ?? null, staffOps.unknown)}</dd>
          </div>
        ))}
      </dl>
      <p class="quiet">{staffOps.figuresNote}</p>
    </section>
  );
}
