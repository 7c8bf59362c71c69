-- The audit walks along the key.
drop index payments.payments_by_order;
