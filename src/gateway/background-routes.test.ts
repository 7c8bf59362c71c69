// Goal: who runs the shop sees its jobs, events and process, and can push what waits. Method: a whole running shop on a
// database of its own, asked over HTTP; a stuck event is written where a consumer would have put it.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { createClient } from '../../test/support/client.ts';
import { startTestShop } from '../../test/support/shop.ts';

const shop = await startTestShop({ after });
const staff = createClient(shop.url, shop.adminKey);
const stranger = createClient(shop.url);

interface JobView {
  name: string;
  schedule: string;
  runs: number;
  last_started_at: string | null;
  last_finished_at: string | null;
}

async function jobNamed(name: string): Promise<JobView> {
  const { body } = await staff.get('/api/admin/operations');
  return body.jobs.find((job: JobView) => job.name === name);
}

test('operations tell jobs, subscriptions, database and process', async () => {
  const { status, body } = await staff.get('/api/admin/operations');
  assert.equal(status, 200);
  const { schedule } = await jobNamed('inventory_sweep');
  assert.equal(schedule, 'every 1 s');
  const toSearch = body.subscriptions.filter((each: { consumer: string }) => each.consumer === 'search');
  assert.deepEqual(toSearch.map((each: { source: string }) => each.source).sort(), ['catalog', 'inventory', 'orders']);
  assert.ok(body.subscriptions.every((each: { stuck: number }) => each.stuck === 0));
  assert.ok(body.database.connections >= 1);
  assert.equal(body.database.waiting, 0);
  assert.equal(body.process.node, process.version);
  assert.ok(body.process.memory_bytes > 1_000_000);
});

test('a job that is started runs once and says so; an unknown one is not there', async () => {
  const before = await jobNamed('catalog_prune_events');
  assert.deepEqual([before.runs, before.last_started_at, before.last_finished_at], [0, null, null]);
  const started = await staff.post('/api/admin/operations/jobs/catalog_prune_events/run', {});
  assert.equal(started.status, 204);
  let now = before;
  for (let tries = 0; now.last_finished_at === null && tries < 500; tries += 1) {
    await pause(10);
    now = await jobNamed('catalog_prune_events');
  }
  assert.equal(now.runs, 1);
  assert.ok(now.last_started_at! <= now.last_finished_at!);
  const unknown = await staff.post('/api/admin/operations/jobs/no_such_job/run', {});
  assert.deepEqual([unknown.status, unknown.body.code], [404, 'NOT_FOUND']);
  assert.equal((await jobNamed('catalog_prune_events')).runs, 1);
});

/** Puts an event aside as the inventory would have; its type decides what a retry meets. */
async function putAside(event_id: string, type: string): Promise<void> {
  const client = new pg.Client({ connectionString: shop.databaseUrl });
  await client.connect();
  const aggregate_id = randomUUID();
  const event = { event_id, type, aggregate_id, version: 1, at: '2027-01-01T00:00:00Z', data: null };
  await client.query(
    `insert into inventory.stuck_events (source, event_id, aggregate_id, type, event, error, tries)
     values ('catalog', $1, $2, $3, $4, 'broken', 5)`,
    [event_id, aggregate_id, type, JSON.stringify(event)],
  );
  await client.end();
}

async function stuckInInventory(): Promise<number> {
  const { body } = await staff.get('/api/admin/operations');
  return body.subscriptions.find(
    (each: { source: string; consumer: string }) => each.source === 'catalog' && each.consumer === 'inventory',
  ).stuck;
}

test('a stuck event is counted, tried again and gone, or stays and says why; what is not stuck is not there', async () => {
  // What the inventory has no use for is applied; of a product without data nothing can be.
  await putAside('424242', 'product.renamed');
  await putAside('424243', 'product.created');
  assert.equal(await stuckInInventory(), 2);
  const retry = (source: string, event_id: string) =>
    staff.post('/api/admin/operations/stuck-events/retry', { source, event_id });
  const elsewhere = await retry('orders', '424242');
  assert.deepEqual([elsewhere.status, elsewhere.body.code, await stuckInInventory()], [404, 'NOT_FOUND', 2]);
  assert.deepEqual([(await retry('catalog', '424242')).status, await stuckInInventory()], [204, 1]);
  assert.equal((await retry('catalog', '424242')).status, 404);
  const again = await retry('catalog', '424243');
  assert.deepEqual([again.status, again.body.code, await stuckInInventory()], [409, 'EVENT_STILL_STUCK', 1]);
  assert.match(again.body.error, /^TypeError: /);
});

test('the live figures come from the running shop', async () => {
  const { status, body } = await staff.get('/api/admin/live');
  assert.equal(status, 200);
  const { at, http_per_second, http_p99_ms, event_backlog, ...rest } = body;
  assert.ok(Date.parse(at) > 0 && http_per_second >= 0 && event_backlog >= 0 && http_p99_ms !== undefined);
  assert.deepEqual(rest, {
    orders_per_second: 0,
    revenue_per_second: 0,
    orders_today: 0,
    revenue_today: 0,
    visits: 0,
    conversion: null,
    low_stock: 0,
    out_of_stock: 0,
  });
});

test('only staff may look and push', async () => {
  const paths = ['/api/admin/operations', '/api/admin/live'];
  const answers = await Promise.all(paths.map(path => stranger.get(path)));
  answers.push(await stranger.post('/api/admin/operations/jobs/inventory_sweep/run', {}));
  answers.push(await stranger.post('/api/admin/operations/stuck-events/retry', { source: 'a', event_id: '1' }));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [401, 401, 401, 401],
  );
});
