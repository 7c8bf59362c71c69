import { OrderBadge } from '#design/order-badge';
import { Badge, type Column, Notice, Price, Section, Table } from '#design/parts';
import { useView } from '#design/view';
import type { Order } from '#orders';
import { NotRead } from './dashboard-sales.tsx';
import type { Dashboard, StockAlarm } from './read-dashboard.ts';
import type { StuckItem } from './running-shop.ts';

const STUCK_SHOWN = 5;

export function StatusLinks({ statuses }: { statuses: Dashboard['statuses'] }) {
  const { words, to, number } = useView();
  const { staffOps, things } = words;
  if (statuses === null) {
    return (
      <Section title={staffOps.orders.byStatus}>
        <NotRead />
      </Section>
    );
  }
  return (
    <Section title={staffOps.orders.byStatus}>
      <ul class="chips">
        {statuses.map(({ status, count, relation }) => (
          <li key={status}>
            <a class="chip" href={to(`/admin/orders?status=${status}`)}>
              {things.orderStatus[status]}{' '}
              <strong>{relation === 'eq' ? number(count) : staffOps.orders.more(number(count))}</strong>
            </a>
          </li>
        ))}
      </ul>
    </Section>
  );
}

export function LatestOrders({ orders }: { orders: Order[] | null }) {
  const { words, to, dateTime } = useView();
  const { staffOps, things } = words;
  const columns: Column<Order>[] = [
    {
      title: staffOps.orders.order,
      cell: order => (
        <a href={to(`/admin/orders/${order.order_id}`)}>
          <time dateTime={order.created_at}>{dateTime(order.created_at)}</time>
          <small class="quiet desk-id">{order.order_id.slice(-8)}</small>
        </a>
      ),
    },
    {
      title: things.status,
      cell: order => <OrderBadge status={order.status} />,
    },
    {
      title: things.total,
      isNumber: true,
      cell: order => (
        <>
          <Price value={order.total} />
          <small class="quiet desk-line">
            {staffOps.orders.items(order.items.reduce((sum, item) => sum + item.quantity, 0))}
          </small>
        </>
      ),
    },
  ];
  return (
    <Section
      title={staffOps.orders.latest}
      aside={
        <a href={to('/admin/orders')}>
          {staffOps.seeAll}
          <span class="hidden">: {staffOps.orders.latest}</span>
        </a>
      }
    >
      {orders === null ? (
        <NotRead />
      ) : (
        <Table
          caption={staffOps.orders.latest}
          columns={columns}
          rows={orders}
          keyOf={order => order.order_id}
          empty={<p class="quiet">{staffOps.orders.none}</p>}
        />
      )}
    </Section>
  );
}

export function AlarmList({ alarms }: { alarms: Dashboard['alarms'] }) {
  const { words, to, number } = useView();
  const { staffOps, things } = words;
  const columns: Column<StockAlarm>[] = [
    {
      title: staffOps.alarms.product,
      cell: ({ product_id, title }) => <a href={to(`/admin/stock/${product_id}`)}>{title ?? staffOps.alarms.gone}</a>,
    },
    {
      title: staffOps.alarms.available,
      cell: ({ available }) =>
        available === 0 ? (
          <Badge tone="bad">{things.soldOut}</Badge>
        ) : (
          <Badge tone="careful">{number(available)}</Badge>
        ),
    },
    { title: staffOps.alarms.reserved, isNumber: true, cell: ({ reserved }) => number(reserved) },
  ];
  return (
    <Section
      title={staffOps.alarms.title}
      aside={
        <a href={to('/admin/stock?level=low')}>
          {staffOps.seeAll}
          <span class="hidden">: {staffOps.alarms.title}</span>
        </a>
      }
    >
      {alarms === null ? (
        <NotRead />
      ) : (
        <Table
          caption={staffOps.alarms.title}
          columns={columns}
          rows={alarms.items}
          keyOf={({ product_id }) => product_id}
          empty={<p class="quiet">{staffOps.alarms.none}</p>}
        />
      )}
    </Section>
  );
}

export function NeededList({ items }: { items: StuckItem[] | null }) {
  const { words, to } = useView();
  const { needed, seeAll, stuck } = words.staffOps;
  return (
    <Section
      title={needed.title}
      aside={
        <a href={to('/admin/stuck')}>
          {seeAll}
          <span class="hidden">: {needed.title}</span>
        </a>
      }
    >
      {items === null ? (
        <NotRead />
      ) : (
        <Notice tone={items.length === 0 ? 'good' : 'careful'}>
          <p>{items.length === 0 ? needed.none : needed.some(items.length)}</p>
          {items.length > 0 && (
            <ul>
              {items.slice(0, STUCK_SHOWN).map(({ kind, id, detail }) => (
                <li key={`${kind} ${id} ${detail}`}>
                  {stuck.kinds[kind]}: <span lang="en">{detail}</span>
                </li>
              ))}
            </ul>
          )}
        </Notice>
      )}
    </Section>
  );
}
