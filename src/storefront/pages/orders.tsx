import { Type } from 'typebox';
import { LinkButton } from '#design/forms';
import { OrderBadge } from '#design/order-badge';
import { Empty, Pagination } from '#design/parts';
import { Picture } from '#design/picture';
import { privatePage } from '#design/routes';
import { Shell } from '#design/shell';
import { useView } from '#design/view';
import { limits } from '#limits';
import type { Order, OrderPage } from '#orders';
import { edgeProblem } from '#platform/http';
import { personOf } from '#platform/identity';
import type { Pictures } from '../buying/item-list.tsx';
import { readPictures } from '../buying/read-pictures.ts';
import type { StorefrontDeps } from '../deps.ts';

const PAGE_SIZE = 10;
const PICTURES_SHOWN = 4;
const query = Type.Object({
  page: Type.Integer({ minimum: 1, maximum: limits.listedRowsMax / PAGE_SIZE, default: 1 }),
});

export function ordersRoutes({ site, orders, catalog }: StorefrontDeps): void {
  privatePage(site, '/orders', { access: 'anyone', query }, async ({ request: { caller }, query: { page } }) => {
    const person_id = personOf(caller);
    if (person_id === null) return { body: <NobodysOrders /> };
    const found = await orders.listOrders({ person_id, page, page_size: PAGE_SIZE });
    if (!found.ok) throw edgeProblem('NOT_FOUND');
    const ids = found.value.items.flatMap(({ items }) => items.slice(0, PICTURES_SHOWN).map(item => item.product_id));
    return { body: <OrdersPage listed={found.value} pictures={await readPictures(catalog, ids)} /> };
  });
}

function NobodysOrders() {
  const { words, to } = useView();
  const { orders } = words;
  return (
    <Shell title={orders.title} width="narrow">
      <h1 class="hidden">{orders.title}</h1>
      <Empty icon="box" title={orders.nobodyTitle}>
        <p>{orders.nobodyText}</p>
        <LinkButton href={to(`/login?next=${encodeURIComponent('/orders')}`)}>{orders.signIn}</LinkButton>
      </Empty>
    </Shell>
  );
}

function OrdersPage({ listed, pictures }: { listed: OrderPage; pictures: Pictures }) {
  const { words, to } = useView();
  const { orders, cart } = words;
  const pages = Math.ceil(listed.total / PAGE_SIZE);
  return (
    <Shell title={orders.title}>
      <h1>{orders.title}</h1>
      {listed.items.length === 0 ? (
        <Empty icon="box" title={orders.emptyTitle}>
          <p>{orders.emptyText}</p>
          <LinkButton href={to('/')}>{cart.browse}</LinkButton>
        </Empty>
      ) : (
        <ul class="order-list">
          {listed.items.map(order => (
            <li key={order.order_id} class="panel">
              <OrderCard order={order} pictures={pictures} />
            </li>
          ))}
        </ul>
      )}
      <Pagination page={listed.page} pages={pages} href={page => to(`/orders?page=${page}`)} />
    </Shell>
  );
}

function OrderCard({ order, pictures }: { order: Order; pictures: Pictures }) {
  const { words, to, date, money } = useView();
  const { orders, things } = words;
  const { order_id, items, status } = order;
  const [first, ...rest] = items;
  return (
    <article class="order-card">
      <div class="section-head">
        <h2>{orders.placedOn(date(order.created_at))}</h2>
        <OrderBadge status={status} />
      </div>
      <div class="thumbnails">
        {items.slice(0, PICTURES_SHOWN).map(({ product_id }) => (
          <Picture key={product_id} url={pictures.get(product_id)} alt="" sizes="4rem" />
        ))}
      </div>
      <p>
        {first?.title}
        {rest.length > 0 && <span class="quiet"> {orders.more(rest.length)}</span>}
      </p>
      <div class="section-head">
        <span>
          {things.total}: <span class="price">{money(order.total)}</span>
        </span>
        <a class="button button-secondary" href={to(`/orders/${order_id}`)}>
          {orders.show}
          <span class="hidden">: {orders.showOf(shortId(order_id))}</span>
        </a>
      </div>
    </article>
  );
}

/** Enough of an id to tell a person's orders apart. */
function shortId(id: string): string {
  return id.slice(0, 13);
}
