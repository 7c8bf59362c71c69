import { type Column, Empty, Facts, Pagination, Panel, Price, Section, Table, Timeline } from '#design/parts';
import { useView } from '#design/view';
import type { OrderItem, OrderStatus, SellerOrder } from '#orders';
import { pagesOf, withQuery } from '../products/addresses.ts';
import type { Desk } from '../products/desk.ts';
import { OrderState } from './order-state.tsx';

/** A seller's orders are those that were confirmed. */
const shownStatuses: OrderStatus[] = ['CONFIRMED', 'SHIPPED', 'DELIVERED', 'CANCELLED'];

export interface OrderListProps {
  desk: Desk<string>;
  orders: SellerOrder[];
  status: OrderStatus | undefined;
  page: number;
  page_size: number;
  total: number;
}

export function OrderList(props: OrderListProps) {
  const { desk, orders, status, page } = props;
  const { words, to } = useView();
  const { selling } = words;
  const { Frame } = desk;
  const href = (shown: number) => to(withQuery('/seller/orders', { status, page: shown === 1 ? '' : shown }));
  return (
    <Frame title={selling.ordersTitle} current="/seller/orders">
      <h1>{selling.ordersTitle}</h1>
      <StatusLinks status={status} />
      <Table
        caption={selling.ordersTitle}
        columns={useOrderColumns()}
        rows={orders}
        keyOf={({ order_id }) => order_id}
        empty={<NoOrders isFiltered={status !== undefined} />}
      />
      <Pagination page={page} pages={pagesOf(props)} href={href} />
    </Frame>
  );
}

function NoOrders({ isFiltered }: { isFiltered: boolean }) {
  const { selling } = useView().words;
  if (isFiltered) return <Empty icon="search" title={selling.nothingFits} />;
  return (
    <Empty icon="box" title={selling.noOrders}>
      <p>{selling.noOrdersText}</p>
    </Empty>
  );
}

function StatusLinks({ status }: { status: OrderStatus | undefined }) {
  const { words, to } = useView();
  const { selling, things } = words;
  return (
    <nav class="status-links" aria-label={things.status}>
      <ul class="chips">
        {[undefined, ...shownStatuses].map(each => (
          <li key={each ?? ''}>
            <a
              class="chip"
              href={to(withQuery('/seller/orders', { status: each }))}
              aria-current={each === status ? 'true' : undefined}
            >
              {each === undefined ? selling.allStatuses : things.orderStatus[each]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** The end of an id, which differs where the beginning is a time. */
function shortNumber(order_id: string): string {
  return order_id.slice(-12);
}

function useOrderColumns(): Column<SellerOrder>[] {
  const { words, to, number, dateTime } = useView();
  const { selling, things } = words;
  return [
    {
      title: selling.orderNumber,
      cell: ({ order_id }) => <a href={to(`/seller/orders/${order_id}`)}>{shortNumber(order_id)}</a>,
    },
    { title: selling.when, cell: ({ confirmed_at }) => <span class="when">{dateTime(confirmed_at)}</span> },
    { title: things.status, cell: ({ status }) => <OrderState status={status} /> },
    { title: selling.items, cell: ({ items }) => <ItemsInShort items={items} /> },
    { title: selling.units, isNumber: true, cell: ({ units }) => number(units) },
    { title: selling.amount, isNumber: true, cell: ({ subtotal }) => <Price value={subtotal} /> },
    { title: selling.shipTo, cell: ({ ship_to }) => (ship_to === null ? '–' : `${ship_to.city}, ${ship_to.country}`) },
  ];
}

const ITEMS_IN_SHORT = 2;

function ItemsInShort({ items }: { items: OrderItem[] }) {
  const more = items.length - ITEMS_IN_SHORT;
  return (
    <>
      {items.slice(0, ITEMS_IN_SHORT).map(({ product_id, title, quantity }) => (
        <div key={product_id}>
          {quantity} × {title}
        </div>
      ))}
      {more > 0 && <span class="quiet">+{more}</span>}
    </>
  );
}

export function OrderPage({ desk, order }: { desk: Desk<string>; order: SellerOrder }) {
  const { words, to } = useView();
  const { selling, things } = words;
  const { Frame } = desk;
  const { order_id, status, history } = order;
  const title = selling.orderOf(shortNumber(order_id));
  return (
    <Frame title={title} current="/seller/orders">
      <p>
        <a href={to('/seller/orders')}>{selling.ordersTitle}</a>
      </p>
      <div class="button-row title-state">
        <h1>{title}</h1>
        <OrderState status={status} />
      </div>
      <div class="split">
        <div>
          <Packing order={order} />
          <Section title={selling.history}>
            <Timeline
              steps={history.map(step => ({ title: things.orderStatus[step.status], at: step.at, isDone: true }))}
            />
          </Section>
        </div>
        <SendTo order={order} />
      </div>
    </Frame>
  );
}

function Packing({ order }: { order: SellerOrder }) {
  const { words, to, number, money } = useView();
  const { selling, things } = words;
  const { items, subtotal, discount, refunded } = order;
  const sums: [string, string][] = [[things.subtotal, money(subtotal)]];
  if (discount.amount > 0) sums.push([selling.discount, money(discount)]);
  if (refunded.amount > 0) sums.push([selling.refundedPart, money(refunded)]);
  return (
    <section aria-label={selling.toPack}>
      <h2>{selling.toPack}</h2>
      <Table
        caption={selling.toPack}
        columns={[
          {
            title: selling.product,
            cell: ({ product_id, title }) => <a href={to(`/seller/products/${product_id}`)}>{title}</a>,
          },
          { title: selling.quantityShort, isNumber: true, cell: ({ quantity }) => number(quantity) },
          { title: selling.unitPrice, isNumber: true, cell: ({ unit_price }) => <Price value={unit_price} /> },
          { title: selling.amount, isNumber: true, cell: item => <Price value={item.subtotal} /> },
        ]}
        rows={items}
        keyOf={({ product_id }) => product_id}
      />
      <dl class="sums packing-sums">
        {sums.map(([name, sum]) => (
          <>
            <dt>{name}</dt>
            <dd>{sum}</dd>
          </>
        ))}
      </dl>
      <p class="quiet">{selling.onlyYours}</p>
    </section>
  );
}

function SendTo({ order }: { order: SellerOrder }) {
  const { words, dateTime, language } = useView();
  const { selling, things } = words;
  const { ship_to, shipping_method, confirmed_at, order_id } = order;
  return (
    <aside class="split-sticky" aria-label={selling.sendTo}>
      <Panel title={selling.sendTo}>
        {ship_to === null ? (
          <p>{selling.noAddress}</p>
        ) : (
          <address class="send-to">
            <strong>{ship_to.name}</strong>
            <br />
            {ship_to.city}
            <br />
            {countryName(language, ship_to.country)}
          </address>
        )}
        <Facts
          facts={[
            [selling.method, things.shippingMethods[shipping_method]],
            [selling.when, dateTime(confirmed_at)],
            [selling.orderNumber, <code>{order_id}</code>],
          ]}
        />
        <p class="quiet">{selling.privacy}</p>
      </Panel>
    </aside>
  );
}

function countryName(language: string, code: string): string {
  return new Intl.DisplayNames(language, { type: 'region' }).of(code) ?? code;
}
