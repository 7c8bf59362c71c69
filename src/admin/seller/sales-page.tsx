import type { CatalogProduct } from '#catalog';
import { type Column, Empty, Price, Section, Table } from '#design/parts';
import { useView, type View } from '#design/view';
import type { SalesFigures } from '#orders';
import { type Bar, BarChart } from '../bar-chart.tsx';
import { withQuery } from '../products/addresses.ts';
import type { Desk } from '../products/desk.ts';
import { ProductName, SaleState } from '../products/product-list.tsx';
import type { StockedProduct } from './own-stock.ts';

export type Span = 'today' | 'week' | 'month';
const spans: Span[] = ['today', 'week', 'month'];

export interface SalesProps {
  desk: Desk<string>;
  span: Span;
  figures: Record<Span, SalesFigures>;
  /** Of the best sellers, those that are still there. */
  products: Map<string, CatalogProduct>;
  low: StockedProduct[];
}

export function SalesPage(props: SalesProps) {
  const { desk, span, figures } = props;
  const { words, money, number } = useView();
  const { selling } = words;
  const { Frame } = desk;
  return (
    <Frame title={selling.salesTitle} current="/seller">
      <h1>{selling.salesTitle}</h1>
      <dl class="figures">
        {spans.map(each => {
          const { totals } = figures[each];
          return (
            <div key={each} class="figure">
              <dt>{selling.spans[each]}</dt>
              <dd>{money(totals.amount)}</dd>
              <dd class="figure-note">
                {selling.ordersAndUnits(totals.orders, number(totals.orders), number(totals.units))}
              </dd>
            </div>
          );
        })}
      </dl>
      <SpanLinks span={span} />
      <SalesChart span={span} figures={figures[span]} />
      <TopProducts {...props} />
      <LowStock {...props} />
    </Frame>
  );
}

function SpanLinks({ span }: { span: Span }) {
  const { words, to } = useView();
  const { selling } = words;
  return (
    <nav aria-label={selling.spanLabel}>
      <ul class="chips">
        {spans.map(each => (
          <li key={each}>
            <a
              class="chip"
              href={to(withQuery('/seller', { span: each === 'month' ? '' : each }))}
              aria-current={each === span ? 'true' : undefined}
            >
              {selling.spans[each]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

interface SaleBar extends Bar {
  orders: number;
  units: number;
}

function SalesChart({ span, figures }: { span: Span; figures: SalesFigures }) {
  const view = useView();
  const { words, money, number } = view;
  const { selling } = words;
  const { steps, totals } = figures;
  const bars = steps.map(({ at, orders, units, amount }): SaleBar => {
    return { label: labelOf(view, span, at), value: amount.amount, text: money(amount), orders, units };
  });
  const most = Math.max(0, ...bars.map(({ value }) => value));
  const columns: Column<SaleBar>[] = [
    { title: selling.when, cell: ({ label }) => label },
    { title: selling.revenue, isNumber: true, cell: ({ text }) => text },
    { title: selling.orders, isNumber: true, cell: ({ orders }) => number(orders) },
    { title: selling.units, isNumber: true, cell: ({ units }) => number(units) },
  ];
  const parts = [money(totals.amount)];
  if (totals.refunded.amount > 0) parts.push(`${selling.refunded}: ${money(totals.refunded)}`);
  if (totals.cancelled > 0) parts.push(`${selling.cancelled}: ${number(totals.cancelled)}`);
  return (
    <BarChart
      title={selling.chart(selling.spans[span])}
      summary={parts.join(' · ')}
      note={selling.note}
      bars={bars}
      most={money({ ...totals.amount, amount: most })}
      columns={columns}
    />
  );
}

/** Hours of today by their time, days by their date. */
function labelOf({ language, days }: View, span: Span, at: string): string {
  const time = new Date(at);
  if (span !== 'today') return days(time, time);
  return time.toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });
}

function TopProducts({ span, figures, products }: SalesProps) {
  const { words, to, money, number } = useView();
  const { selling } = words;
  return (
    <Section title={`${selling.topProducts}: ${selling.spans[span]}`}>
      <Table
        caption={selling.topProducts}
        columns={[
          {
            title: selling.product,
            cell: ({ product_id, title }) =>
              products.has(product_id) ? <a href={to(`/seller/products/${product_id}`)}>{title}</a> : title,
          },
          { title: selling.units, isNumber: true, cell: ({ units }) => number(units) },
          { title: selling.revenue, isNumber: true, cell: ({ amount }) => money(amount) },
        ]}
        rows={figures[span].top_products}
        keyOf={({ product_id }) => product_id}
        empty={<p class="quiet">{selling.nothingSold}</p>}
      />
    </Section>
  );
}

function LowStock({ low }: SalesProps) {
  const { words, to, number } = useView();
  const { selling, goods } = words;
  return (
    <Section title={selling.lowStock} aside={<a href={to('/seller/stock')}>{selling.allStock}</a>}>
      <Table
        caption={selling.lowStock}
        columns={[
          { title: selling.product, cell: ({ product }) => <ProductName product={product} root="/seller" /> },
          { title: goods.state, cell: ({ stock }) => <SaleState available={stock.available} /> },
          { title: selling.left, isNumber: true, cell: ({ stock }) => number(stock.available) },
          { title: goods.price, isNumber: true, cell: ({ product }) => <Price value={product.price} /> },
          {
            title: words.things.actions,
            cell: ({ product }) => <a href={to(`/seller/stock/${product.product_id}`)}>{selling.manage}</a>,
          },
        ]}
        rows={low}
        keyOf={({ product }) => product.product_id}
        empty={<Empty icon="check" title={selling.lowStockNone} />}
      />
    </Section>
  );
}
