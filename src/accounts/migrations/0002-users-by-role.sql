-- Staff's list of sellers and staff, who are few among the people.
create index users_by_role on accounts.users (role, created_at desc, user_id desc)
  where role <> 'customer' and erased_at is null;
