import assert from 'node:assert/strict';
import type { User } from '#accounts';
import { Button, LinkButton } from '#design/forms';
import { Icon, type IconName } from '#design/icon';
import { OrderBadge } from '#design/order-badge';
import { Badge, Empty, Notice, Section } from '#design/parts';
import { privatePage } from '#design/routes';
import { Shell } from '#design/shell';
import { useView } from '#design/view';
import type { Order } from '#orders';
import type { StorefrontDeps } from '../deps.ts';
import { sessionOf } from './signed-in.ts';

const RECENT = 3;

export function accountRoutes({ site, accounts, orders }: StorefrontDeps): void {
  privatePage(site, '/account', { access: 'user' }, async ({ request }) => {
    const { user_id } = sessionOf(request);
    const [user, recent] = await Promise.all([
      accounts.getUser({ user_id }),
      orders.listOrders({ person_id: user_id, page: 1, page_size: RECENT }),
    ]);
    assert(user !== null && recent.ok, 'whoever has a session has an account, and every list a first page');
    return { body: <AccountPage user={user} orders={recent.value.items} /> };
  });
}

function AccountPage({ user, orders }: { user: User; orders: Order[] }) {
  const { words, to } = useView();
  const { account } = words;
  return (
    <Shell title={account.yourAccount}>
      <div class="section-head">
        <h1>{account.hello(user.name)}</h1>
        {user.prime && <Badge tone="door">{account.primeMember}</Badge>}
      </div>
      {!user.email_verified && <Notice>{account.unverified(user.email)}</Notice>}
      <Places user={user} />
      <Section
        title={account.recentOrders}
        aside={orders.length > 0 && <a href={to('/orders')}>{account.allOrders}</a>}
      >
        {orders.length === 0 ? (
          <Empty icon="box" title={account.noOrdersTitle}>
            <p>{account.noOrdersText}</p>
            <LinkButton href={to('/')}>{account.startShopping}</LinkButton>
          </Empty>
        ) : (
          <ul class="order-rows">
            {orders.map(order => (
              <li key={order.order_id}>
                <OrderRow order={order} />
              </li>
            ))}
          </ul>
        )}
      </Section>
      <form class="section" action={to('/logout')} method="post">
        <Button kind="secondary">{account.signOut}</Button>
      </form>
    </Shell>
  );
}

interface Place {
  path: string;
  icon: IconName;
  name: string;
  text: string;
}

/** Where one can go from here; those who sell or run the shop see the way to their desk first. */
function Places({ user: { role } }: { user: User }) {
  const { words, to } = useView();
  const { account } = words;
  const places: Place[] = [
    { path: '/orders', icon: 'box', name: account.ordersLink, text: account.ordersLinkText },
    { path: '/account/profile', icon: 'person', name: account.profile, text: account.profileText },
    { path: '/account/addresses', icon: 'truck', name: account.addresses, text: account.addressesText },
    { path: '/account/privacy', icon: 'lock', name: account.privacy, text: account.privacyText },
  ];
  if (role === 'seller') {
    places.unshift({ path: '/seller', icon: 'seller', name: account.sellersDesk, text: account.sellersDeskText });
  }
  if (role === 'staff') {
    places.unshift({ path: '/admin', icon: 'gauge', name: account.staffDesk, text: account.staffDeskText });
  }
  return (
    <nav aria-label={account.yourAccount}>
      <ul class="places">
        {places.map(({ path, icon, name, text }) => (
          <li key={path}>
            <a href={to(path)}>
              <Icon name={icon} />
              <span>{name}</span>
              <small class="quiet">{text}</small>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function OrderRow({ order: { order_id, status, items, total, created_at } }: { order: Order }) {
  const { words, to, date, money } = useView();
  const { account } = words;
  const [first, ...rest] = items;
  return (
    <a class="order-row" href={to(`/orders/${order_id}`)}>
      <strong>{account.orderOf(date(created_at))}</strong>
      <OrderBadge status={status} />
      <span class="order-row-items">
        {first?.title}
        {rest.length > 0 && <span class="quiet"> {account.andMore(rest.length)}</span>}
      </span>
      <span class="price">{money(total)}</span>
    </a>
  );
}
