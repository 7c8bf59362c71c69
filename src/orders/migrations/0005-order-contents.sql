-- An order's confirmation rewrites its row and adds to every index of it: measured, 48 of the 300 µs of PostgreSQL that
-- an order cost were the rewriting of lines and addresses, which never change, and 10 when they lie elsewhere. So the
-- row of an order says where it stands, and order_contents holds what it fixed at its creation. That is stored as it
-- came (json): nothing searches in it, and jsonb costs twice as much to read in.
alter table orders.orders rename to order_contents;
alter table orders.order_contents rename constraint orders_pkey to order_contents_pkey;
drop index orders.orders_one_a_checkout;
drop index orders.orders_due;
drop index orders.orders_by_status;
alter index orders.orders_of_person rename to order_contents_of_person;

create table orders.orders (
  bucket smallint not null,
  order_id uuid not null,
  checkout_id uuid not null,
  subtotal bigint not null check (subtotal >= 0),
  discount bigint not null check (discount between 0 and subtotal),
  shipping_cost bigint not null check (shipping_cost >= 0),
  tax bigint not null check (tax >= 0),
  total bigint not null check (total = subtotal - discount + shipping_cost + tax),
  refunded bigint not null default 0 check (refunded between 0 and total),
  deadline_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version integer not null,
  tries integer not null default 0,
  kind text not null check (kind in ('checkout', 'buy_now')),
  status text not null check (
    status in ('CREATED', 'PAYMENT_PENDING', 'PAYMENT_FAILED', 'CONFIRMED', 'SHIPPED', 'DELIVERED', 'CANCELLED')
  ),
  reason text,
  -- Those after its creation, as a list of {status, at}.
  steps jsonb not null default '[]',
  refunds jsonb not null default '[]',
  primary key (bucket, order_id)
) with (fillfactor = 70);

insert into orders.orders (bucket, order_id, checkout_id, subtotal, discount, shipping_cost, tax, total, refunded,
  deadline_at, created_at, updated_at, version, tries, kind, status, reason, steps, refunds)
select bucket, order_id, checkout_id, subtotal, discount, shipping_cost, tax, total, refunded, deadline_at, created_at,
  updated_at, version, tries, kind, status, reason,
  coalesce((
    select jsonb_agg(step order by position) from jsonb_array_elements(history) with ordinality as s (step, position)
    where step ->> 'status' not in ('CREATED', 'PAYMENT_PENDING')
  ), '[]'),
  refunds
from orders.order_contents;

-- A buy-now has no checkout that another order could take.
create unique index orders_one_a_checkout on orders.orders (bucket, checkout_id)
  where kind = 'checkout' and status not in ('PAYMENT_FAILED', 'CANCELLED');
create index orders_due on orders.orders (deadline_at) where deadline_at is not null;
create index orders_by_status on orders.orders (status, order_id) where status not in ('CREATED', 'PAYMENT_PENDING');

alter table orders.order_contents
  drop column checkout_id, drop column kind, drop column status, drop column reason, drop column subtotal,
  drop column discount, drop column shipping_cost, drop column tax, drop column total, drop column refunds,
  drop column refunded, drop column history, drop column version, drop column tries, drop column deadline_at,
  drop column created_at, drop column updated_at,
  alter column lines type json, alter column parts type json,
  alter column shipping_address type json,
  -- Null: the same as the shipping address.
  alter column billing_address type json
    using case when billing_address is distinct from shipping_address then billing_address end;

-- Every order is created, and at once waits for its payment: only what follows is written down.
create function orders.history_of(created_at timestamptz, steps jsonb) returns jsonb
language sql stable parallel safe
return (
  select jsonb_build_array(
    jsonb_build_object('status', 'CREATED', 'at', told), jsonb_build_object('status', 'PAYMENT_PENDING', 'at', told)
  ) || steps
  from (values (to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))) as at (told)
);
