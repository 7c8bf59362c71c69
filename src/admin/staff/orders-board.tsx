import type { ListedSeller } from '#catalog';
import { Button, Field, Select } from '#design/forms';
import { OrderBadge } from '#design/order-badge';
import { type Column, Empty, Pagination, Price, Table } from '#design/parts';
import { privatePage } from '#design/routes';
import { useView } from '#design/view';
import type { Order, OrderPage, OrderStatus, StatusCount } from '#orders';
import type { DeskDeps } from '../deps.ts';
import { filled, withQuery } from '../products/addresses.ts';
import { dayIn, idIn, type ListQuery, listQuery, oneWord, PAGE_SIZE, pageOf } from './read-list.ts';
import { StaffShell } from './staff-shell.tsx';

const statuses: OrderStatus[] = [
  'CONFIRMED',
  'SHIPPED',
  'DELIVERED',
  'PAYMENT_PENDING',
  'PAYMENT_FAILED',
  'CANCELLED',
  'CREATED',
];
type Filter = ListQuery<'status' | 'text' | 'product_id' | 'seller_id' | 'from' | 'to'>;
const LISTED_MAX = 10_000;

export function ordersBoardRoutes({ site, orders, catalog }: DeskDeps): void {
  const query = listQuery('status', 'text', 'product_id', 'seller_id', 'from', 'to');
  privatePage(site, '/admin/orders', { access: 'staff', query }, async ({ query: filter }) => {
    const [listed, counts, sellers] = await Promise.all([
      readOrders(orders, filter),
      orders.countOrders({}),
      catalog.listSellers({ page: 1, page_size: 100 }),
    ]);
    return {
      body: (
        <OrdersBoard filter={filter} listed={listed} counts={counts} sellers={sellers.ok ? sellers.value.items : []} />
      ),
    };
  });
}

const nothing: OrderPage = {
  items: [],
  total: 0,
  total_relation: 'eq',
  page: 1,
  page_size: PAGE_SIZE,
  next_cursor: null,
};

async function readOrders(orders: DeskDeps['orders'], filter: Filter): Promise<OrderPage> {
  const [product_id, seller_id] = [idIn(filter.product_id), idIn(filter.seller_id)];
  if (product_id === 'none' || seller_id === 'none') return nothing;
  const listed = await orders.listAllOrders({
    status: oneWord(filter.status, statuses),
    text: filled(filter.text)?.slice(0, 254),
    product_id,
    seller_id,
    created_from: dayIn(filter.from),
    created_to: dayIn(filter.to),
    page: pageOf(filter),
    page_size: PAGE_SIZE,
    cursor: filled(filter.cursor),
  });
  return listed.ok ? listed.value : nothing;
}

interface BoardProps {
  filter: Filter;
  listed: OrderPage;
  counts: StatusCount[];
  sellers: ListedSeller[];
}

function OrdersBoard({ filter, listed, counts, sellers }: BoardProps) {
  const { words, to } = useView();
  const { page: _page, cursor: _cursor, ...kept } = filter;
  const pages = Math.ceil(Math.min(listed.total, LISTED_MAX) / PAGE_SIZE);
  const isFiltered = Object.values(filter).some(value => filled(value) !== undefined);
  const href = (page: number) => to(withQuery('/admin/orders', { ...kept, page: page === 1 ? '' : page }));
  const isCut = listed.total_relation === 'gte' && listed.next_cursor !== null;
  return (
    <StaffShell title={words.desk.orders} current="/admin/orders">
      <h1>{words.desk.orders}</h1>
      <StatusTabs counts={counts} current={filled(filter.status)} />
      <OrderFilters filter={filter} sellers={sellers} />
      <Table
        caption={words.desk.orders}
        columns={useColumns()}
        rows={listed.items}
        keyOf={({ order_id }) => order_id}
        empty={<NoOrders isFiltered={isFiltered} />}
      />
      {filled(filter.cursor) === undefined && <Pagination page={listed.page} pages={pages} href={href} />}
      {(isCut || filled(filter.cursor) !== undefined) && listed.next_cursor !== null && (
        <p>
          <a href={to(withQuery('/admin/orders', { ...kept, cursor: listed.next_cursor }))}>
            {words.staff.orders.olderLink}
          </a>
        </p>
      )}
    </StaffShell>
  );
}

function NoOrders({ isFiltered }: { isFiltered: boolean }) {
  const { orders } = useView().words.staff;
  if (isFiltered) return <Empty icon="search" title={orders.noMatch} />;
  return (
    <Empty icon="box" title={orders.none}>
      <p>{orders.noneText}</p>
    </Empty>
  );
}

function StatusTabs({ counts, current }: { counts: StatusCount[]; current: string | undefined }) {
  const { words, to, number } = useView();
  const counted = new Map(counts.map(entry => [entry.status, entry]));
  return (
    <nav aria-label={words.things.status} class="tabs">
      <ul class="chips">
        <li>
          <a class="chip" href={to('/admin/orders')} aria-current={current === undefined ? 'page' : undefined}>
            {words.things.all}
          </a>
        </li>
        {statuses.map(status => {
          const { count = 0, relation = 'eq' } = counted.get(status) ?? {};
          return (
            <li key={status}>
              <a
                class="chip"
                href={to(withQuery('/admin/orders', { status }))}
                aria-current={current === status ? 'page' : undefined}
              >
                {words.things.orderStatus[status]}{' '}
                <span class="quiet">{relation === 'gte' ? `${number(count)}+` : number(count)}</span>
              </a>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

function OrderFilters({ filter, sellers }: { filter: Filter; sellers: ListedSeller[] }) {
  const { words, to } = useView();
  const { orders } = words.staff;
  const sellerOptions = sellers.map(({ seller_id, name }) => ({ value: seller_id, label: name }));
  return (
    <form class="filters" method="get" action={to('/admin/orders')} aria-label={words.desk.filters}>
      <Field name="text" type="search" label={orders.search} value={filter.text} isFilter />
      <Select
        name="seller_id"
        label={orders.seller}
        value={filter.seller_id}
        options={[{ value: '', label: words.things.all }, ...sellerOptions]}
        isFilter
      />
      <Field name="product_id" label={orders.product} value={filter.product_id} isFilter />
      <Field name="from" type="date" label={orders.from} value={filter.from} isFilter />
      <Field name="to" type="date" label={orders.to} value={filter.to} isFilter />
      <input type="hidden" name="status" value={filter.status ?? ''} />
      <Button kind="secondary" icon="filter">
        {words.things.filter}
      </Button>
    </form>
  );
}

function useColumns(): Column<Order>[] {
  const { words, to, dateTime } = useView();
  const { orders } = words.staff;
  return [
    {
      title: orders.order,
      cell: ({ order_id }) => <a href={to(`/admin/orders/${order_id}`)}>{order_id.slice(0, 13)}</a>,
    },
    { title: words.things.status, cell: ({ status }) => <OrderBadge status={status} /> },
    { title: orders.placed, cell: ({ created_at }) => <time dateTime={created_at}>{dateTime(created_at)}</time> },
    { title: orders.goods, cell: ({ items }) => orders.goodsOf(items[0]?.title ?? '–', items.length - 1) },
    {
      title: orders.shipTo,
      cell: ({ shipping_address: address }) =>
        address === null ? <span class="quiet">{orders.erased}</span> : `${address.name}, ${address.country}`,
    },
    { title: words.things.total, isNumber: true, cell: ({ total }) => <Price value={total} /> },
  ];
}
