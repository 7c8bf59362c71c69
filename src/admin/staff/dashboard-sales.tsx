import { type Column, Notice, Price, Table } from '#design/parts';
import { useView, type View } from '#design/view';
import type { SalesFigures } from '#orders';
import type { Money } from '#platform/money';
import { type Bar, BarChart, Bars } from '../bar-chart.tsx';
import { figureFormats, tellFigure } from '../format-figures.ts';
import { type SalesPoint, tableRows } from '../islands/sales-history.ts';

/** The last minutes second by second: bars from the server, in whose place the island draws lines that go on. */
export function LiveCharts({ history }: { history: SalesPoint[] }) {
  const { words, language, currency } = useView();
  const { live, time } = words.staffOps;
  const formats = figureFormats(language, currency);
  const clock = new Intl.DateTimeFormat(language, { timeStyle: 'medium', timeZone: 'UTC' });
  const timeOf = (second: number) => clock.format(new Date(second * 1000));
  const columns: Column<SalesPoint>[] = [
    { title: time, cell: ([second]) => timeOf(second) },
    {
      title: live.orders,
      isNumber: true,
      cell: ([, orders]) => tellFigure(formats, 'orders_per_second', orders),
    },
    {
      title: live.revenue,
      isNumber: true,
      cell: ([, , revenue]) => tellFigure(formats, 'revenue_per_second', revenue),
    },
  ];
  const barsOf = (place: 1 | 2): Bar[] =>
    history.map(point => ({ label: String(point[0]), value: point[place] ?? 0, text: '' }));
  return (
    <section aria-label={live.title}>
      <div class="desk-pair">
        <figure class="live-figure">
          <figcaption>{live.ordersChart}</figcaption>
          <div class="live-chart" dir="ltr" role="img" data-chart="orders" {...said('orders')}>
            <Bars bars={barsOf(1)} />
          </div>
        </figure>
        <figure class="live-figure">
          <figcaption>{live.revenueChart}</figcaption>
          <div class="live-chart" dir="ltr" role="img" data-chart="revenue" {...said('revenue')}>
            <Bars bars={barsOf(2)} />
          </div>
        </figure>
      </div>
      <details class="as-table" data-live-rows>
        <summary>{live.tableTitle}</summary>
        <Table
          caption={live.tableTitle}
          columns={columns}
          rows={tableRows(history)}
          keyOf={([second]) => `${second}`}
        />
      </details>
    </section>
  );
  function said(chart: 'orders' | 'revenue') {
    return { 'aria-label': chart === 'orders' ? live.ordersSaid : live.revenueSaid };
  }
}

interface SalesBar extends Bar {
  orders: number;
  units: number;
  amount: Money;
}

export function SalesBars(props: { title: string; figures: SalesFigures | null; step: 'hour' | 'day' }) {
  const { title, figures, step } = props;
  const view = useView();
  const { staffOps } = view.words;
  const { sales } = staffOps;
  if (figures === null) return <NotRead title={title} />;
  const { orders, amount, cancelled, refunded } = figures.totals;
  const bars = salesBarsOf(view, figures, step);
  const highest = bars.reduce((most, bar) => Math.max(most, bar.value), 0);
  const columns: Column<SalesBar>[] = [
    { title: staffOps.time, cell: bar => bar.label },
    { title: sales.orders, isNumber: true, cell: bar => view.number(bar.orders) },
    { title: sales.units, isNumber: true, cell: bar => view.number(bar.units) },
    { title: sales.amount, isNumber: true, cell: bar => <Price value={bar.amount} /> },
  ];
  const hasLosses = cancelled > 0 || refunded.amount > 0;
  return (
    <BarChart
      title={title}
      summary={orders === 0 ? sales.none : sales.sold(view.money(amount), orders, view.number(orders))}
      {...(hasLosses && { note: sales.lost(view.number(cancelled), view.money(refunded)) })}
      bars={bars}
      most={orders === 0 ? '' : sales.most(view.money({ ...amount, amount: highest }))}
      columns={columns}
    />
  );
}

function salesBarsOf(view: View, { steps }: SalesFigures, step: 'hour' | 'day'): SalesBar[] {
  const parts = step === 'hour' ? ({ weekday: 'short', hour: 'numeric' } as const) : ({ dateStyle: 'medium' } as const);
  const label = new Intl.DateTimeFormat(view.language, { ...parts, timeZone: 'UTC' });
  return steps.map(({ at, orders, units, amount }) => ({
    label: label.format(new Date(at)),
    value: amount.amount,
    text: view.words.staffOps.sales.sold(view.money(amount), orders, view.number(orders)),
    orders,
    units,
    amount,
  }));
}

const BEST_SHOWN = 5;

export function BestSellers({ figures }: { figures: SalesFigures | null }) {
  const { words, to, number } = useView();
  const { sales } = words.staffOps;
  const best = figures?.top_products.slice(0, BEST_SHOWN) ?? [];
  if (best.length === 0) return null;
  const columns: Column<(typeof best)[number]>[] = [
    { title: sales.best, cell: each => <a href={to(`/admin/products/${each.product_id}`)}>{each.title}</a> },
    { title: sales.units, isNumber: true, cell: each => number(each.units) },
    { title: sales.amount, isNumber: true, cell: each => <Price value={each.amount} /> },
  ];
  return (
    <div class="desk-block">
      <h3>{sales.bestTitle}</h3>
      <Table caption={sales.bestTitle} columns={columns} rows={best} keyOf={each => each.product_id} />
    </div>
  );
}

/** In the place of what a part of the shop that is away would have told. */
export function NotRead({ title }: { title?: string }) {
  const { staffOps } = useView().words;
  return (
    <div>
      {title !== undefined && <h3>{title}</h3>}
      <Notice tone="careful">
        <p>{staffOps.notRead}</p>
      </Notice>
    </div>
  );
}
