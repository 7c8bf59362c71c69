// Goal: those who keep the shop running see how it is from pages alone, and push what waits; nobody else does. Method:
// a browser without JavaScript at a real shop; a stuck event is written where a consumer would have put it.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import pg from 'pg';
import { address, card, createClient, eventually, newGuest, newProduct } from '../../../test/support/client.ts';
import { openReader, type Reader, type ReadPage } from '../../../test/support/reader.ts';
import { startTestShop, type TestShop } from '../../../test/support/shop.ts';
import { newPerson, signIn } from '../../../test/support/staff-reader.ts';

let shop: TestShop;
let staff: Reader;
const later: (() => Promise<void>)[] = [];

before(async () => {
  shop = await startTestShop({ after: work => void later.push(work) });
  staff = await signIn(shop, await newPerson(shop, 'staff'));
});
test.after(async () => {
  for (const end of later) await end();
});

const admin = () => createClient(shop.url, shop.adminKey);

async function buy(email: string): Promise<{ order_id: string; product_id: string; title: string }> {
  const product = await newProduct(shop, { stock: 12, price: 2000 });
  const bought = await (await newGuest(shop)).post('/api/buy-now', {
    product_id: product.product_id,
    quantity: 3,
    email,
    shipping_method: 'standard',
    shipping_address: address,
    payment: card(),
  });
  assert.equal(bought.status, 201, JSON.stringify(bought.body));
  return { order_id: bought.body.order_id, ...product };
}

/** What stands under the name of a figure. */
function figureOf({ html }: ReadPage, name: string): string | undefined {
  return new RegExp(`data-figure="${name}">([^<]*)<`).exec(html)?.[1];
}

const pages = ['', '/operations', '/stuck', '/audit', '/mails'];

test('who is not staff is led to the login, or shown nothing, and can push nothing', async () => {
  const { body: seller } = await admin().post('/api/admin/sellers', { name: 'Apart' });
  const shopper = await signIn(shop, await newPerson(shop, 'customer'));
  const sells = await signIn(shop, await newPerson(shop, 'seller', seller.seller_id));
  const guest = openReader(shop);
  const operations = await staff.open('/en/admin/operations');
  const runs = '/jobs/catalog_prune_events/run';
  for (const page of pages) {
    assert.match((await guest.open(`/en/admin${page}`)).address, /^\/en\/login\?next=/, page);
    for (const reader of [shopper, sells]) assert.equal((await reader.open(`/en/admin${page}`)).status, 403, page);
    for (const language of ['en', 'de'])
      assert.equal((await staff.open(`/${language}/admin${page}`)).status, 200, page);
  }
  for (const reader of [shopper, sells]) assert.equal((await reader.submit(operations, runs)).status, 403);
  const { body } = await admin().get('/api/admin/operations');
  assert.equal(body.jobs.find((job: { name: string }) => job.name === 'catalog_prune_events').runs, 0);
});

describe('the dashboard', () => {
  test('has the figures, the sales, the latest orders and the alarms of the moment it was asked for', async () => {
    const { order_id, product_id, title } = await buy('first@example.com');
    const page = await eventually('the sale is counted', async () => {
      const read = await staff.open('/en/admin');
      return figureOf(read, 'orders_today') === '1' && read;
    });
    const { body: order } = await admin().get(`/api/admin/orders/${order_id}`);
    const sold = `$${(order.subtotal.amount / 100).toFixed(2)}`;
    assert.equal(figureOf(page, 'revenue_today'), sold);
    assert.equal(figureOf(page, 'conversion'), '–');
    assert.ok(page.text.includes(`${sold} from 1 order`), page.text);
    assert.ok(page.html.includes(`href="/en/admin/orders/${order_id}"`));
    assert.ok(page.html.includes('href="/en/admin/orders?status=CONFIRMED"'));
    assert.match(page.text, /Nothing is stuck\./);
    assert.ok(page.html.includes(`href="/en/admin/stock/${product_id}"`) && page.text.includes(title));
  });

  test('counts pages from the cache among the requests, and a visit once, when the browser says it is one', async () => {
    const read = async () => (await admin().get('/api/admin/live')).body;
    const { visits } = await read();
    const asGuest = await newGuest(shop);
    assert.equal((await asGuest.get('/fragments/me')).status, 200);
    assert.equal((await read()).visits, visits);
    assert.equal((await asGuest.get('/fragments/me?visit=1')).status, 200);
    assert.equal((await read()).visits, visits + 1);
    assert.equal((await asGuest.get('/fragments/me?visit=2')).status, 400);
    const before = (await read()).http_per_second;
    for (let n = 0; n < 400; n += 1) await (await fetch(`${shop.url}/en`)).arrayBuffer();
    await eventually('they are among the requests', async () => (await read()).http_per_second > before + 20);
  });
});

describe('jobs', () => {
  test('one is started from its row, and an unknown one is not there', async () => {
    const page = await staff.open('/en/admin/operations');
    const runs = '/jobs/payments_prune_events/run';
    const started = await staff.submit(page, runs);
    assert.match(started.text, /payments_prune_events was started\./);
    // The same form again, as by a double click: one key, one run.
    await staff.submit(page, runs);
    await eventually('it has run', async () => {
      const { body } = await admin().get('/api/admin/operations');
      const job = body.jobs.find((each: { name: string }) => each.name === 'payments_prune_events');
      assert.ok(job.runs <= 1);
      return job.runs === 1 && job.last_finished_at !== null;
    });
    assert.doesNotMatch((await staff.open('/en/admin/operations?started=no_such_job')).text, /was started/);
    const html = page.html.replaceAll('payments_prune_events/run', 'no_such_job/run');
    const unknown = await staff.submit({ ...page, html }, '/jobs/no_such_job/run');
    assert.deepEqual([unknown.status, /There is no such job/.test(unknown.text)], [404, true]);
    const failing = await staff.open('/en/admin/operations?jobs=failing');
    assert.match(failing.text, /No job has failed since the process started\./);
  });
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

test('what is stuck is listed by kind with what to do; an event is tried again and gone, or stays and says why', async () => {
  assert.match((await staff.open('/en/admin/stuck')).text, /Nothing is stuck Orders, payments and events/);
  await putAside('424242', 'product.renamed');
  const page = await staff.open('/en/admin/stuck?kind=event');
  assert.match(page.text, /catalog\/424242.*could not be applied: broken.*Mend the cause/);
  assert.match((await staff.open('/en/admin/stuck?kind=order')).text, /Nothing of this kind is stuck\./);
  assert.match((await staff.open('/en/admin')).text, /1 thing is stuck\./);
  const done = await staff.submit(page, '/stuck/retry');
  assert.match(done.text, /The event went through/);
  assert.doesNotMatch(done.text, /424242/);
  await putAside('424243', 'product.created');
  const still = await staff.submit(await staff.open('/en/admin/stuck'), '/stuck/retry');
  assert.equal(still.status, 409);
  assert.match(still.text, /It still does not go through: TypeError.*catalog\/424243/);
  const other = await staff.submit(still, '/stuck/retry', { event_id: '1' });
  assert.match(other.text, /The event is not put aside any more\..*catalog\/424243/);
});

test('an audit is begun from its page, which keeps what it found', async () => {
  const page = await staff.open('/en/admin/audit');
  assert.match(page.text, /No audit has run since this process started\./);
  await staff.submit(page, '/admin/audit');
  const done = await eventually('the audit has ended', async () => {
    const read = await staff.open('/en/admin/audit');
    return read.text.includes('Every invariant holds.') && read;
  });
  const { body } = await admin().get('/api/admin/audit');
  for (const { name } of body.invariants) assert.ok(done.text.includes(name), name);
  assert.match(done.text, /Holds/);
  assert.doesNotMatch(done.text, /Broken/);
});

test('mails are found by their address, kind and state, without their texts', async () => {
  const { order_id } = await buy('Mail.Me@example.com');
  const page = await eventually('the mail is written', async () => {
    const read = await staff.open('/en/admin/mails?to=mail.me%40example.com&kind=order_confirmed&state=&page=');
    return /1 result/.test(read.text) && read;
  });
  assert.ok(page.html.includes(`href="/en/admin/orders/${order_id}"`));
  assert.match(
    page.html,
    /href="\/dev\/mail\?to=Mail\.Me%40example\.com"|href="\/dev\/mail\?to=mail\.me%40example\.com"/,
  );
  assert.doesNotMatch(page.html, /access_token|token=/);
  assert.match((await staff.open('/en/admin/mails?to=mail.me%40example.com&state=failed')).text, /No mail matches/);
  assert.match((await staff.open('/en/admin/mails?to=nobody%40example.com')).text, /No mail matches/);
  const odd = await staff.open('/en/admin/mails?kind=odd');
  assert.equal(odd.status, 400);
  const deep = await staff.open('/en/admin/mails?page=9999');
  assert.deepEqual([deep.status, /Lists end at row 10,000/.test(deep.text)], [400, true]);
});
