import type { Distribution } from '#platform/distribute';

/**
 * Where the tables lie on Citus (docs/adr/0014). All that an order writes on its way is distributed by `bucket` and
 * co-located, so that the rows of one bucket lie on one shard of one node. What is not named stays on the coordinator.
 */
export const hotTables: Distribution = {
  column: 'bucket',
  tables: [
    'inventory.stock',
    'inventory.holds',
    'inventory.movements',
    'inventory.outbox',
    'orders.checkouts',
    'orders.orders',
    'orders.order_contents',
    'orders.order_products',
    'orders.outbox',
    'payments.payments',
    'payments.journal',
    'payments.refunds',
    'payments.webhooks',
    'payments.outbox',
  ],
  // Few rows, which every shard of the stock refers to.
  references: ['inventory.warehouses'],
  // Called in statements on the shards.
  functions: ['orders.history_of(timestamptz, jsonb)'],
};
