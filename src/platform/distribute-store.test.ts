// Goal: every hot table is fit to be distributed, and stays so; what would be done is done once. Method: the real
// catalogue of a database with all migrations, tables made unfit on purpose, and the planned statements by their text.
// No Citus is at hand here: that it accepts them is not shown (docs/adr/0014).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '#platform/sql';
import { testDatabase } from '../../test/support/postgres.ts';
import { hotTables } from '../hot-tables.ts';
import { distribute, findUnfit, planDistribution } from './distribute.ts';

const MODULES = ['inventory', 'orders', 'payments'];

test('all hot tables are fit: each unique key has its bucket, each foreign key leads to a reference', async t => {
  const { db } = await testDatabase(t, MODULES);
  assert.deepEqual(await findUnfit(db, hotTables), []);
});

test('a table of these modules with a bucket is a hot table: none is forgotten', async t => {
  const { db } = await testDatabase(t, MODULES);
  const rows = await db.query<{ name: string }>(sql`
    select c.relnamespace::regnamespace || '.' || c.relname as name
    from pg_attribute a join pg_class c on c.oid = a.attrelid and c.relkind = 'r'
    where a.attname = 'bucket' and c.relnamespace::regnamespace::text = any(${MODULES}::text[])
    order by name`);
  assert.deepEqual(
    rows.map(row => row.name),
    [...hotTables.tables].sort(),
  );
});

test('what Citus would refuse is named, table by table', async t => {
  const { db } = await testDatabase(t, MODULES);
  await db.session(async client => {
    await client.query(`
      create unique index holds_of_person on inventory.holds (person_id);
      create unique index movements_by_id on inventory.movements (movement_id, bucket) where movement_id is not null;
      alter table orders.orders alter column bucket type integer;
      alter table payments.refunds add column number integer generated always as identity;
      create table payments.gateways (gateway text primary key);
      alter table payments.payments add constraint payments_of_gateway
        foreign key (gateway) references payments.gateways;
      alter table orders.order_contents add constraint contents_of_order
        foreign key (bucket, order_id) references orders.orders (bucket, order_id)`);
  });
  assert.deepEqual(await findUnfit(db, { ...hotTables, tables: [...hotTables.tables, 'orders.lost'] }), [
    'inventory.holds: its unique key inventory.holds_of_person lacks bucket',
    'orders.lost does not exist',
    'orders.orders.bucket has to be a smallint that is never null',
    'payments.payments: its foreign key payments_of_gateway leads to payments.gateways',
    'payments.refunds: its identity column number is no bigint',
  ]);
});

test('references and functions come first, all tables lie beside the first, and what is done is left out', () => {
  const wanted = { ...hotTables, tables: ['inventory.stock', 'inventory.holds'] };
  const steps = planDistribution(wanted, new Set());
  assert.deepEqual(
    steps.map(({ statement }) => [statement.text, ...statement.values]),
    [
      ['select create_reference_table($1)', 'inventory.warehouses'],
      ['select create_distributed_function($1)', 'orders.history_of(timestamptz, jsonb)'],
      ['select create_distributed_table($1, $2, colocate_with => $3)', 'inventory.stock', 'bucket', 'none'],
      ['select truncate_local_data_after_distributing_table($1)', 'inventory.stock'],
      ['select create_distributed_table($1, $2, colocate_with => $3)', 'inventory.holds', 'bucket', 'inventory.stock'],
      ['select truncate_local_data_after_distributing_table($1)', 'inventory.holds'],
    ],
  );
  const done = new Set(['inventory.warehouses', 'orders.history_of', 'inventory.stock']);
  assert.deepEqual(new Set(planDistribution(wanted, done).map(step => step.name)), new Set(['inventory.holds']));
  assert.deepEqual(planDistribution(wanted, new Set([...done, 'inventory.holds'])), []);
});

test('without Citus nothing is distributed, and it is said why', async t => {
  const { db } = await testDatabase(t, MODULES);
  await assert.rejects(distribute(db, hotTables), /This database has no Citus: nothing was distributed/);
});
