-- What was changed while the hot store was away: it hears of it before its own carts are believed again.
alter table cart.backups add column unheard boolean not null default false;

create index backups_unheard on cart.backups (bucket, cart_id) where unheard;
