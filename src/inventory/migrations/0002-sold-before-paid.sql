-- A sale is booked before its money is taken: nothing is pinned in between any more.
update inventory.holds set state = 'held' where state = 'pinned';
alter table inventory.holds drop constraint holds_state_check;
alter table inventory.holds add constraint holds_state_check
  check (state in ('held', 'sold', 'released', 'expired'));
alter table inventory.holds drop constraint holds_end_with_their_state;
alter table inventory.holds add constraint holds_end_with_their_state
  check ((ended_at is null) = (state = 'held'));

-- What happens to a hold is told by the hold's id: such a movement has none of its own.
alter table inventory.movements alter column movement_id drop not null;

-- All products of a reservation, where it has several: who ends it need not look for its parts in other buckets.
alter table inventory.holds add column product_ids uuid[];
update inventory.holds h set product_ids = r.product_ids
from (
  select reservation_id, array_agg(distinct product_id) as product_ids
  from inventory.holds where ended_at is null
  group by reservation_id having count(distinct product_id) > 1
) r
where h.reservation_id = r.reservation_id;

-- A reservation is found in the buckets of its products, and a sale by its reservation: nothing looks over all buckets.
drop index inventory.holds_reservation;
drop index inventory.holds_order;
